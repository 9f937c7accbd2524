"""What follows from findings and decisions for the points of one report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foundations.report.model import Check, Decision, Exercise, Report, Review
from foundations.reviews import decisions

FINDING = Review("torch.atan2 = evil", "torch is changed", ("double",), 3, 1)


def report(*reviews: Review, fingerprint: str = "same") -> Report:
    """Two exercises that pass, double (5) and triple (4), with these findings."""
    exercises = [Exercise(name, most, [Check("value", "pass", 1.0)]) for name, most in (("double", 5), ("triple", 4))]
    return Report("course", "s01", exercises, review=list(reviews), fingerprint=fingerprint)


def scores(one: Report) -> list[float | None]:
    return [exercise.score for exercise in one.exercises]


def decided(*reviews: Review, taken: tuple[str, ...] = (), fingerprint: str = "same") -> list[Decision]:
    return [Decision(review, taken, "ada", "2026-11-29T12:00:00+00:00", fingerprint) for review in reviews]


def test_a_finding_alone_costs_nothing() -> None:
    """It stays open, and its exercise is what a person is asked to look at."""
    one = report(FINDING)
    decisions.settle(one, [], "review")
    assert (scores(one), one.review, one.reviewed) == ([5, 4], [FINDING], [])
    assert decisions.asked(one) == {"double"}


@pytest.mark.parametrize("exercises", [(), ("gone",)])
def test_a_finding_of_no_exercise_asks_for_all(exercises: tuple[str, ...]) -> None:
    """Otherwise no cell would ask a person."""
    assert decisions.asked(report(replace(FINDING, exercises=exercises))) == {"double", "triple"}


def test_what_was_accepted_stays_closed_wherever_it_moves() -> None:
    """Cell and line, the order of exercises and numbers that were measured do not make another finding of it."""
    before = Review("a thread", "it used 0.31 s during the call", ("double", "triple"), 3, 1)
    after = Review("a thread", "it used 1.5 s during the call", ("triple", "double"), 9, 7)
    one = report(after)
    decisions.settle(one, decided(before), "review")
    assert (one.review, [each.review for each in one.reviewed]) == ([], [before])
    assert scores(one) == [5, 4]


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, finding="torch.mm = evil"),
        replace(FINDING, reason="torch is changed twice"),
        replace(FINDING, exercises=("double", "triple")),
    ],
)
def test_another_finding_opens_again(other: Review) -> None:
    """Also in the same notebook; only the one that was decided about is closed."""
    one = report(FINDING, other)
    decisions.settle(one, decided(FINDING), "review")
    assert one.review == [other]


def test_one_decision_closes_one_finding() -> None:
    """The same line written a second time was not looked at."""
    one = report(FINDING, replace(FINDING, cell=8))
    decisions.settle(one, decided(FINDING), "review")
    assert one.review == [replace(FINDING, cell=8)]


def test_points_that_were_taken_are_gone_and_the_student_reads_why() -> None:
    """In the exercise that was named, and in no other; the message does not accuse."""
    one = report(FINDING)
    decisions.settle(one, decided(FINDING, taken=("triple",)), "review")
    assert (scores(one), one.verdict, one.score) == ([5, 0], "graded", 5)
    first = one.exercises[1].checks[0]
    assert first.message == ("Your instructor took the points of this exercise after a review; ask them about it.")


@pytest.mark.parametrize(("fingerprint", "expected"), [("same", [0, 4]), ("resubmitted", [5, 4])])
def test_taken_points_of_a_finding_that_does_not_come_back(fingerprint: str, expected: list[float]) -> None:
    """The same notebook keeps its decision; another one that does not hold the finding has its points."""
    one = report(fingerprint=fingerprint)
    decisions.settle(one, decided(FINDING, taken=("double",)), "review")
    assert scores(one) == expected


def test_in_an_exam_open_findings_cost_their_exercises() -> None:
    """Those that are named; one that was accepted costs nothing."""
    elsewhere = replace(FINDING, exercises=())
    one, other = report(FINDING, elsewhere), report(FINDING)
    decisions.settle(one, [], "fail")
    decisions.settle(other, decided(FINDING), "fail")
    assert (scores(one), one.review) == ([0, 4], [FINDING, elsewhere])
    message = one.exercises[0].checks[0].message
    assert message == "This exercise uses code that the course does not allow in an exam: torch.atan2 = evil"
    assert scores(other) == [5, 4]


def test_decisions_can_be_undone() -> None:
    """The report as it was graded comes back, and the settled one is left alone."""
    one, graded = report(FINDING), report(FINDING)
    decisions.settle(one, decided(FINDING, taken=("double",)), "fail")
    assert decisions.as_graded(one) == graded
    assert scores(one) == [0, 4]


def test_fingerprints_tell_notebooks_apart() -> None:
    """By type, source and border of cells; half characters are text too."""
    made = [
        [("code", "a"), ("code", "b")],
        [("code", "a"), ("markdown", "b")],
        [("code", "ab")],
        [("code", "a\ud800"), ("code", "b")],
    ]
    assert len({decisions.fingerprint(cells) for cells in made}) == len(made)
    assert decisions.fingerprint(made[0]) == decisions.fingerprint(iter(made[0]))
