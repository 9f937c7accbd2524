"""Honest habits: students' own cells, unrelated to the exercises, one for each heading in `habits/`.

    python tests/course/habits.py 01_matmul 04_backward     # each alone in its notebook, as a table

Text between a heading and its code has a meaning if it starts with one of these:

- "Asks for a review": a person may well look at it, though it costs no marks.
- "Not in <assignments>: <reason>": it changes the results of answers of these assignments, in any notebook.
- "Only alone: <reason>": it is not in the notebook that has all of them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from grading import ASSIGNMENTS, SEED, make_course, solutions, submission

from foundations.grading.grader import Grader
from foundations.report.model import Graded

_FOLDER = Path(__file__).parent / "habits"
_HABIT = re.compile(r"^## (?P<name>[^\n]+)\n(?P<text>[^~]*?)^~~~python\n(?P<cell>.*?)\n^~~~$", re.MULTILINE | re.DOTALL)
_REVIEWED = "Asks for a review"
_ONLY_ALONE = "Only alone"
_NOT_IN = re.compile(r"^Not in ([\w, ]+): ", re.MULTILINE)


@dataclass(frozen=True)
class Habit:
    """A cell that students add. ``not_in``: assignments whose answers it changes; ``only_alone``: not with others."""

    name: str
    cell: str
    reviewed: bool
    only_alone: bool
    not_in: tuple[str, ...]


@cache
def habits() -> tuple[Habit, ...]:
    """List all habits, in the order of their files."""
    matches = [match for path in sorted(_FOLDER.glob("*.md")) for match in _HABIT.finditer(path.read_text("utf-8"))]
    return tuple(
        Habit(
            match["name"],
            match["cell"],
            reviewed=_REVIEWED in match["text"],
            only_alone=_ONLY_ALONE in match["text"],
            not_in=_excluded(match["text"]),
        )
        for match in matches
    )


def _excluded(text: str) -> tuple[str, ...]:
    match = _NOT_IN.search(text)
    return tuple(match[1].split(", ")) if match else ()


def habits_of(assignment: str) -> list[Habit]:
    """List the habits that leave the answers of ``assignment`` as they are."""
    return [habit for habit in habits() if assignment not in habit.not_in]


def notebook_with(assignment: str, added: Sequence[Habit]) -> nbformat.NotebookNode:
    """Return the released notebook with all solutions, and ``added`` in cells before, between and after the answers.

    They are spread over all places above the last graded cell, differently for each assignment.
    """
    notebook = submission(assignment, solutions(assignment))
    graded = [cell.metadata.get("nbgrader", {}).get("grade") for cell in notebook.cells]
    last = max(index for index, is_graded in enumerate(graded) if is_graded)
    turn = 5 * ASSIGNMENTS.index(assignment)
    at: dict[int, list[Habit]] = {}
    for number, habit in enumerate(added):
        at.setdefault((number + turn) % (last + 1), []).append(habit)
    for index in reversed(range(last + 1)):
        notebook.cells[index:index] = [nbformat.v4.new_code_cell(habit.cell) for habit in at.get(index, [])]
    return notebook


@dataclass(frozen=True)
class Seen:
    """The grading of a notebook with habits."""

    #: Exercises without all of their points, with the messages of their checks.
    lost: dict[str, list[str]]
    #: Names of the habits that ask for a review, each with the reasons.
    asked: dict[str, list[str]]


def grade_with(grader: Grader, folder: Path, added: Sequence[Habit]) -> Seen:
    """Grade the solutions with ``added``; again if the machine was too busy to measure speed."""
    path = folder / "habits.ipynb"
    nbformat.write(notebook_with(grader.assignment, added), path)
    graded = grader.grade(path, "student")
    if any(check.outcome == "inconclusive" for exercise in graded.report.exercises for check in exercise.checks):
        graded = grader.grade(path, "student")
    return _seen(graded)


def _seen(graded: Graded) -> Seen:
    lost = {
        exercise.id: [f"{check.name}: {check.message}" for check in exercise.checks if check.outcome != "pass"]
        for exercise in graded.report.exercises
        if exercise.score != exercise.max_score
    }
    if graded.report.reason or not graded.report.exercises:
        lost["the notebook"] = [graded.report.reason or "no exercises"]
    asked: dict[str, list[str]] = {}
    for review in graded.report.review:
        source = graded.notebook.cells[review.cell - 1].source if graded.notebook and review.cell else ""
        asked.setdefault(_name_of(source) or f"no habit: {review.finding}", []).append(review.reason)
    return Seen(lost, asked)


def _name_of(source: str) -> str | None:
    return next((habit.name for habit in habits() if habit.cell == source), None)


def _alone(assignments: Sequence[str], wanted: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder) / "course")
        for assignment in assignments:
            with Grader(course, assignment, seed=SEED) as grader:
                for habit in habits_of(assignment):
                    if re.search(wanted, habit.name):
                        seen = grade_with(grader, Path(folder), [habit])
                        points = "all points" if not seen.lost else f"LOST {seen.lost}"
                        yield f"{assignment} | {habit.name} | {points} | {seen.asked or ''}"


if __name__ == "__main__":
    for row in _alone(sys.argv[1].split(",") if sys.argv[1:] else ASSIGNMENTS, *(sys.argv[2:] or [""])):
        print(row, flush=True)
