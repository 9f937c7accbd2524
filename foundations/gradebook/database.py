"""Errors of the gradebook's database, worded for an instructor."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy.exc

from foundations.errors import CourseError

#: Parts of the database's message, the cause, and the advice.
_CAUSES = (
    (
        ("locked", "busy"),
        "is locked by another program, so that nothing can be written to it",
        "close that program (formgrader, another run, a database browser) and run the same command again",
    ),
    (
        ("no such column", "no such table", "has no column"),
        "was made by another version of nbgrader",
        "make a copy of the file, run `nbgrader db upgrade` in the course's folder, and run the same command again",
    ),
    (
        ("malformed", "not a database", "file is encrypted", "disk image"),
        "is damaged",
        "restore a copy of it, or move it away: grading again then makes a new one without the manual scores",
    ),
    (
        ("readonly", "read-only", "unable to open"),
        "cannot be written by this user",
        "check the permissions of the file and of its folder, and run the same command again",
    ),
    (
        ("disk is full", "disk i/o"),
        "cannot be written because the disk is full or fails",
        "free some space on the disk and run the same command again",
    ),
)


def unusable(error: sqlalchemy.exc.DBAPIError, url: str) -> CourseError:
    """Return an error that names the gradebook, the cause, the database's own message, and the next step."""
    book = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else "of this course"
    words = " ".join(str(error.orig).split())[:200]
    for signs, cause, advice in _CAUSES:
        if any(sign in words.lower() for sign in signs):
            return CourseError(f"the gradebook {book} {cause} ({words}); {advice}", slug="gradebook")
    return CourseError(
        f"the gradebook {book} cannot be used ({words}); try `nbgrader db upgrade`, or restore a copy of it",
        slug="gradebook",
    )
