"""Conversion of hidden tests whose checks have weights, as in earlier versions, to points."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundations.config import Course
from foundations.grading.faults import AuthorError, Fault
from foundations.grading.points import share
from foundations.proving.source import SourceAssignment


@dataclass(frozen=True)
class _Decorator:
    """A ``@check(...)`` of a hidden test, and the byte offsets of its weight in the source.

    ``end`` is the offset before which a missing weight is inserted.
    """

    weight: float
    gate: bool
    start: int
    end: int
    written: bool


def convert_weights(course: Course, assignment: str) -> list[Path]:
    """Rewrite the hidden tests of an assignment whose checks have weights. Return the files that changed.

    Raises:
        CourseError: the notebook is broken, or a file of hidden tests is not Python.
    """
    changed = []
    for exercise in SourceAssignment.read(course, assignment).exercises:
        if exercise.grader is None:
            continue
        before = exercise.grader.read_text("utf-8")
        try:
            after = converted(before, exercise.points)
        except SyntaxError as error:
            fault = Fault(f"SyntaxError: {error.msg}", exercise.grader, error.lineno, exercise=exercise.name)
            raise AuthorError(fault, slug="graders") from error
        if after != before:
            exercise.grader.write_text(after, "utf-8")
            changed.append(exercise.grader)
    return changed


def converted(source: str, points: float) -> str:
    """Return the source of an exercise's hidden tests with points instead of weights.

    Args:
        source: Python source with ``@check("…", weight=2)``; a missing weight is 1.
        points: the points of the exercise in the notebook; the checks' points add up to them.

    Raises:
        SyntaxError: ``source`` is not Python.
    """
    decorators = list(_decorators(source))
    if not any(decorator.written for decorator in decorators):
        return source
    # Between equal weights, a remaining tenth goes to the first one: a gate.
    ordered = sorted(decorators, key=lambda decorator: not decorator.gate)
    text = source.encode()
    shares = share(points, [decorator.weight for decorator in ordered])
    edits = sorted(zip(ordered, shares, strict=True), key=lambda edit: -edit[0].start)
    for decorator, value in edits:
        new = f"points={round(value, 4):g}"
        text = text[: decorator.start] + (new if decorator.written else f", {new}").encode() + text[decorator.end :]
    return text.decode()


def _decorators(source: str) -> Iterator[_Decorator]:
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for node in ast.walk(ast.parse(source)):
        for call in getattr(node, "decorator_list", ()):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check":
                yield _decorator(call, starts)


def _decorator(call: ast.Call, starts: list[int]) -> _Decorator:
    keywords = {keyword.arg: keyword for keyword in call.keywords}
    gate = "gate" in keywords and getattr(keywords["gate"].value, "value", False) is True
    weight = keywords.get("weight")
    if weight is None or weight.end_col_offset is None or weight.end_lineno is None:
        after = call.args[0]
        end = starts[(after.end_lineno or after.lineno) - 1] + (after.end_col_offset or 0)
        return _Decorator(1.0, gate, end, end, written=False)
    start = starts[weight.lineno - 1] + weight.col_offset
    end = starts[weight.end_lineno - 1] + weight.end_col_offset
    return _Decorator(float(ast.literal_eval(weight.value)), gate, start, end, written=True)
