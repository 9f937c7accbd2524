"""The file ``reviews.db`` of a course: findings that wait for a person, and the decisions of persons.

It is an SQLite database next to the gradebook, and not a table in the gradebook, because nbgrader defines the
gradebook's tables and may change them with ``nbgrader db upgrade``. It is made when the first finding is recorded.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from foundations.errors import CourseError
from foundations.report.model import Decision, Report
from foundations.report.stored import report_of, review_of, values_of
from foundations.reviews.decisions import as_graded

NAME = "reviews.db"
#: Seconds to wait for another process that writes.
_PATIENCE_S = 30.0
_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS submission (
    assignment TEXT NOT NULL, student TEXT NOT NULL, report TEXT NOT NULL, PRIMARY KEY (assignment, student)
);
CREATE TABLE IF NOT EXISTS decision (
    id INTEGER PRIMARY KEY, assignment TEXT NOT NULL, student TEXT NOT NULL, review TEXT NOT NULL, taken TEXT NOT NULL,
    made_by TEXT NOT NULL, made_at TEXT NOT NULL, fingerprint TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS decision_of ON decision (assignment, student);
"""


class Reviews:
    """An open ``reviews.db``. A ``with`` block of :func:`opened` is one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def remember(self, report: Report) -> None:
        """Replace the submission's earlier report by this one if it has findings; otherwise remove the earlier one."""
        graded = as_graded(report)
        submission = (report.assignment, report.submission)
        self._connection.execute("DELETE FROM submission WHERE assignment = ? AND student = ?", submission)
        if graded.review:
            text = json.dumps(values_of(graded))
            self._connection.execute("INSERT INTO submission VALUES (?, ?, ?)", (*submission, text))

    def reports(self, assignment: str | None = None, student: str | None = None) -> list[Report]:
        """Return the reports with findings as they were before any decision, by assignment and student."""
        rows = self._connection.execute(
            "SELECT report FROM submission WHERE assignment = ifnull(?1, assignment) AND student = ifnull(?2, student)"
            " ORDER BY assignment, student",
            (assignment, student),
        )
        return [report_of(json.loads(text)) for (text,) in rows]

    def decisions(self, assignment: str, student: str) -> list[Decision]:
        """Return all decisions about a student's work in an assignment, the earliest first."""
        rows = self._connection.execute(
            "SELECT review, taken, made_by, made_at, fingerprint FROM decision WHERE assignment = ? AND student = ?"
            " ORDER BY id",
            (assignment, student),
        )
        return [
            Decision(review_of(json.loads(review)), tuple(json.loads(taken)), *others)
            for review, taken, *others in rows
        ]

    def decide(self, assignment: str, student: str, decisions: Sequence[Decision]) -> None:
        """Add decisions about a student's work in an assignment."""
        for decision in decisions:
            review, taken = json.dumps(decision.review.to_json()), json.dumps(decision.taken)
            values = (assignment, student, review, taken, decision.by, decision.at, decision.fingerprint)
            self._connection.execute("INSERT INTO decision VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", values)

    def withdraw(self, assignment: str, student: str) -> None:
        """Delete every decision about a student's work in an assignment."""
        self._connection.execute("DELETE FROM decision WHERE assignment = ? AND student = ?", (assignment, student))


@contextlib.contextmanager
def opened(root: Path, *, write: bool = False) -> Iterator[Reviews]:
    """Open the file of the course at ``root``; reading does not create it.

    Raises:
        CourseError: the file is damaged, busy, made by a later version, or may not be written.
    """
    path = root / NAME
    with _blamed(path), contextlib.closing(_connect(path, write)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise CourseError(
                f"{path} has version {version}, which a later version of this package wrote; this one can read version "
                f"{_VERSION}: update foundations-kit",
                slug="reviews",
            )
        if write:
            connection.execute("BEGIN IMMEDIATE")
            _make_tables(connection)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        yield Reviews(connection)
        if write:
            connection.execute("COMMIT")


def remember(root: Path, report: Report) -> None:
    """Keep a report with findings, or remove an earlier one; do not create the file for a report without findings.

    Raises:
        CourseError: the file cannot be used.
    """
    if report.review or report.reviewed or (root / NAME).exists():
        with opened(root, write=True) as reviews:
            reviews.remember(report)


def decisions(root: Path, assignment: str, student: str) -> list[Decision]:
    """Return all decisions about a student's work in an assignment.

    Raises:
        CourseError: the file cannot be used.
    """
    with opened(root) as reviews:
        return reviews.decisions(assignment, student)


def _connect(path: Path, write: bool) -> sqlite3.Connection:
    if not write and not _has_content(path):
        empty = sqlite3.connect(":memory:", isolation_level=None)
        _make_tables(empty)
        return empty
    mode = "rwc" if write else "rw"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", _PATIENCE_S, isolation_level=None, uri=True)


def _make_tables(connection: sqlite3.Connection) -> None:
    """Create missing tables, a statement at a time, because ``executescript`` would end the transaction."""
    for statement in filter(None, map(str.strip, _TABLES.split(";"))):
        connection.execute(statement)


def _has_content(path: Path) -> bool:
    """Return whether there is more than the empty file that a stopped process leaves."""
    return path.exists() and (path.stat().st_size > 0 or not path.is_file())


@contextlib.contextmanager
def _blamed(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CourseError(
            f"{path}, which keeps the decisions on reviews, cannot be used: {error}; check its permissions and the "
            "space on the disk, or restore it from a backup",
            slug="reviews",
        ) from error
