"""Grading answers to 01_matmul through the real pipeline, with a notebook trimmed to its exercises."""

from __future__ import annotations

import copy
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from foundations.config import Course
from foundations.grade import Graded, Grader
from foundations.model import Check, Exercise
from foundations.notebook import read_source, release_version

ROOT = Path(__file__).parent.parent.parent
ASSIGNMENT = "01_matmul"
EXERCISES = ("matmul_naive", "frobenius_norm", "matmul_elementwise")
SEED = 4711
ANSWERS = Path(__file__).parent / "answers"

#: What the setup cell is replaced with: no data is loaded, for no exercise needs it.
_SETUP = "import torch\n\nfrom foundations import testing"
_NEXT_ANSWER, _NEXT_CELL = "# %% ", "# %+"


@dataclass(frozen=True)
class Answer:
    """A student's answer to one exercise: cells of source, the last of which goes where the stub was.

    ``note`` stands after ``→`` in the line that starts the answer: what a test wants to see said of it.
    """

    exercise: str
    name: str
    cells: tuple[str, ...]
    note: str = ""


def read_answers(kind: str, exercise: str) -> list[Answer]:
    """The answers in ``answers/<kind>_<exercise>.py``.

    One starts with ``# %% name → note``, a further cell of it with ``# %+``.
    """
    text = (ANSWERS / f"{kind}_{exercise}.py").read_text("utf-8")
    answers = []
    for part in ("\n" + text).split("\n" + _NEXT_ANSWER)[1:]:
        head, _, body = part.partition("\n")
        name, _, note = head.partition("→")
        cells = tuple(cell.strip("\n") for cell in ("\n" + body).split("\n" + _NEXT_CELL))
        answers.append(Answer(exercise, name.strip(), cells, note.strip()))
    return answers


def all_answers(kind: str) -> list[Answer]:
    return [answer for exercise in EXERCISES for answer in read_answers(kind, exercise)]


def some_first(answers: Iterable[Answer], few: int = 8) -> list[Any]:
    """For ``parametrize``: all of them, those after the first ``few`` of an exercise only where there is time."""
    seen: Counter[str] = Counter()
    params = []
    for answer in answers:
        seen[answer.exercise] += 1
        params.append(pytest.param(answer, marks=[pytest.mark.slow] if seen[answer.exercise] > few else []))
    return params


def titled(answer: Answer) -> str:
    """For pytest's ids."""
    return f"{answer.exercise}: {answer.name}"


@cache
def source() -> nbformat.NotebookNode:
    """The instructor's notebook without prose, figures and timings: setup, and answer and check of each exercise."""
    notebook = copy.deepcopy(read_source(ROOT / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"))
    wanted = {"setup", *EXERCISES, *(f"{exercise}-solution" for exercise in EXERCISES)}
    notebook.cells = [cell for cell in notebook.cells if _grade_id(cell) in wanted]
    notebook.cells[0].source = _SETUP
    return notebook


def make_course(root: Path) -> Course:
    """A course of the trimmed notebook and the real graders under ``root``."""
    folder = root / "source" / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(source(), folder / f"{ASSIGNMENT}.ipynb")
    shutil.copytree(ROOT / "graders", root / "graders", ignore=shutil.ignore_patterns("__pycache__"))
    return Course(root, {})


def submission(answers: Mapping[str, Sequence[str]]) -> nbformat.NotebookNode:
    """The released notebook with ``answers``: cells of source by exercise, all but the last being the student's own."""
    notebook = release_version(source())
    for exercise, cells in answers.items():
        index = next(i for i, cell in enumerate(notebook.cells) if _grade_id(cell) == f"{exercise}-solution")
        notebook.cells[index].source = cells[-1]
        notebook.cells[index:index] = [nbformat.v4.new_code_cell(text) for text in cells[:-1]]
    return notebook


def solutions() -> dict[str, list[str]]:
    """The instructor's own answers."""
    cells = {_grade_id(cell): cell.source for cell in source().cells}
    return {exercise: [cells[f"{exercise}-solution"]] for exercise in EXERCISES}


@dataclass
class Desk:
    """Hands answers in to one grader."""

    grader: Grader
    folder: Path

    def grade(self, answers: Mapping[str, Sequence[str]]) -> Graded:
        path = self.folder / "submitted.ipynb"
        nbformat.write(submission(answers), path)
        return self.grader.grade(path, "student")

    def grade_one(self, answer: Answer) -> Exercise:
        """The exercise of a notebook in which ``answer`` is the only one."""
        report = self.grade({answer.exercise: answer.cells}).report
        assert report.reason is None
        return result(report.exercises, answer.exercise)


def result(exercises: Iterable[Exercise], name: str) -> Exercise:
    return next(exercise for exercise in exercises if exercise.id == name)


def failing(exercise: Exercise) -> list[Check]:
    """The checks that failed by themselves, not those that a closed gate left out."""
    return [
        check for check in exercise.checks if check.outcome == "fail" and not check.message.startswith("not looked at")
    ]


def said(exercise: Exercise) -> str:
    """All that a student reads about ``exercise``, for a failing test to show."""
    lines = [f"{check.outcome}: {check.name}: {check.message} [{check.misconception}]" for check in exercise.checks]
    return "\n".join([f"{exercise.id} {exercise.score}/{exercise.max_score}", *lines])


def outputs_of(graded: Graded, grade_id: str) -> list[Any]:
    """What the executed notebook shows below the cell ``grade_id``, without the table of checks."""
    assert graded.notebook is not None
    return next(cell.outputs for cell in graded.notebook.cells if _grade_id(cell) == grade_id)[:-1]


def _grade_id(cell: nbformat.NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")
