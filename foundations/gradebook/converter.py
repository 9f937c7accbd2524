"""nbgrader's converter, which continues with the next submission after one fails, and keeps the reason."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import nbgrader.utils
import sqlalchemy.exc
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from foundations.errors import CourseError
from foundations.gradebook.database import unusable
from foundations.gradebook.receipts import copy_secret, copy_stamp, read_stamp


class SubmissionConverter(Autograde):
    """A converter that brings submissions from their folders, which it does not trust, to the gradebook.

    It also writes ``autograded/``. Its results are :attr:`recorded`, :attr:`failed`, :attr:`notes` and :attr:`broken`.
    """

    #: The connection that all submissions share.
    gradebook: Gradebook

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.begin()

    def begin(self) -> None:
        """Forget earlier runs. nbgrader's converter becomes an object of this class without a call of ``__init__``."""
        self.ungraded: dict[str, str] = {}
        #: Students who are recorded.
        self.recorded: set[str] = set()
        #: Why a student is not recorded, by student.
        self.failed: dict[str, str] = {}
        #: Sentences about problems of submissions that were recorded.
        self.notes: list[str] = []
        #: The error that makes the whole gradebook unusable.
        self.broken: CourseError | None = None
        self._student = ""

    def _format_source(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        # nbgrader interprets the folder's name as a regular expression.
        step = re.escape(self._input_directory) if escape else self._input_directory
        return self.coursedir.format_path(step, student_id, assignment_id, escape=escape)

    @contextlib.contextmanager
    def _step(self) -> Iterator[None]:
        """Keep the reason if a step of one submission fails; nbgrader then continues with the next submission."""
        try:
            yield
        except sqlalchemy.exc.DBAPIError as error:
            self.broken = unusable(error, self.coursedir.db_url)
            raise
        except Exception as error:
            self.failed[self._student] = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            raise

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._step():
            super().convert_single_notebook(notebook_filename)

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        with self._step():
            super().set_permissions(assignment_id, student_id)

    def run_post_convert_hook(self) -> None:
        super().run_post_convert_hook()
        self.recorded.add(self._student)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        self._student = student_id
        self.gradebook.db.rollback()  # a failure of the submission before may have left a transaction open
        with self._step():
            return self._is_to_be_done(assignment_id, student_id)

    def _is_to_be_done(self, assignment: str, student: str) -> bool:
        """Decide as nbgrader does, which opens both timestamps whatever they are, and would wait for a pipe forever."""
        destination = Path(self._format_dest(assignment, student))
        if self.force or not destination.exists():
            return super().init_destination(assignment, student)
        if student in (self.coursedir.student_id_exclude or "").split(","):
            return False
        folders = Path(self._format_source(assignment, student)), destination
        submitted, recorded = (read_stamp(folder).moment for folder in folders)
        newer = submitted is not None and recorded is not None and submitted > recorded
        if (destination / f"{assignment}.ipynb").exists() and not newer:
            self.log.info("Skipping existing assignment: %s", destination)
            return False
        self.log.warning("Updating existing assignment: %s", destination)
        nbgrader.utils.rmtree(destination)
        return True

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Do the same as nbgrader, with one connection instead of five, and without copying the submitted files."""
        with self._step():
            self._enter(assignment_id, student_id)

    def _enter(self, assignment_id: str, student_id: str) -> None:
        destination = Path(self._format_dest(assignment_id, student_id))
        destination.mkdir(parents=True, exist_ok=True)
        self._copy_sources(assignment_id, destination)
        timestamp = self._receipts(Path(self._format_source(assignment_id, student_id)), destination)
        if self.create_student:
            self.gradebook.update_or_create_student(student_id)
        else:
            self.gradebook.find_student(student_id)  # raises MissingEntry
        columns = {"timestamp": timestamp} if timestamp else {}
        with self.gradebook.db.no_autoflush:  # otherwise SQLAlchemy warns of how nbgrader creates a submission
            submission = self.gradebook.update_or_create_submission(assignment_id, student_id, **columns)
        if timestamp and submission.total_seconds_late > 0:
            self.log.warning("%s is %s seconds late", submission, submission.total_seconds_late)

    def _copy_sources(self, assignment_id: str, destination: Path) -> None:
        """Copy the pictures and data that the instructor's notebook shows."""
        folder = self.coursedir.format_path(self.coursedir.source_directory, ".", assignment_id)
        for name in nbgrader.utils.find_all_files(folder, [*self.coursedir.ignore, "*.ipynb"]):
            copied = destination / Path(name).relative_to(folder)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.unlink(missing_ok=True)
            shutil.copy(name, copied)

    def _receipts(self, folder: Path, destination: Path) -> datetime | None:
        """Copy the timestamp and the secret, both of which nbgrader needs to release feedback.

        Returns:
            The time of submission, if it is known.
        """
        stamp = read_stamp(folder)
        copy_stamp(stamp, destination)
        if stamp.problem:
            self._note(
                f"timestamp.txt of {self._student!r} {stamp.problem}: the submission is recorded without a time, so "
                "that it does not count as late; correct the file and grade the submission again"
            )
        if problem := copy_secret(folder, destination):
            self._note(f"{self._student!r}: {problem}")
        return stamp.moment

    def _note(self, sentence: str) -> None:
        self.notes.append(sentence)
        self.log.warning("%s", sentence)
