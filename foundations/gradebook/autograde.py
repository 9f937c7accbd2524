"""The converter behind ``nbgrader autograde``, which grades with this package.

nbgrader keeps the folders, the gradebook, manual grades, late penalties and feedback. Stock nbgrader runs a submission
and its tests in one process, and reads scores off the cells' outputs. Here the notebook is read as data and repaired by
``source/``, and :mod:`foundations.gradebook.preprocessors` grades it and saves the report's scores.
``nbgrader_config.py`` names these classes; :func:`foundations.gradebook.store.record` runs the same converter on
finished reports.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import nbgrader.utils
import sqlalchemy.exc
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException

from foundations.config import Course, find_course
from foundations.errors import CourseError, SubmissionError
from foundations.gradebook.annotations import placeholder
from foundations.gradebook.converter import SubmissionConverter
from foundations.gradebook.database import OneTransaction, unusable
from foundations.notebooks.source import read_source
from foundations.notebooks.submission import read_submission
from foundations.plain import clean, clean_name

if TYPE_CHECKING:
    from foundations.report.model import Graded


class UngradedSubmissions(NbGraderException):
    """All submissions were processed, and some have no complete score."""


class SubmissionExporter(NotebookExporter):
    """An exporter that gives nbgrader the repaired submission instead of the submitted file.

    ``nbgrader_config.py`` names it as ``Autograde.exporter_class``. nbgrader has no setting for the converter itself,
    and creates the exporter just before it begins; so the exporter turns the converter into this package's.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if type(self.parent) is Autograde:
            self.parent.__class__ = FoundationsAutograde

    def from_filename(self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        converter: Any = self.parent
        # The notebook is validated once, after the last preprocessor; nbconvert fails if there is none.
        self.optimistic_validation = bool(self._preprocessors)
        if resources is None or not (converter._sanitizing or converter.has_report):
            return super().from_filename(filename, resources, **kwargs)
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        notebook = converter.sanitized(resources["nbgrader"]["student"], resources["nbgrader"]["assignment"])
        return self.from_notebook_node(notebook, resources)


class FoundationsAutograde(SubmissionConverter):
    """nbgrader's converter, which trusts no part of a submission and never turns a fault into a zero.

    A submission that cannot be graded gets a placeholder notebook with the reason, and a gradebook entry without a
    score that asks for a person. The others are graded. The run then ends with :class:`UngradedSubmissions`, so that
    its exit status is not 0.
    """

    @cached_property
    def course(self) -> Course:
        return find_course(Path(self.coursedir.root))

    #: The students to grade; ``None`` for all whose folders nbgrader finds.
    only: list[str] | None = None
    #: Finished reports by student. Their submissions are not graded again.
    finished: Mapping[str, Graded] = {}

    def init_notebooks(self) -> None:
        if self.only is None:
            super().init_notebooks()

    def convert_notebooks(self) -> None:
        self.begin()
        try:
            # One connection for the run, because each new one compiles all of nbgrader's statements again.
            made = OneTransaction if self.finished else Gradebook
            with made(self.coursedir.db_url, self.coursedir.course_id) as self.gradebook:
                cells = _cells_of(self.gradebook, self.coursedir.assignment_id)
                self._convert_all(self.coursedir.assignment_id)
                del cells  # SQLAlchemy keeps only rows that are held, and would read them again
        except sqlalchemy.exc.DBAPIError as error:
            self.broken = unusable(error, self.coursedir.db_url)
        finally:
            for student, reason in self.ungraded.items():
                self.log.error("%s is not graded: %s", clean_name(student), clean(reason))
        if self.broken is not None:
            self.log.error("%s", self.broken)
            raise NbGraderException(str(self.broken))
        if self.ungraded:
            raise UngradedSubmissions(f"{len(self.ungraded)} submissions are not graded")

    def _convert_all(self, assignment: str) -> None:
        if assignment in self.course.assignments:  # otherwise nbgrader reports the unknown name
            self._check_gradebook(assignment)
            if self.coursedir.notebook_id == "*":
                self.assignments = {folder: [f"{folder}/{assignment}.ipynb"] for folder in self._folders(assignment)}
        try:
            super().convert_notebooks()
        except NbGraderException:
            if self.broken is None:
                raise

    def _folders(self, assignment: str) -> list[str]:
        """Return every submitted folder, also those without a notebook, and those that nbgrader found."""
        if self.only is not None:
            return [self._format_source(assignment, student) for student in self.only]
        paths = glob.glob(self._format_source(assignment, self.coursedir.student_id))
        folders = sorted({*self.assignments, *(path for path in paths if os.path.isdir(path))})
        unprintable = [folder for folder in folders if not Path(folder).parent.name.isprintable()]
        for folder in unprintable:
            reason = "the name of its folder has characters that a gradebook cannot hold; rename the folder"
            self.ungraded[ascii(Path(folder).parent.name)] = reason
        return [folder for folder in folders if folder not in unprintable]

    @property
    def has_report(self) -> bool:
        """Whether the submission that is converted now has a finished report."""
        return self._student in self.finished

    def convert_single_notebook(self, notebook_filename: str) -> None:
        if not self.has_report or self.sanitize_preprocessors:
            super().convert_single_notebook(notebook_filename)
            return
        # nbgrader would write the repaired notebook, and read it again for the second step.
        destination = Path(self._format_dest(self.coursedir.assignment_id, self._student))
        self._sanitizing = False
        self._init_preprocessors()
        try:
            with self._step(), nbgrader.utils.setenv(NBGRADER_EXECUTION="autograde"):
                BaseConverter.convert_single_notebook(self, str(destination / Path(notebook_filename).name))
        finally:
            self._sanitizing = True

    def write_single_notebook(self, output: str, resources: dict[str, Any]) -> None:
        """Write the notebook after the scores: if it is there, nbgrader takes the submission for graded."""
        if isinstance(self.gradebook, OneTransaction):
            self.gradebook.save()
        super().write_single_notebook(output, resources)

    def _check_gradebook(self, assignment: str) -> None:
        try:
            stale = out_of_date(self.gradebook, self.course, assignment)
        except CourseError as error:
            stale = str(error)
        if stale:
            self.log.error("%s", stale)
            raise NbGraderException(stale)

    def sanitized(self, student: str, assignment: str) -> nbformat.NotebookNode:
        """Return the repaired submission, or the placeholder if it cannot be read."""
        graded = self.finished.get(student)
        if graded is not None:
            return graded.notebook or placeholder(self.course, assignment)  # the exporter makes a copy
        path, source = self.submitted(student, assignment), self.course.notebook(assignment)
        try:
            return read_submission(path, source, self.course.limits(assignment)).notebook
        except SubmissionError:
            return placeholder(self.course, assignment)  # the report has the reason

    def submitted(self, student: str, assignment: str) -> Path:
        """Return the path of the submitted notebook, which may be missing."""
        folder = self.coursedir.format_path(self.coursedir.submitted_directory, student, assignment)
        return Path(folder, f"{assignment}.ipynb")


def gradebook_of(coursedir: Any) -> Gradebook:
    return Gradebook(coursedir.db_url, coursedir.course_id)


def _cells_of(gradebook: Gradebook, assignment: str) -> list[tuple[Any, ...]]:
    """Return the rows of an assignment's cells, which all its submissions need."""
    try:
        found = gradebook.find_assignment(assignment)
        return [(found, notebook, notebook.grade_cells, notebook.solution_cells) for notebook in found.notebooks]
    except MissingEntry:
        return []


def out_of_date(gradebook: Gradebook, course: Course, assignment: str) -> str | None:
    """Return one sentence if the gradebook has other cells or points than ``source/``; ``None`` if they agree."""
    cells = [cell.metadata.get("nbgrader", {}) for cell in read_source(course.notebook(assignment)).cells]
    wanted = {marks["grade_id"]: float(marks["points"]) for marks in cells if marks.get("grade") or marks.get("task")}
    advice = f"run `nbgrader generate_assignment {assignment} --force`"
    try:
        notebook = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return f"assignment {assignment!r} is not in the gradebook; {advice}"
    entered = {cell.name: float(cell.max_score) for cell in [*notebook.grade_cells, *notebook.task_cells]}
    different = sorted(name for name in wanted.keys() | entered.keys() if wanted.get(name) != entered.get(name))
    if not different:
        return None
    return f"the gradebook and source/ differ in {', '.join(different)} (cells or points) of {assignment!r}; {advice}"
