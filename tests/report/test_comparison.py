"""Differences between two reports about one submission."""

from copy import deepcopy

import pytest

from foundations.report.comparison import Change, changes
from foundations.report.model import Check, Exercise, Report

BEFORE = Report(
    "course",
    "s01",
    [
        Exercise("double", 5.0, [Check("value", "pass", 3.0, gate=True), Check("input", "fail", 2.0, "it changed")]),
        Exercise("triple", 4.0, [Check("value", "pass", 4.0)]),
    ],
)


@pytest.fixture
def after() -> Report:
    return deepcopy(BEFORE)


def test_equal_reports_do_not_differ(after):
    """Times and seeds are not compared."""
    after.seed, after.timing = 7, {"wall_s": 3.0}
    assert list(changes(BEFORE, after)) == []


def test_a_check_that_changes_is_named_with_its_points(after):
    """The message is the new one."""
    after.exercises[0].checks[1] = Check("input", "pass", 2.0, "as it was")
    assert list(changes(BEFORE, after)) == [Change("double", "input", "fail, 0 of 2", "pass, 2 of 2", 2.0, "as it was")]


def test_a_gate_that_closes_costs_the_points_of_all_checks(after):
    """Each check that loses points is listed."""
    after.exercises[0].checks[0] = Check("value", "fail", 3.0, "wrong", gate=True)
    assert [(change.check, change.points) for change in changes(BEFORE, after)] == [("value", -3.0)]


def test_checks_and_exercises_may_come_and_go(after):
    """As after a change of hidden tests."""
    after.exercises[0].checks[1] = Check("memory", "pass", 2.0)
    after.exercises[1] = Exercise("quadruple", 4.0, [Check("value", "fail", 4.0)])
    assert [(change.exercise, change.check, change.before, change.after) for change in changes(BEFORE, after)] == [
        ("double", "memory", "not there", "pass, 2 of 2"),
        ("double", "input", "fail, 0 of 2", "not there"),
        ("quadruple", "", "not there", "0 of 4"),
        ("triple", "", "4 of 4", "not there"),
    ]


def test_a_missing_verdict_is_one_change(after):
    """Its reason is shown, and no difference of points."""
    after.reason = "not graded: the notebook is empty"
    [change] = changes(BEFORE, after)
    assert (change.before, change.after, change.points) == ("7 of 9", "not graded: the notebook is empty", None)


def test_an_undecided_check_has_no_difference_of_points(after):
    """A fault is never a zero."""
    after.exercises[1].checks[0] = Check("value", "fault", 4.0)
    [change] = changes(BEFORE, after)
    assert (change.after, change.points) == ("fault, no score of 4", None)
