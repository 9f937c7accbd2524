"""The differences between two reports about one submission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from foundations.report.model import Check, Exercise, Report


@dataclass(frozen=True)
class Change:
    """One difference. ``before`` and ``after`` are outcomes with points, or the reason of a missing verdict.

    Attributes:
        exercise: its id; empty if the whole report changed.
        check: the check's name; empty if the whole exercise changed.
        before: the earlier result in words.
        after: the new one.
        points: the points of the exercise, or of the submission, that are gained, or lost if negative; ``None`` if one
            of the reports has no score.
        message: the new message for the student.
    """

    exercise: str
    check: str
    before: str
    after: str
    points: float | None
    message: str = ""


def changes(before: Report, after: Report) -> Iterator[Change]:
    """Yield the checks whose outcome or points differ, or one change if a report has no verdict or other exercises."""
    if before.reason != after.reason:
        yield Change("", "", _verdict(before), _verdict(after), _difference(before.score, after.score))
        return
    earlier = {exercise.id: exercise for exercise in before.exercises}
    for exercise in after.exercises:
        old = earlier.pop(exercise.id, None)
        if old is None:
            yield Change(exercise.id, "", "not there", _score(exercise), exercise.score)
        else:
            yield from _of_exercise(old, exercise)
    for old in earlier.values():
        lost = None if old.score is None else -old.score
        yield Change(old.id, "", _score(old), "not there", lost)


def _of_exercise(before: Exercise, after: Exercise) -> Iterator[Change]:
    earlier = {check.name: check for check in before.checks}
    for check in after.checks:
        old = earlier.pop(check.name, None)
        was = "not there" if old is None else _result(before, old)
        now = _result(after, check)
        if was != now:
            gained = _difference(before.earned(old) if old else 0.0, after.earned(check))
            yield Change(after.id, check.name, was, now, gained, check.message)
    for old in earlier.values():
        yield Change(after.id, old.name, _result(before, old), "not there", _difference(before.earned(old), 0.0))


def _result(exercise: Exercise, check: Check) -> str:
    earned = exercise.earned(check)
    return f"{check.outcome}, {'no score' if earned is None else f'{earned:g}'} of {check.points:g}"


def _score(exercise: Exercise) -> str:
    return "no score" if exercise.score is None else f"{exercise.score:g} of {exercise.max_score:g}"


def _verdict(report: Report) -> str:
    return report.reason or ("ungraded" if report.score is None else f"{report.score:g} of {report.max_score:g}")


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else round(after - before, 4)
