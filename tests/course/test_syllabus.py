"""The instructor's page agrees with source/."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from foundations.grading.misconceptions import load_bank

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "syllabus.md").read_text("utf-8")
ASSIGNMENTS = sorted(path.parent.name for path in (ROOT / "source").glob("*/*.ipynb"))


@dataclass
class Exercise:
    """A graded cell of a source notebook."""

    name: str
    points: float
    by_hand: bool


def exercises(assignment: str) -> list[Exercise]:
    """List the exercises of the source, in its order."""
    notebook = nbformat.read(ROOT / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return [Exercise(mark["grade_id"], mark["points"], mark["solution"]) for mark in marks if mark.get("grade")]


def minutes(assignment: str) -> str:
    """Return the minutes of all exercises together, from the notebook's own table."""
    notebook = nbformat.read(ROOT / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    [minutes_written] = re.findall(r"\| \*\*in all\*\* \| \*\*\d+\*\* \| \*\*(\d+)\*\*", notebook.cells[0].source)
    return minutes_written


def rows(text: str) -> list[list[str]]:
    """Return the cells of all tables in ``text``, heads and rules left out."""
    lines = [line for line in text.splitlines() if re.match(r"\| [^|]*[`*]", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def section(title: str) -> str:
    [section] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return section


def written(points: float) -> str:
    return f"{points:g}" if points else ""


def test_overview_adds_up() -> None:
    """Points, minutes and points by hand of each assignment are the notebook's, and the last row has the sums."""
    [*each, total] = rows(PAGE.partition("\n## ")[0])
    expected = []
    for name in ASSIGNMENTS:
        listed = exercises(name)
        by_hand = sum(exercise.points for exercise in listed if exercise.by_hand)
        points = written(sum(exercise.points for exercise in listed))
        expected.append([f"[`{name}`](#{name})", points, minutes(name), written(by_hand)])
    assert [[row[0], *row[2:]] for row in each] == expected
    sums = [sum(float(row[column] or 0) for row in each) for column in (2, 3, 4)]
    assert [cell.strip("*") for cell in total[2:]] == [written(number) for number in sums]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_exercise_has_its_line(assignment: str) -> None:
    """The lines are in the notebook's order, with points; the mistakes are in the bank, and belong to that exercise."""
    table = rows(section(assignment))
    assert [row[:2] for row in table] == [
        [f"`{exercise.name}`", written(exercise.points)] for exercise in exercises(assignment)
    ]
    in_the_bank = {
        (misconception.exercise, misconception.id)
        for misconception in load_bank(ROOT / "graders" / assignment).misconceptions
    }
    in_the_table = [(row[0].strip("`"), name) for row in table for name in re.findall(r"`(\w{4,})`", row[3])]
    assert [mistake for mistake in in_the_table if mistake not in in_the_bank] == []
    silent = {row[0].strip("`") for row in table} - {exercise for exercise, _ in in_the_table}
    assert silent == {exercise.name for exercise in exercises(assignment) if exercise.by_hand}


def test_every_written_question_has_its_rubric() -> None:
    """Questions that a person grades are listed with their points, and with the file of the rubric."""
    expected = [
        [f"`{exercise.name}`", written(exercise.points), f"[rubric](../graders/{name}/rubric_{exercise.name}.md)"]
        for name in ASSIGNMENTS
        for exercise in exercises(name)
        if exercise.by_hand
    ]
    assert [[row[0], row[1], row[3]] for row in rows(section("What a person grades"))] == expected


def test_every_plan_has_every_assignment_once() -> None:
    """The plan is complete for any number of weeks."""
    plans = re.findall(r"^\| (?:seven|five|three) \|(.*)\|$", section("Three, five or seven weeks"), re.MULTILINE)
    assert [re.findall(r"\d\d", plan) for plan in plans] == [[name[:2] for name in ASSIGNMENTS]] * 3
