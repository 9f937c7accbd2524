"""Whose fault is it? One class for each answer, and one exit code for each class.

Every message is one sentence: the subject, its value, the cause, and what to do next. ``slug`` names the
paragraph of ``docs/errors.md`` that says more.
"""

from __future__ import annotations

from typing import Any


class FoundationsError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code = 3

    def __init__(self, message: str, *, slug: str = "") -> None:
        super().__init__(message)
        self.slug = slug


class SubmissionError(FoundationsError):
    """The submission cannot be graded as it stands: it is reported "ungraded" and the run goes on."""

    exit_code = 1


class CourseError(FoundationsError):
    """The command line, the course's files or a grader are wrong: their author has to mend them."""

    exit_code = 2


class InternalError(FoundationsError):
    """This package broke a promise of its own; nobody else can mend it."""

    exit_code = 3


class Stopped(FoundationsError):
    """Somebody stopped the command, with Ctrl-C most often. Its message says what is kept."""

    exit_code = 130


class SessionLost(FoundationsError):
    """A student process ended, hung or broke the protocol while it was at work for one check or one cell.

    It is the student's doing and costs only what was being done: ``reason`` says it in words a student reads.
    """

    exit_code = 1

    def __init__(self, reason: str, *, slug: str = "session-lost") -> None:
        super().__init__(reason, slug=slug)
        self.reason = reason


class OutOfTime(SessionLost):
    """The student process was stopped because it had used up its CPU or wall time.

    ``stopped`` is what happened ("stopped after 10 s of CPU"), ``reason`` says more. ``request`` is what it was asked
    for, operation and values, where that was asked for a check.
    """

    def __init__(self, stopped: str, more: str) -> None:
        super().__init__(f"{stopped}{more}")
        self.stopped = stopped
        self.request: tuple[str, dict[str, Any]] | None = None
