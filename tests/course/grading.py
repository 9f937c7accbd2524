"""Grading of answers through the real pipeline, with notebooks trimmed to their exercises."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from foundations.config import Course, find_course
from foundations.grading.grader import Grader, Part
from foundations.grading.misconceptions import Misconception, load_bank
from foundations.proving import trimming
from foundations.proving.answers import Answer
from foundations.proving.answers import read_answers as read_file
from foundations.proving.mistakes import as_answer
from foundations.proving.rounds import rounds as packed
from foundations.proving.source import SourceAssignment, grade_id
from foundations.report.model import Check, Exercise, Graded, Review

ROOT = Path(__file__).parent.parent.parent
COURSE = find_course(ROOT)
ASSIGNMENTS = tuple(COURSE.assignments)
SEED = 4711
SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
ANSWERS = Path(__file__).parent / "answers"

BANKS = {assignment: load_bank(ROOT / "graders" / assignment) for assignment in ASSIGNMENTS}


@cache
def assignment(name: str) -> SourceAssignment:
    return SourceAssignment.read(COURSE, name)


@cache
def assignment_of(exercise: str) -> str:
    return next(name for name in ASSIGNMENTS if exercise in exercises(name))


def exercises(name: str) -> list[str]:
    """List the ids of the assignment's automatically graded exercises, in order."""
    return assignment(name).names


def read_answers(kind: str, exercise: str) -> list[Answer]:
    """Read the answers in ``<kind>_<exercise in file names>.py``; without a file, there are none.

    Right answers are next to the graders, and all others in ``answers/<assignment>/``.
    """
    own = assignment(assignment_of(exercise))
    if kind == "right":
        return own.right_answers(exercise)
    return read_file(ANSWERS / own.name / f"{kind}_{own.in_file_names(exercise)}.py", exercise)


def all_answers(kind: str, name: str) -> list[Answer]:
    return [answer for exercise in exercises(name) for answer in read_answers(kind, exercise)]


def as_written(mistake: Misconception) -> Answer:
    """Return a known mistake as a student writes it."""
    own = assignment(assignment_of(mistake.exercise))
    return as_answer(mistake, ROOT / "graders" / own.name / "misconceptions.py", own.bound)


def rounds(answers: Iterable[Answer], *, together: bool = True) -> list[dict[str, Answer]]:
    """Group answers of one assignment into rounds, each of which is one notebook.

    If answers spoil later ones (``together=False``), a round is one answer.
    """
    listed = list(answers)
    if not together or not listed:
        return [{answer.exercise: answer} for answer in listed]
    return list(packed(listed, assignment(assignment_of(listed[0].exercise)).clash))


def round_cases(
    answers_to: Callable[[str], Iterable[Answer]], *, together: bool = True, quick: int | None = None
) -> list[Any]:
    """List assignment and round for pytest's parametrize, for all rounds of answers to each assignment.

    ``quick``: a round is slow when each of its exercises has had that many answers before it; default: none is.
    """
    made = []
    for name in ASSIGNMENTS:
        seen: Counter[str] = Counter()
        for answers in rounds(answers_to(name), together=together):
            slow = quick is not None and min(seen[exercise] for exercise in answers) >= quick
            seen.update(answers.keys())
            marks = [pytest.mark.slow] if slow else []
            title = f"{name}: {', '.join(answer.name for answer in answers.values())}"
            made.append(pytest.param(name, answers, id=title, marks=marks))
    return made


def titled(answer: Answer) -> str:
    """Return an id for pytest."""
    return f"{answer.exercise}: {answer.name}"


@cache
def source(name: str) -> nbformat.NotebookNode:
    """Return the instructor's notebook without prose, figures and timings.

    It has each exercise, and the cells that the exercises and all answers in files need.
    """
    kinds = {path.name.partition("_")[0] for path in ANSWERS.glob("*/*.py")}
    mistakes = map(as_written, BANKS[name].misconceptions)
    answers = [answer for kind in ("right", *kinds) for answer in all_answers(kind, name)]
    return trimming.trimmed(assignment(name), [*mistakes, *answers])


def make_course(root: Path) -> Course:
    """Make a course of the trimmed notebooks and the real graders under ``root``, with the real settings."""
    for name in ASSIGNMENTS:
        folder = root / "source" / name
        folder.mkdir(parents=True)
        nbformat.write(source(name), folder / f"{name}.ipynb")
    shutil.copytree(ROOT / "graders", root / "graders", ignore=shutil.ignore_patterns("__pycache__"))
    return Course(root, COURSE.settings)


def submission(name: str, answers: Mapping[str, Sequence[str]]) -> nbformat.NotebookNode:
    """Return the released notebook with ``answers``: cells of source by exercise, the last one instead of the stub."""
    return trimming.submission(source(name), answers)


def solutions(name: str) -> dict[str, list[str]]:
    """Return the instructor's own answers."""
    return trimming.solutions(assignment(name))


@dataclass
class GradingClient:
    """Submits answers to one grader. With ``only``, other exercises have the instructor's answers, and no grades."""

    grader: Grader
    folder: Path
    only: tuple[str, ...] = ()

    def grade(self, answers: Mapping[str, Sequence[str]]) -> Graded:
        """Grade ``answers``, a second time if the machine was too busy to judge speed, as the message advises."""
        path = self.folder / "submitted.ipynb"
        given = solutions(self.grader.assignment) if self.only else {}
        nbformat.write(submission(self.grader.assignment, {**given, **answers}), path)
        part = Part(self.only or None)
        graded = self.grader.grade(path, "student", part)
        checks = [check for exercise in graded.report.exercises for check in exercise.checks]
        if any(check.outcome == "inconclusive" for check in checks):
            return self.grader.grade(path, "student", part)
        return graded

    def grade_round(self, answers: Mapping[str, Answer]) -> dict[str, Exercise]:
        """Grade one notebook with all of ``answers``, and return each answered exercise."""
        report = self.grade({name: answer.cells for name, answer in answers.items()}).report
        assert report.reason is None
        return {name: result(report.exercises, name) for name in answers}

    def reviews(self, answer: Answer) -> tuple[Exercise, list[Review]]:
        """Grade a notebook with ``answer`` only; return the exercise, and the findings for a person."""
        report = self.grade({answer.exercise: answer.cells}).report
        assert report.reason is None
        return result(report.exercises, answer.exercise), report.review

    def grade_one(self, answer: Answer) -> Exercise:
        """Grade a notebook with ``answer`` only, and return the exercise."""
        return self.grade_round({answer.exercise: answer})[answer.exercise]


def result(exercises: Iterable[Exercise], name: str) -> Exercise:
    return next(exercise for exercise in exercises if exercise.id == name)


def failing(exercise: Exercise) -> list[Check]:
    """Return the checks that failed, without those that a closed gate left out."""
    return [check for check in exercise.checks if check.outcome == "fail"]


def feedback_on(exercise: Exercise) -> str:
    """Return the full feedback on ``exercise``, for a failing test to show."""
    lines = [f"{check.outcome}: {check.name}: {check.message} [{check.misconception}]" for check in exercise.checks]
    return "\n".join([f"{exercise.id} {exercise.score}/{exercise.max_score}", *lines])


def outputs_of(graded: Graded, name: str) -> list[Any]:
    """Return the outputs of the executed notebook below the cell ``name``, without the table of checks."""
    assert graded.notebook is not None
    return next(cell.outputs for cell in graded.notebook.cells if grade_id(cell) == name)[:-1]
