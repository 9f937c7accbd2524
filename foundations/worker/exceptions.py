"""Descriptions of exceptions that student code raised, as plain values that can cross to the judge."""

from __future__ import annotations

import linecache
import traceback
from typing import Any

from foundations.worker import protocol

MAX_ERROR_CHARACTERS = 4000
_MAX_EXPRESSION_CHARACTERS = 100


def describe_error(error: BaseException) -> dict[str, Any]:
    """Describe an exception: names of its type and bases, message, and the line of a cell that raised it.

    Returns:
        ``{"name", "bases", "text", "line", "code"}``. ``line`` is a line number in the innermost cell of the traceback,
        or ``None`` if no cell is in it. ``code`` is the expression that was evaluated there.
    """
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)
    in_cells = [frame for frame in frames if frame.filename.startswith("<ipython") or "ipykernel" in frame.filename]
    line = in_cells[-1].lineno if in_cells else None
    return {
        "name": type_name(kind),
        "bases": [type_name(base) for base in kind.__mro__],
        "text": message_of(error.msg if isinstance(error, SyntaxError) else error),
        "line": (error.lineno or 0) if isinstance(error, SyntaxError) else line,
        "code": _expression(in_cells[-1]) if in_cells else None,
    }


def type_name(kind: type) -> str:
    """Return the name of a class, cut to the length that the protocol allows."""
    return str(kind.__name__)[: protocol.MAX_TYPE_NAME]


def message_of(error: object) -> str:
    """Return the message of a student's exception, whose ``__str__`` may itself raise an exception."""
    try:
        return str(error)[:MAX_ERROR_CHARACTERS]
    except BaseException as nested:
        return f"(its message could not be read: {type_name(type(nested))})"


def _expression(frame: traceback.FrameSummary) -> str:
    """Return the part of a cell's line that was evaluated in ``frame``."""
    line = linecache.getline(frame.filename, frame.lineno or 0)
    if frame.colno is None or frame.end_lineno != frame.lineno:
        return line.strip()[:_MAX_EXPRESSION_CHARACTERS]
    part = line.encode("utf-8", "replace")[frame.colno : frame.end_colno]  # columns are counted in bytes
    return part.decode("utf-8", "replace")[:_MAX_EXPRESSION_CHARACTERS]
