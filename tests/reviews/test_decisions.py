"""The effect of findings and decisions on the points of one report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foundations.report.model import Check, Decision, Exercise, Report, Review
from foundations.reviews import decisions

FINDING = Review("torch.atan2 = evil", "torch is changed", ("double",), 3, 1)


def report(*reviews: Review, fingerprint: str = "same") -> Report:
    """Return a report with two exercises that pass, double (5) and triple (4), and with these findings."""
    exercises = [Exercise(name, most, [Check("value", "pass", most)]) for name, most in (("double", 5), ("triple", 4))]
    return Report("course", "s01", exercises, review=list(reviews), fingerprint=fingerprint)


def scores(graded: Report) -> list[float | None]:
    return [exercise.score for exercise in graded.exercises]


def decided(*reviews: Review, taken: tuple[str, ...] = (), fingerprint: str = "same") -> list[Decision]:
    return [Decision(review, taken, "ada", "2026-11-29T12:00:00+00:00", fingerprint) for review in reviews]


def test_a_finding_without_a_decision_costs_no_points() -> None:
    """It stays open, and asks a person to look at its exercise."""
    graded = report(FINDING)
    decisions.settle(graded, [], "review")
    assert (scores(graded), graded.review, graded.reviewed) == ([5, 4], [FINDING], [])
    assert decisions.asked(graded) == {"double"}


@pytest.mark.parametrize("exercises", [(), ("gone",)])
def test_a_finding_without_an_exercise_asks_about_all(exercises: tuple[str, ...]) -> None:
    """Otherwise no cell would ask for a person."""
    assert decisions.asked(report(replace(FINDING, exercises=exercises))) == {"double", "triple"}


def test_an_accepted_finding_stays_closed_after_it_moved() -> None:
    """Cell and line, the order of exercises and measured numbers do not make it another finding."""
    before = Review("a thread", "it used 0.31 s during the call", ("double", "triple"), 3, 1)
    after = Review("a thread", "it used 1.5 s during the call", ("triple", "double"), 9, 7)
    graded = report(after)
    decisions.settle(graded, decided(before), "review")
    assert (graded.review, [decision.review for decision in graded.reviewed]) == ([], [before])
    assert scores(graded) == [5, 4]


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, finding="torch.mm = evil"),
        replace(FINDING, reason="torch is changed twice"),
        replace(FINDING, exercises=("double", "triple")),
    ],
)
def test_another_finding_stays_open(other: Review) -> None:
    """A decision closes only its own finding, also in the same notebook."""
    graded = report(FINDING, other)
    decisions.settle(graded, decided(FINDING), "review")
    assert graded.review == [other]


def test_one_decision_closes_one_finding() -> None:
    """A person has not looked at the same line written a second time."""
    graded = report(FINDING, replace(FINDING, cell=8))
    decisions.settle(graded, decided(FINDING), "review")
    assert graded.review == [replace(FINDING, cell=8)]


def test_taken_points_are_removed_and_the_student_reads_why() -> None:
    """Only the exercise that the decision names loses points; the message does not accuse."""
    graded = report(FINDING)
    decisions.settle(graded, decided(FINDING, taken=("triple",)), "review")
    assert (scores(graded), graded.verdict, graded.score) == ([5, 0], "graded", 5)
    first = graded.exercises[1].checks[0]
    assert first.message == ("Your instructor took the points of this exercise after a review; ask them about it.")


@pytest.mark.parametrize(("fingerprint", "expected"), [("same", [0, 4]), ("resubmitted", [5, 4])])
def test_taken_points_without_the_finding_depend_on_the_notebook(fingerprint: str, expected: list[float]) -> None:
    """The same notebook keeps its decision; another notebook without the finding has its points."""
    graded = report(fingerprint=fingerprint)
    decisions.settle(graded, decided(FINDING, taken=("double",)), "review")
    assert scores(graded) == expected


def test_in_an_exam_open_findings_cost_their_exercises() -> None:
    """The exercises of an open finding lose their points; an accepted finding costs no points."""
    elsewhere = replace(FINDING, exercises=())
    open_, accepted = report(FINDING, elsewhere), report(FINDING)
    decisions.settle(open_, [], "fail")
    decisions.settle(accepted, decided(FINDING), "fail")
    assert (scores(open_), open_.review) == ([0, 4], [FINDING, elsewhere])
    message = open_.exercises[0].checks[0].message
    assert message == "This exercise uses code that the course does not allow in an exam: torch.atan2 = evil"
    assert scores(accepted) == [5, 4]


def test_decisions_can_be_undone() -> None:
    """The result is the report as it was graded, and the settled report is not changed."""
    settled, graded = report(FINDING), report(FINDING)
    decisions.settle(settled, decided(FINDING, taken=("double",)), "fail")
    assert decisions.as_graded(settled) == graded
    assert scores(settled) == [0, 4]


def test_fingerprints_distinguish_notebooks() -> None:
    """They depend on the type, source and border of cells, also with half characters."""
    notebooks = [
        [("code", "a"), ("code", "b")],
        [("code", "a"), ("markdown", "b")],
        [("code", "ab")],
        [("code", "a\ud800"), ("code", "b")],
    ]
    assert len({decisions.fingerprint(cells) for cells in notebooks}) == len(notebooks)
    assert decisions.fingerprint(notebooks[0]) == decisions.fingerprint(iter(notebooks[0]))
