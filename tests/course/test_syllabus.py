"""The instructor's page says what source/ holds."""

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
    """Those of the source, in its order."""
    notebook = nbformat.read(ROOT / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return [Exercise(mark["grade_id"], mark["points"], mark["solution"]) for mark in marks if mark.get("grade")]


def minutes(assignment: str) -> str:
    """What the notebook's own table says of all its exercises together."""
    notebook = nbformat.read(ROOT / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    [found] = re.findall(r"\| \*\*in all\*\* \| \*\*\d+\*\* \| \*\*(\d+)\*\*", notebook.cells[0].source)
    return found


def rows(text: str) -> list[list[str]]:
    """The cells of all tables in ``text``, heads and rules left out."""
    lines = [line for line in text.splitlines() if re.match(r"\| [^|]*[`*]", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def section(title: str) -> str:
    [found] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return found


def written(points: float) -> str:
    return f"{points:g}" if points else ""


def test_overview_adds_up() -> None:
    """Points, minutes and points by hand of each assignment are those of its notebook, and the last row their sums."""
    [*each, total] = rows(PAGE.partition("\n## ")[0])
    expected = []
    for name in ASSIGNMENTS:
        found = exercises(name)
        by_hand = sum(one.points for one in found if one.by_hand)
        points = written(sum(one.points for one in found))
        expected.append([f"[`{name}`](#{name})", points, minutes(name), written(by_hand)])
    assert [[row[0], *row[2:]] for row in each] == expected
    sums = [sum(float(row[column] or 0) for row in each) for column in (2, 3, 4)]
    assert [cell.strip("*") for cell in total[2:]] == [written(number) for number in sums]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_exercise_has_its_line(assignment: str) -> None:
    """In the notebook's order, with its points; the mistakes are in the bank, and are that exercise's own."""
    table = rows(section(assignment))
    assert [row[:2] for row in table] == [[f"`{one.name}`", written(one.points)] for one in exercises(assignment)]
    known = {(one.exercise, one.id) for one in load_bank(ROOT / "graders" / assignment).misconceptions}
    told = [(row[0].strip("`"), name) for row in table for name in re.findall(r"`(\w{4,})`", row[3])]
    assert [one for one in told if one not in known] == []
    silent = {row[0].strip("`") for row in table} - {exercise for exercise, _ in told}
    assert silent == {one.name for one in exercises(assignment) if one.by_hand}


def test_every_written_question_has_its_rubric() -> None:
    """What a person grades is listed with its points, and with the file that says how."""
    expected = [
        [f"`{one.name}`", written(one.points), f"[rubric](../graders/{name}/rubric_{one.name}.md)"]
        for name in ASSIGNMENTS
        for one in exercises(name)
        if one.by_hand
    ]
    assert [[row[0], row[1], row[3]] for row in rows(section("What a person grades"))] == expected


def test_every_plan_has_every_assignment_once() -> None:
    """However many weeks there are."""
    plans = re.findall(r"^\| (?:seven|five|three) \|(.*)\|$", section("Three, five or seven weeks"), re.MULTILINE)
    assert [re.findall(r"\d\d", plan) for plan in plans] == [[name[:2] for name in ASSIGNMENTS]] * 3
