"""Answers graded by one grader, in a separate course that has the trimmed notebook and the real hidden tests."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from foundations.config import RIGHT, Course
from foundations.grading.grader import Grader, Part
from foundations.proving.answers import Answer
from foundations.proving.source import SourceAssignment, grade_id
from foundations.proving.trimming import solutions, submission
from foundations.report.model import Check, Exercise
from foundations.session.forkserver import ForkServer

#: The seed of the hidden inputs, so that a second run finds the same faults.
SEED = 4711


@dataclass(frozen=True)
class Trial:
    """The result of one answer.

    Attributes:
        exercise: its checks and points.
        refused: the message of the visible check; ``None`` if it passed.
        reason: why the whole notebook could not be graded; ``None`` if it could.
    """

    exercise: Exercise
    refused: str | None = None
    reason: str | None = None

    @property
    def full(self) -> bool:
        """Whether the answer earned all points."""
        return self.reason is None and self.exercise.score == self.exercise.max_score

    @property
    def failed(self) -> list[Check]:
        """The checks that failed, without those that a closed gate left out."""
        return [check for check in self.exercise.checks if check.outcome == "fail"]

    def lost(self) -> str:
        """Return one line on the checks that did not pass, or on why the score is missing."""
        if self.reason is not None:
            return self.reason
        wrong = [check for check in self.exercise.checks if check.outcome not in ("pass", "not reached")]
        return "; ".join(f"{check.name!r}: {_first_line(check.message) or check.outcome}" for check in wrong)


@dataclass(frozen=True)
class Trials:
    """Grades answers, each in a notebook that has the instructor's solutions of all other exercises.

    Attributes:
        grader: grades ``notebook``.
        source: the assignment.
        notebook: the source notebook, or its trimmed form.
        folder: a folder for submissions.
    """

    grader: Grader
    source: SourceAssignment
    notebook: nbformat.NotebookNode
    folder: Path

    def grade(self, answers: Mapping[str, Answer], *, seed: int = SEED, names: bool = True) -> dict[str, Trial]:
        """Grade one notebook with all of ``answers``; return the results by exercise.

        It is graded a second time if the machine was too busy to judge speed.
        """
        cells = {name: list(answer.cells) for name, answer in answers.items()}
        return self.grade_cells(solutions(self.source) | cells, Part(frozenset(answers), seed, names))

    def stubs(self, exercises: Iterable[str]) -> dict[str, Trial]:
        """Grade the release without any answer; return the results of ``exercises``."""
        return self.grade_cells({}, Part(frozenset(exercises), SEED))

    def grade_cells(self, cells: Mapping[str, list[str]], part: Part) -> dict[str, Trial]:
        """Grade one notebook with ``cells`` by exercise, and return the results of the exercises in ``part``."""
        path = self.folder / "submitted.ipynb"
        nbformat.write(submission(self.notebook, cells), path)
        graded = self.grader.grade(path, "student", part)
        if any(check.outcome == "inconclusive" for exercise in graded.report.exercises for check in exercise.checks):
            graded = self.grader.grade(path, "student", part)
        refusals = dict(_refusals(graded.notebook))
        return {
            exercise.id: Trial(exercise, refusals.get(exercise.id), graded.report.reason)
            for exercise in graded.report.exercises
        }


def _refusals(notebook: nbformat.NotebookNode | None) -> Iterator[tuple[str, str]]:
    """Yield the graded cells of an executed notebook that ended with an error, and its text."""
    for cell in notebook.cells if notebook else ():
        if cell.cell_type == "code" and (cell.metadata.get("nbgrader") or {}).get("grade"):
            for output in cell.outputs:
                if output.output_type == "error":
                    yield grade_id(cell), f"{output.ename}: {_first_line(output.evalue)}"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


@contextlib.contextmanager
def opened(
    source: SourceAssignment, notebook: nbformat.NotebookNode, folder: Path, forkserver: ForkServer
) -> Iterator[Trials]:
    """Provide trials in a new course below ``folder``, with the settings and the hidden tests of the real one.

    Raises:
        CourseError: the hidden tests are missing or broken.
    """
    course = copied_course(source, notebook, folder)
    with Grader(course, source.name, feedback="full", seed=SEED, forkserver=forkserver) as grader:
        yield Trials(grader, source, notebook, folder)


def copied_course(source: SourceAssignment, notebook: nbformat.NotebookNode, folder: Path) -> Course:
    """Make a course of one assignment below ``folder``: ``notebook``, the files next to it, and the hidden tests."""
    below = folder / "source" / source.name
    shutil.copytree(source.path.parent, below, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
    nbformat.write(notebook, below / source.path.name)
    graders = folder / "graders"
    graders.mkdir()
    for path in source.course.graders.glob("*.py"):
        shutil.copy(path, graders)
    own = source.course.graders / source.name
    shutil.copytree(own, graders / source.name, ignore=shutil.ignore_patterns("__pycache__", RIGHT))
    return Course(folder, source.course.settings)
