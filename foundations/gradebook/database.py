"""Complaints of the gradebook's database in words for an instructor."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy.exc

from foundations.errors import CourseError

#: What the database's own message holds, the cause, and what to do.
_KNOWN = (
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
        "put a copy of it back, or move it away: a new one is made, without the points that a person has given",
    ),
    (
        ("readonly", "read-only", "unable to open"),
        "cannot be written by this user",
        "look at the rights of the file and of its folder, and run the same command again",
    ),
    (
        ("disk is full", "disk i/o"),
        "cannot be written because the disk is full or fails",
        "make room and run the same command again",
    ),
)


def unusable(error: sqlalchemy.exc.DBAPIError, url: str) -> CourseError:
    """Name the gradebook, what is wrong with it, the database's own words, and what to do."""
    book = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else "of this course"
    words = " ".join(str(error.orig).split())[:200]
    for signs, cause, advice in _KNOWN:
        if any(sign in words.lower() for sign in signs):
            return CourseError(f"the gradebook {book} {cause} ({words}); {advice}", slug="gradebook")
    return CourseError(
        f"the gradebook {book} cannot be used ({words}); look whether `nbgrader db upgrade` or a copy of it helps",
        slug="gradebook",
    )
