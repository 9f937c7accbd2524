"""Honest habits in students' own cells cost no point, and at most five of them ask a person to look."""

from __future__ import annotations

from pathlib import Path

import pytest
from clients import GradingClients
from grading import ASSIGNMENTS, SEED
from habits import Habit, grade_with, habits, habits_of

#: Of the seven notebooks in `make test`, each has every third habit, so that each habit is in two or three of them.
_PARTS = 3


def together(assignment: str, part: int | None = None) -> list[Habit]:
    habits_in_all = [habit for habit in habits_of(assignment) if not habit.only_alone]
    return habits_in_all if part is None else habits_in_all[part::_PARTS]


def must_cost_nothing(clients: GradingClients, folder: Path, assignment: str, added: list[Habit]) -> None:
    seen = grade_with(clients(assignment, SEED).grader, folder, added)
    assert seen.lost == {}
    assert sorted(seen.asked) == sorted(habit.name for habit in added if habit.reviewed)


def test_there_are_enough_habits_and_few_exceptions() -> None:
    """There are many, at most five ask for a review, and few are not tried in a notebook with others."""
    assert len(habits()) == len({habit.cell for habit in habits()}) >= 180
    assert sum(habit.reviewed for habit in habits()) <= 5
    assert sum(habit.only_alone for habit in habits()) <= 3
    assert all(len(together(assignment, part)) >= 60 for assignment in ASSIGNMENTS for part in range(_PARTS))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_sixty_habits_in_one_notebook_cost_nothing(clients: GradingClients, tmp_path: Path, assignment: str) -> None:
    """The habits are before, between and after the answers."""
    part = ASSIGNMENTS.index(assignment) % _PARTS
    must_cost_nothing(clients, tmp_path, assignment, together(assignment, part))


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_all_habits_in_one_notebook_cost_nothing(clients: GradingClients, tmp_path: Path, assignment: str) -> None:
    """The effects of habits on each other cost no points either."""
    must_cost_nothing(clients, tmp_path, assignment, together(assignment))


def _alone() -> list[tuple[str, Habit]]:
    """List each habit with two of the assignments: 01_matmul, and another one by turns."""
    others = [assignment for assignment in ASSIGNMENTS if assignment != "01_matmul"]
    pairs = [("01_matmul", habit) for habit in habits()]
    pairs += [(others[number % len(others)], habit) for number, habit in enumerate(habits())]
    return [(assignment, habit) for assignment, habit in pairs if assignment not in habit.not_in]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assignment", "habit"), [pytest.param(*pair, id=f"{pair[0]}: {pair[1].name}") for pair in _alone()]
)
def test_a_habit_alone_costs_nothing(clients: GradingClients, tmp_path: Path, assignment: str, habit: Habit) -> None:
    """It asks for a review if it is known to, whatever else is in the notebook."""
    must_cost_nothing(clients, tmp_path, assignment, [habit])
