"""The connection to the gradebook's database, and its errors, worded for an instructor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy.exc
from nbgrader.api import Gradebook

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


class OneTransaction(Gradebook):
    """nbgrader's gradebook, with one transaction for a submission instead of one for each step.

    On a disk, a transaction takes as long as all other work on a gradebook's rows. While one is open, no other program
    can write, so this is for submissions that are graded already.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._commit = self.db.commit
        self.db.commit = self.db.flush
        self.db().expire_on_commit = False  # rows of one submission are not read again for the next

    def save(self) -> None:
        """Write all that was changed since the last call."""
        self._commit()


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
