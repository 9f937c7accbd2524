"""The command ``foundations review``: list the findings that a person should look at, and close them."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from foundations.config import Course, nearest
from foundations.errors import CourseError
from foundations.plain import clean, clean_name
from foundations.report.model import Decision, Exercise, Report, Review
from foundations.report.notices import place
from foundations.reviews import decisions, store

_ADVICE = (
    "to close: foundations review ASSIGNMENT STUDENT --accept (the points stay), or --take EXERCISE (its points go)"
)


def settled(course: Course, report: Report, made: Sequence[Decision]) -> Report:
    """Return ``report``, which has the scores of grading, with decisions and the course's rule applied."""
    after = decisions.as_graded(report)
    decisions.settle(after, made, course.hidden_code(report.assignment))
    return after


def found(course: Course, assignment: str | None = None, student: str | None = None) -> list[Report]:
    """Return the recorded reports with findings, open or decided.

    Raises:
        CourseError: the assignment or student does not exist, or the file of reviews cannot be used.
    """
    if assignment is not None:
        course.notebook(assignment)
    with store.opened(course.root) as book:
        reports = book.reports(assignment, student)
        result = [settled(course, report, book.decisions(report.assignment, report.submission)) for report in reports]
    if assignment is not None and student is not None and not result:
        _check_student(course, assignment, student)
    return result


@dataclass(frozen=True)
class Closed:
    """A submission after a decision: its report, and sentences for whoever decided."""

    report: Report
    notes: list[str]


def accept(course: Course, assignment: str, student: str, by: str | None = None) -> Closed:
    """Close all open findings of a submission, which keeps its points.

    Raises:
        CourseError: the submission does not exist, or it has no open finding.
    """
    return _decide(course, assignment, student, (), by)


def take(course: Course, assignment: str, student: str, exercises: Sequence[str], by: str | None = None) -> Closed:
    """Close all open findings of a submission, and take the points of ``exercises``.

    Raises:
        CourseError: the submission or exercise does not exist, or the submission has no open finding.
    """
    if not exercises:
        raise CourseError("--take needs the names of exercises, separated by commas", slug="review")
    return _decide(course, assignment, student, exercises, by)


def reopen(course: Course, assignment: str, student: str) -> Closed:
    """Withdraw the decisions about a submission: its findings are open again, and points that were taken are back.

    Raises:
        CourseError: the submission does not exist, or it has no decision.
    """
    with store.opened(course.root, write=True) as book:
        before = _only(course, book, assignment, student)
        if not before.reviewed:
            raise CourseError(
                f"{student!r} in {assignment!r} has no decision to withdraw; `foundations review --decided` lists the "
                "decisions",
                slug="review",
            )
        book.withdraw(assignment, student)
        after = settled(course, before, [])
        return Closed(after, _bring_in_line(course, before, after))


def _decide(course: Course, assignment: str, student: str, exercises: Sequence[str], by: str | None) -> Closed:
    name = _login_name() if by is None else " ".join(clean(by, 200).split())
    if not name:
        raise CourseError(f"--by is {by!r}, which is not a name; pass your name", slug="review")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with store.opened(course.root, write=True) as book:
        before = _only(course, book, assignment, student)
        _check_exercises(before, exercises)
        if not before.review:
            last = before.reviewed[-1]
            raise CourseError(
                f"{student!r} in {assignment!r} has no open finding: {last.by} decided at {last.at}; run the command "
                "with --reopen first to decide again",
                slug="review",
            )
        taken = tuple(dict.fromkeys(exercises))
        made = [Decision(review, taken, name, now, before.fingerprint) for review in before.review]
        book.decide(assignment, student, made)
        after = settled(course, before, book.decisions(assignment, student))
        # Within the block, so that a decision is lost if the gradebook cannot be written.
        return Closed(after, _bring_in_line(course, before, after))


def _bring_in_line(course: Course, before: Report, after: Report) -> list[str]:
    from foundations.gradebook import settlement  # nbgrader takes a second to import

    notes = settlement.bring_in_line(course, before, after)
    if (page := settlement.feedback_page(course, after)) is not None and before.score != after.score:
        notes.append(f"{page} shows the old points; run `nbgrader generate_feedback {after.assignment} --force`")
    return notes


