"""The file ``reviews.db`` of a course: findings that wait for a person, and the decisions of persons.

It is a database of SQLite next to the gradebook, and not a table in the gradebook, whose form belongs to nbgrader and
may change with ``nbgrader upgrade``. It is made when the first finding is recorded.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from foundations.errors import CourseError
from foundations.report.model import Check, Decision, Exercise, Report, Review
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
    """An open ``reviews.db``. Everything that one ``with`` block of :func:`opened` writes is kept, or nothing of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def remember(self, report: Report) -> None:
        """Keep a report for as long as it has findings, in the place of an earlier one of the same submission."""
        graded = as_graded(report)
        whose = (report.assignment, report.submission)
        self._connection.execute("DELETE FROM submission WHERE assignment = ? AND student = ?", whose)
        if graded.review:
            text = json.dumps(asdict(graded))
            self._connection.execute("INSERT INTO submission VALUES (?, ?, ?)", (*whose, text))

    def reports(self, assignment: str | None = None, student: str | None = None) -> list[Report]:
        """Return the reports with findings as they were before any decision, by assignment and student."""
        rows = self._connection.execute(
            "SELECT report FROM submission WHERE assignment = ifnull(?1, assignment) AND student = ifnull(?2, student)"
            " ORDER BY assignment, student",
            (assignment, student),
        )
        return [_report(json.loads(text)) for (text,) in rows]

    def decisions(self, assignment: str, student: str) -> list[Decision]:
        """Return all decisions about a student's work in an assignment, the first that was made first."""
        rows = self._connection.execute(
            "SELECT review, taken, made_by, made_at, fingerprint FROM decision WHERE assignment = ? AND student = ?"
            " ORDER BY id",
            (assignment, student),
        )
        return [
            Decision(_review(json.loads(review)), tuple(json.loads(taken)), *others) for review, taken, *others in rows
        ]

    def decide(self, assignment: str, student: str, decisions: Sequence[Decision]) -> None:
        """Add decisions."""
        for one in decisions:
            review, taken = json.dumps(one.review.to_json()), json.dumps(one.taken)
            values = (assignment, student, review, taken, one.by, one.at, one.fingerprint)
            self._connection.execute("INSERT INTO decision VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", values)

    def withdraw(self, assignment: str, student: str) -> None:
        """Forget every decision about a student's work in an assignment."""
        self._connection.execute("DELETE FROM decision WHERE assignment = ? AND student = ?", (assignment, student))


@contextlib.contextmanager
def opened(root: Path, *, write: bool = False) -> Iterator[Reviews]:
    """Open the file of the course at ``root``; reading makes no file where there is none.

    Raises:
        CourseError: the file is damaged, busy, made by a later version, or may not be written.
    """
    path = root / NAME
    with _blamed(path), contextlib.closing(_connect(path, write)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise CourseError(
                f"{path} has version {version}, which a later version of this package made; this one knows "
                f"{_VERSION}: update foundations",
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
    """Keep a report with findings, or forget those of an earlier one; most courses never need the file.

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
    """Make what is missing, a statement at a time: ``executescript`` would end the transaction."""
    for statement in filter(None, map(str.strip, _TABLES.split(";"))):
        connection.execute(statement)


def _has_content(path: Path) -> bool:
    """Whether there is more than the empty file that a stopped process leaves."""
    return path.exists() and (path.stat().st_size > 0 or not path.is_file())


@contextlib.contextmanager
def _blamed(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CourseError(
            f"{path}, which keeps the decisions on reviews, cannot be used: {error}; look at its permissions and the "
            "room on the disk, or restore it from a backup",
            slug="reviews",
        ) from error


def _report(values: dict[str, Any]) -> Report:
    """Rebuild a report from :func:`dataclasses.asdict`."""
    exercises = [
        Exercise(one["id"], one["max_score"], [Check(**check) for check in one["checks"]])
        for one in values["exercises"]
    ]
    reviews = [_review(review) for review in values["review"]]
    known = {one.name: values[one.name] for one in fields(Report) if one.name in values}
    return Report(**{**known, "exercises": exercises, "review": reviews})


def _review(values: dict[str, Any]) -> Review:
    return Review(**{**values, "exercises": tuple(values["exercises"])})
