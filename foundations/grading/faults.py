"""Faults of a course's author, with the file and the line to correct."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from foundations.errors import CourseError, FoundationsError, InternalError

#: Largest number of characters of an exception's text in a review.
_MAX_TEXT = 300


@dataclass(frozen=True)
class Fault:
    """One sentence for the author of a course, and the place that it is about.

    Attributes:
        text: the sentence: subject, value, cause, and the next step.
        path: the file; ``None`` if the fault is not in a single file.
        line: the line in the file, or in the cell if there is one, counted from 1.
        cell: the position of the cell in a notebook, counted from 1.
        exercise: the exercise that it is about; empty if it is about none, or about several.
    """

    text: str
    path: Path | None = None
    line: int | None = None
    cell: int | None = None
    exercise: str = ""

    def place(self, root: Path | None = None) -> str:
        """Return the place as words: ``graders/01_a/test_f.py, line 3``, relative to ``root``; empty without a file."""
        if self.path is None:
            return ""
        path = self.path.relative_to(root) if root and self.path.is_relative_to(root) else self.path
        parts = [f"{name} {number}" for name, number in (("cell", self.cell), ("line", self.line)) if number]
        return ", ".join([path.as_posix(), *parts])

    def sentence(self, root: Path | None = None) -> str:
        """Return the place and the text in one line."""
        return ": ".join(filter(None, (self.place(root), self.text)))

    def __str__(self) -> str:
        return self.sentence()


class AuthorError(CourseError):
    """A file of a course is wrong at a known place."""

    def __init__(self, fault: Fault, *, slug: str) -> None:
        super().__init__(str(fault), slug=slug)
        self.fault = fault


def fault_of(error: BaseException, folder: Path, path: Path | None = None) -> Fault:
    """Return the fault behind an exception that code of the course raised while it was imported.

    Args:
        error: the exception; pytest's own exceptions are followed to their cause.
        folder: the place is the innermost line of a file in this folder.
        path: the file, if no line of the folder is found.
    """
    cause = _first_cause(error)
    text = " ".join(str(cause).split())
    if isinstance(cause, SyntaxError) and cause.filename:
        return Fault(f"{type(cause).__name__}: {cause.msg}", Path(cause.filename), cause.lineno)
    places = [place for place in _places(cause.__traceback__) if place[0].is_relative_to(folder)]
    file, line = places[-1] if places else (path, None)
    return Fault(text if isinstance(cause, CourseError) else f"{type(cause).__name__}: {text}", file, line)


def _first_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None and not isinstance(error, CourseError):
        error = error.__cause__
    return error


def _places(trace: TracebackType | None) -> Iterator[tuple[Path, int]]:
    while trace is not None:
        yield Path(trace.tb_frame.f_code.co_filename), trace.tb_lineno
        trace = trace.tb_next


def described(error: BaseException) -> str:
    """Return the exception and its location on one line, for the author of the graders."""
    text = " ".join(str(error).split())
    text = text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + " …"
    return f"{type(error).__name__}: {text}{_location(error)}"


def fault_text(test: str, error: BaseException) -> str:
    """Return the message of a check whose hidden test is at fault."""
    if isinstance(error, FoundationsError):
        return str(error)
    return f"the grader {test} itself failed with {described(error)}"


def fault_code(error: BaseException) -> int:
    """Return the exit code for an exception of a hidden test: its author's fault, or this package's."""
    if isinstance(error, FoundationsError):
        return error.exit_code
    return InternalError.exit_code if _is_ours(error) else CourseError.exit_code


def _location(error: BaseException) -> str:
    frame = _innermost(error)
    return f" (line {frame.tb_lineno} of {frame.tb_frame.f_code.co_filename.rpartition('/')[2]})" if frame else ""


def _is_ours(error: BaseException) -> bool:
    """Check whether the innermost frame of the traceback is in this package."""
    frame = _innermost(error)
    return frame is not None and frame.tb_frame.f_globals.get("__name__", "").startswith("foundations.")


def _innermost(error: BaseException) -> TracebackType | None:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace
