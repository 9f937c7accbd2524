"""Apply decisions about findings, of persons and of the course, to the points of a submission."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from copy import deepcopy

from foundations.config import HiddenCode
from foundations.report.model import Check, Decision, Exercise, Report, Review

#: The names of checks that are added after grading, and the first of two messages. Students read all three.
TAKEN_NAME = "the points of this exercise"
TAKEN = "Your instructor took the points of this exercise after a review; ask them about it."
NOT_ALLOWED_NAME = "the code that this exam allows"
NOT_ALLOWED = "This exercise uses code that the course does not allow in an exam: {}"

#: The identity of a finding. It does not include the place, which moves when a cell is added above it.
Key = tuple[tuple[str, ...], str, str]


def key(review: Review) -> Key:
    """Return the identity of a finding: its exercises, its text and its reason.

    Numbers in the reason do not count, because they may be measurements, which differ between runs.
    """
    return tuple(sorted(review.exercises)), review.finding, re.sub(r"\d+(?:\.\d+)?", "#", review.reason)


def fingerprint(cells: Iterable[tuple[str, str]]) -> str:
    """Return a text that is equal for notebooks with the same cells, each given by its type and its source."""
    return hashlib.sha256(json.dumps([list(cell) for cell in cells]).encode("ascii")).hexdigest()


def settle(report: Report, made: Sequence[Decision], hidden_code: HiddenCode) -> None:
    """Apply the decisions ``made`` about this student's work, and the rule of the course, to a report as graded.

    Each decision closes one finding of the report with the same :func:`key`, wherever its cell is now. Points that were
    taken stay taken while the notebook is the same, also if another run does not find the finding again.
    """
    unused = list(made)
    findings, report.review = report.review, []
    for review in findings:
        decision = next((decision for decision in unused if key(decision.review) == key(review)), None)
        if decision is None:
            report.review.append(review)
        else:
            unused.remove(decision)
            report.reviewed.append(decision)
    report.reviewed += [
        decision for decision in unused if decision.taken and decision.fingerprint == report.fingerprint
    ]
    taken = {name for decision in report.reviewed for name in decision.taken}
    for exercise in report.exercises:
        if exercise.id in taken:
            _impose(exercise, TAKEN_NAME, TAKEN)
        # A finding without a cell is an event during grading, not the student's code.
        code = [
            review.finding for review in report.review if exercise.id in review.exercises and review.cell is not None
        ]
        if hidden_code == "fail" and code:
            _impose(exercise, NOT_ALLOWED_NAME, NOT_ALLOWED.format("; ".join(dict.fromkeys(code))))


def as_graded(report: Report) -> Report:
    """Return a copy of a report as it was before any decision."""
    before = deepcopy(report)
    before.review += [decision.review for decision in before.reviewed]
    before.reviewed = []
    for exercise in before.exercises:
        exercise.checks = [check for check in exercise.checks if not check.imposed]
    return before


def touched(review: Review, report: Report) -> list[Exercise]:
    """Return the exercises that a finding is part of, or all exercises of the report if there are none."""
    return [exercise for exercise in report.exercises if exercise.id in review.exercises] or report.exercises


def asked(report: Report) -> set[str]:
    """Return the ids of the exercises that a person is asked to look at."""
    return {exercise.id for review in report.review for exercise in touched(review, report)}


def _impose(exercise: Exercise, name: str, message: str) -> None:
    exercise.checks.insert(0, Check(name, "fail", 0.0, message, gate=True, imposed=True))