def _only(course: Course, book: store.Reviews, assignment: str, student: str) -> Report:
    course.notebook(assignment)
    for report in book.reports(assignment, student):
        return settled(course, report, book.decisions(assignment, student))
    _check_student(course, assignment, student)
    raise CourseError(
        f"{student!r} in {assignment!r} has no finding to decide about; `foundations review` lists the open findings",
        slug="review",
    )


def _check_student(course: Course, assignment: str, student: str) -> None:
    from foundations.gradebook.settlement import known_students

    students = known_students(course, assignment)
    if student not in students:
        hint = nearest(student, students) or "; grade the submission first, with the gradebook"
        raise CourseError(
            f"student {student!r} has no graded submission of {assignment!r} in the gradebook{hint}", slug="review"
        )


def _check_exercises(report: Report, exercises: Sequence[str]) -> None:
    ids = [exercise.id for exercise in report.exercises]
    for name in exercises:
        if name not in ids:
            hint = nearest(name, ids) or f"; its exercises are: {', '.join(ids) or 'none'}"
            raise CourseError(
                f"{report.assignment!r} has no automatically graded exercise {name!r}{hint}", slug="unknown-exercise"
            )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise CourseError(
            f"your login name, which is recorded with a decision, is unknown: {error}; pass --by NAME",
            slug="review",
        ) from error


# ------------------------------------------------------------------------------------------- printing


def show(reports: Sequence[Report], out: Console, *, decided: bool = False) -> None:
    """Print the open findings and how to close them, or the ``decided`` ones."""
    count = sum(bool(report.reviewed if decided else report.review) for report in reports)
    if count:
        out.print(table(reports, decided=decided))
    state = "decided about" if decided else "waiting for a look"
    out.print(f"  submissions {state}: {count}", highlight=False)
    if count and not decided:
        out.print(f"  {_ADVICE}", markup=False, highlight=False)


def show_closed(closed: Closed, out: Console) -> None:
    """Print the state of a submission after a decision."""
    for line in summary(closed):
        out.print(f"  {line}", markup=False, highlight=False)


def summary(closed: Closed) -> Iterator[str]:
    """Yield sentences on a submission after a decision: counts, points, notes."""
    report = closed.report
    whose = f"{clean_name(report.submission)}, {report.assignment}"
    yield f"{whose}: {len(report.review)} open, {len(report.reviewed)} decided"
    for exercise in report.exercises:
        score = "no score yet" if exercise.score is None else f"{exercise.score:g} of {exercise.max_score:g} points"
        yield f"{exercise.id}: {score}"
    yield from closed.notes


def table(reports: Sequence[Report], *, decided: bool = False) -> Table:
    """Return a table with a row for each open finding, or for each one that was ``decided``."""
    result = Table(box=box.SIMPLE_HEAD)
    heads = ("assignment", "student", "where", "finding and reason", "exercises", "decision" if decided else "at stake")
    for head in heads:
        result.add_column(head, overflow="fold", ratio=1 if head == "finding and reason" else None)
    for report in reports:
        for review, last in _decided(report) if decided else _open(report):
            text = f"{clean(review.finding, 300)}\n{clean(review.reason, 500)}"
            part_of = ", ".join(map(clean_name, review.exercises)) or "none"
            whose = (report.assignment, clean_name(report.submission), place(review) or "–")
            result.add_row(*map(escape, (*whose, text, part_of, last)))
    return result


def _open(report: Report) -> Iterator[tuple[Review, str]]:
    for review in report.review:
        touched = decisions.touched(review, report)
        if any(check.imposed for exercise in touched for check in exercise.checks):
            touched = decisions.touched(review, decisions.as_graded(report))  # the course's rule took the points
        yield review, f"{_points(touched):g}"


def _decided(report: Report) -> Iterator[tuple[Review, str]]:
    for decision in report.reviewed:
        yield decision.review, f"{outcome(decision)} by {decision.by}, {decision.at}"


def outcome(decision: Decision) -> str:
    """Return a short phrase for the decision."""
    return f"points of {', '.join(decision.taken)} taken" if decision.taken else "accepted"


def _points(exercises: Sequence[Exercise]) -> float:
    return round(sum(exercise.score or 0.0 for exercise in exercises), 2)


def to_json(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Return findings and decisions as plain JSON values, for programs."""
    return [
        {
            "assignment": report.assignment,
            "submission": report.submission,
            "score": report.score,
            "max_score": report.max_score,
            "review": [review.to_json() for review in report.review],
            "reviewed": [decision.to_json() for decision in report.reviewed],
        }
        for report in reports
    ]
