"""The errors that this package raises on purpose. Each class blames one party, and has its own exit code.

Every message is one sentence: the subject, its value, the cause, and the next step. ``slug`` is a heading in
``docs/errors.md``, where the error is explained.
"""

from __future__ import annotations

from typing import Any


class FoundationsError(Exception):
    """The base of every error that this package raises on purpose."""

    exit_code = 3

    def __init__(self, message: str, *, slug: str = "") -> None:
        super().__init__(message)
        self.slug = slug


class SubmissionError(FoundationsError):
    """The submission cannot be graded. It is reported "ungraded", and the run continues."""

    exit_code = 1


class CourseError(FoundationsError):
    """The command line, a file of the course or a grader is wrong. Its author has to fix it."""

    exit_code = 2


class InternalError(FoundationsError):
    """This package failed. Only its maintainers can fix it."""

    exit_code = 3


class Stopped(FoundationsError):
    """The command was stopped, usually with Ctrl-C. The message lists the files that are kept."""

    exit_code = 130


class SessionLost(FoundationsError):
    """A student process ended, hung or broke the protocol during one check or one cell.

    The student's code caused it, and loses only that check or cell. ``reason`` is the sentence that the student reads.
    """

    exit_code = 1

    def __init__(self, reason: str, *, slug: str = "session-lost") -> None:
        super().__init__(reason, slug=slug)
        self.reason = reason


class OutOfTime(SessionLost):
    """The student process was stopped because it had used up its CPU or wall time.

    Args:
        stopped: the limit that was reached ("stopped after 10 s of CPU").
        more: the end of :attr:`reason`, which begins with ``stopped``.

    Attributes:
        request: the operation and its values, if the process worked for a check; ``None`` otherwise.
    """

    def __init__(self, stopped: str, more: str) -> None:
        super().__init__(f"{stopped}{more}")
        self.stopped = stopped
        self.request: tuple[str, dict[str, Any]] | None = None
