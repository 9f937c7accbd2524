"""nbgrader stays the manager: it keeps the folders, the gradebook, manual grades, late penalties and feedback.

What changes is who grades. Stock nbgrader runs a submission beside its tests and reads scores off the cells' outputs;
here the notebook is read as data and repaired by ``source/``, :class:`FoundationsGrade` stands where ``Execute`` stood,
and :class:`SaveReport` writes the report's scores where ``SaveAutoGrades`` read outputs. ``nbgrader_config.py`` names
these classes; :func:`foundations.gradebook.record` runs the same converter over finished reports.
"""

from __future__ import annotations

import atexit
import contextlib
import copy
import glob
import html
import math
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import nbgrader.api
import nbgrader.utils
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from foundations.config import Course, find_course
from foundations.errors import CourseError, FoundationsError, SubmissionError
from foundations.model import NOT_CREDITABLE, Report
from foundations.notebook import read_source, read_submission, release_version
from foundations.table import clean, clean_name, failures_text

if TYPE_CHECKING:
    from foundations.grade import Graded, Grader

#: Where the report travels between preprocessors.
_RESOURCE = "foundations_report"
NO_RESPONSE = "No response."  # nbgrader's words for an answer left as it was

Key = tuple[str, str]
_finished: ContextVar[Mapping[Key, Graded] | None] = ContextVar("finished_reports", default=None)
_graders: dict[tuple[Path, str], Grader] = {}


@contextlib.contextmanager
def finished_reports(reports: Mapping[Key, Graded]) -> Iterator[None]:
    """Within it, a submission found in ``reports`` (by student and assignment) is not graded again."""
    token = _finished.set(reports)
    try:
        yield
    finally:
        _finished.reset(token)


def grader_for(course: Course, assignment: str) -> Grader:
    """The grader of ``assignment``, started once in this process and closed when it ends."""
    key = (course.root, assignment)
    if key not in _graders:
        from foundations.grade import Grader

        _graders[key] = Grader(course, assignment)
        atexit.register(_graders[key].close)
    return _graders[key]


# ------------------------------------------------------------------------------------------------ the converter


class UngradedSubmissions(NbGraderException):
    """Everything was processed, and some submissions have no complete score."""


class SubmissionExporter(NotebookExporter):
    """Gives nbgrader the repaired submission where it would read the submitted file.

    Named as ``Autograde.exporter_class``. nbgrader has no setting for the converter itself, and makes the exporter
    just before it begins; so that is where the converter learns to be ours.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if type(self.parent) is Autograde:
            self.parent.__class__ = FoundationsAutograde

    def from_filename(self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        converter: Any = self.parent
        if resources is None or not converter._sanitizing:
            return super().from_filename(filename, resources, **kwargs)
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        notebook = converter.sanitized(resources["nbgrader"]["student"], resources["nbgrader"]["assignment"])
        return self.from_notebook_node(notebook, resources)


class FoundationsAutograde(Autograde):
    """nbgrader's converter, but nothing of a submission is trusted, and a fault is not a zero.

    A submission that cannot be graded gets a stand-in notebook that says why, and a gradebook entry without score that
    asks for a person; the others go on; the run ends with :class:`UngradedSubmissions`, so that its status is not 0.
    """

    def _format_source(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        # nbgrader takes the folder's name for a regular expression.
        step = re.escape(self._input_directory) if escape else self._input_directory
        return self.coursedir.format_path(step, student_id, assignment_id, escape=escape)

    @cached_property
    def course(self) -> Course:
        return find_course(Path(self.coursedir.root))

    #: The students to grade; ``None``: all whose folders nbgrader finds.
    only: list[str] | None = None

    def init_notebooks(self) -> None:
        if self.only is None:
            super().init_notebooks()

    def convert_notebooks(self) -> None:
        self.ungraded: dict[str, str] = {}
        # One connection for the run: each new one compiles all of nbgrader's statements anew.
        with gradebook_of(self.coursedir) as self.gradebook:
            try:
                self._convert_all(self.coursedir.assignment_id)
            finally:
                for student, reason in self.ungraded.items():
                    self.log.error("%s is not graded: %s", clean_name(student), clean(reason))
        if self.ungraded:
            raise UngradedSubmissions(f"{len(self.ungraded)} submissions are not graded")

    def _convert_all(self, assignment: str) -> None:
        if assignment in self.course.assignments:  # else nbgrader says what it thinks of that
            self._check_gradebook(assignment)
            if self.coursedir.notebook_id == "*":
                self.assignments = {folder: [f"{folder}/{assignment}.ipynb"] for folder in self._folders(assignment)}
        super().convert_notebooks()

    def _folders(self, assignment: str) -> list[str]:
        """Every folder handed in, also where the notebook is missing in it, with those nbgrader found itself."""
        if self.only is not None:
            return [self._format_source(assignment, student) for student in self.only]
        found = glob.glob(self._format_source(assignment, self.coursedir.student_id))
        return sorted({*self.assignments, *(folder for folder in found if os.path.isdir(folder))})

    def _check_gradebook(self, assignment: str) -> None:
        try:
            stale = out_of_date(self.gradebook, self.course, assignment)
        except CourseError as error:
            stale = str(error)
        if stale:
            self.log.error("%s", stale)
            raise NbGraderException(stale)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        self.gradebook.db.rollback()  # whatever went wrong with the one before
        source = Path(self._format_source(assignment_id, student_id), "timestamp.txt")
        if source.exists() and _small_file(source) is None:
            raise SubmissionError(f"{source.name} of {student_id!r} is not a small text file", slug="timestamp")
        return super().init_destination(assignment_id, student_id)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """As nbgrader's, with one connection instead of five, and without copying what was handed in."""
        destination = Path(self._format_dest(assignment_id, student_id))
        destination.mkdir(parents=True, exist_ok=True)
        self._copy_sources(assignment_id, destination)
        timestamp = self._timestamp(Path(self._format_source(assignment_id, student_id)), destination)
        if self.create_student:
            self.gradebook.update_or_create_student(student_id)
        else:
            self.gradebook.find_student(student_id)  # raises MissingEntry
        given = {"timestamp": timestamp} if timestamp else {}
        with self.gradebook.db.no_autoflush:  # or SQLAlchemy warns of how nbgrader makes a submission
            submission = self.gradebook.update_or_create_submission(assignment_id, student_id, **given)
        if timestamp and submission.total_seconds_late > 0:
            self.log.warning("%s is %s seconds late", submission, submission.total_seconds_late)

    def _copy_sources(self, assignment_id: str, destination: Path) -> None:
        """The pictures and data that the instructor's notebook shows."""
        folder = self.coursedir.format_path(self.coursedir.source_directory, ".", assignment_id)
        for name in nbgrader.utils.find_all_files(folder, [*self.coursedir.ignore, "*.ipynb"]):
            copied = destination / Path(name).relative_to(folder)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.unlink(missing_ok=True)
            shutil.copy(name, copied)

    def _timestamp(self, folder: Path, destination: Path) -> datetime | None:
        """When it was handed in; the file goes along because nbgrader compares the two."""
        text = _small_file(folder / "timestamp.txt")
        if not text or not text.strip():
            return None
        try:
            moment: datetime | None = nbgrader.utils.parse_utc(text.strip())
        except (ValueError, OverflowError):
            self.log.warning("timestamp %r of %s is no date: it is left out", text[:40], folder)
            return None
        (destination / "timestamp.txt").write_text(text, "utf-8")
        return moment

    def sanitized(self, student: str, assignment: str) -> nbformat.NotebookNode:
        """The submission, repaired; where it cannot be read, the stand-in."""
        graded = (_finished.get() or {}).get((student, assignment))
        if graded is not None:
            return copy.deepcopy(graded.notebook) if graded.notebook else stand_in(self.course, assignment)
        path, source = self.submitted(student, assignment), self.course.notebook(assignment)
        try:
            return read_submission(path, source, self.course.limits(assignment)).notebook
        except SubmissionError:
            return stand_in(self.course, assignment)  # the reason comes with the report

    def submitted(self, student: str, assignment: str) -> Path:
        """The file that was handed in, or should have been."""
        folder = self.coursedir.format_path(self.coursedir.submitted_directory, student, assignment)
        return Path(folder, f"{assignment}.ipynb")


def _small_file(path: Path) -> str | None:
    """The text of a regular file of at most 200 bytes; links are not followed, pipes not opened."""
    try:
        status = path.lstat()
        return path.read_text("utf-8") if stat.S_ISREG(status.st_mode) and status.st_size <= 200 else None
    except (OSError, UnicodeDecodeError):
        return None


def gradebook_of(coursedir: Any) -> Gradebook:
    return Gradebook(coursedir.db_url, coursedir.course_id)


def stand_in(course: Course, assignment: str, reason: str = "") -> nbformat.NotebookNode:
    """What nbgrader shows in the place of a notebook that could not be read: the release, and above it the reason."""
    notebook = release_version(read_source(course.notebook(assignment)))
    return with_reason(notebook, reason) if reason else notebook


def with_reason(notebook: nbformat.NotebookNode, reason: str) -> nbformat.NotebookNode:
    """``notebook`` with a first cell that says why it has no score."""
    return _with_note(
        notebook,
        "not-graded",
        "This submission is not graded yet: a person has to look at it.",
        reason,
        "Below is the notebook as it was handed out. Does the file you handed in open in JupyterLab? If it does not,"
        " hand in one that does.",
    )


def with_repairs(notebook: nbformat.NotebookNode, repairs: list[str]) -> nbformat.NotebookNode:
    """``notebook`` with a first cell that says what was put back before it was graded."""
    return _with_note(
        notebook,
        "repaired",
        "This notebook was repaired before it was graded:",
        "\n".join(f"- {repair}" for repair in repairs),
        "By itself this costs no points.",
    )


def without_credit(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """``notebook`` with a first cell that says that its scores do not count."""
    return _with_note(
        notebook,
        "not-creditable",
        "The scores below do not count.",
        NOT_CREDITABLE,
        "They are preliminary: a person has to confirm them, or it is graded again.",
    )


def _with_note(notebook: nbformat.NotebookNode, name: str, title: str, body: str, advice: str) -> nbformat.NotebookNode:
    text = f'<strong>{title}</strong>\n<pre style="white-space: pre-wrap">{html.escape(clean(body))}</pre>\n\n{advice}'
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id=name))
    return notebook


def out_of_date(gradebook: Gradebook, course: Course, assignment: str) -> str | None:
    """One sentence where the gradebook has other cells or points than ``source/``; ``None`` where they agree."""
    cells = [cell.metadata.get("nbgrader", {}) for cell in read_source(course.notebook(assignment)).cells]
    wanted = {marks["grade_id"]: float(marks["points"]) for marks in cells if marks.get("grade") or marks.get("task")}
    mend = f"run `nbgrader generate_assignment {assignment} --force`"
    try:
        notebook = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return f"assignment {assignment!r} is not in the gradebook: {mend}"
    known = {cell.name: float(cell.max_score) for cell in [*notebook.grade_cells, *notebook.task_cells]}
    different = sorted(name for name in wanted.keys() | known.keys() if wanted.get(name) != known.get(name))
    if not different:
        return None
    return f"the gradebook and source/ differ in {', '.join(different)} (cells or points) of {assignment!r}: {mend}"


# -------------------------------------------------------------------------------------------- the preprocessors


class FoundationsGrade(NbGraderPreprocessor):
    """Stands where ``Execute`` stood: grades the submission, or takes its finished report, and shows its outputs."""

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        converter = self.parent.parent
        student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        graded = (_finished.get() or {}).get((student, assignment))
        notebook, report = (graded.notebook, graded.report) if graded else self._grade(converter, student, assignment)
        if reason := report.why_ungraded():
            converter.ungraded[student] = reason
        shown = copy.deepcopy(notebook) if notebook is not None else stand_in(converter.course, assignment)
        resources[_RESOURCE] = report
        if report.reason:
            return with_reason(shown, report.reason), resources
        if report.repairs:
            shown = with_repairs(shown, report.repairs)
        return (shown if report.creditable else without_credit(shown)), resources

    def _grade(self, converter: Any, student: str, assignment: str) -> tuple[nbformat.NotebookNode | None, Report]:
        try:
            graded = grader_for(converter.course, assignment).grade(converter.submitted(student, assignment), student)
        except FoundationsError as error:
            # The author's mistake or ours, not the student's: nbgrader reports it and removes the folder, but what an
            # earlier run wrote into the gradebook must not stand for a submission that was not graded.
            report = Report(assignment, student, reason=str(error), fault=error.exit_code)
            save_report(converter.gradebook, report, student, assignment, {})
            raise
        return graded.notebook, graded.report


class SaveReport(NbGraderPreprocessor):
    """Writes the report's scores and comments; outputs are never read as scores."""

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        cells = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in nb.cells if cell.metadata.get("nbgrader")}
        save_report(self.parent.parent.gradebook, resources[_RESOURCE], student, assignment, cells)
        return nb, resources


def save_report(
    gradebook: Gradebook, report: Report, student: str, assignment: str, cells: Mapping[str, nbformat.NotebookNode]
) -> None:
    """Write scores and comments of one submission; ``cells`` are those of the graded notebook by grade_id.

    An exercise without a verdict has no score and asks for a person, and so has all of a submission that could not be
    graded. What a person has given stays as it is, and is marked to be looked at again, as nbgrader does it. Scores of
    a report that is not creditable are there for a person to confirm, one by one.
    """
    stored = gradebook.find_submission_notebook(assignment, assignment, student)
    verdicts = {} if report.reason is not None else {exercise.id: exercise for exercise in report.exercises}
    answered = {} if report.reason is not None else cells
    for grade in stored.grades:
        if isinstance(grade.cell, nbgrader.api.TaskCell):
            continue  # a person's alone
        verdict = verdicts.get(grade.name)
        if verdict is not None:
            grade.auto_score = _within(verdict.score, grade.cell.max_score)
        else:
            grade.auto_score = 0.0 if _is_blank_answer(answered.get(grade.name)) else None
        undecided = grade.auto_score is None or grade.manual_score is not None
        grade.needs_manual_grade = undecided or not report.creditable
    for comment in stored.comments:
        verdict = verdicts.get(comment.name.removesuffix("-solution"))
        failures = failures_text(verdict) if verdict is not None else ""
        if report.reason is not None:
            comment.auto_comment = f"Not graded yet: {clean(report.reason)}"
        elif _is_untouched(answered.get(comment.name)) and (failures or verdict is None):
            comment.auto_comment = NO_RESPONSE
        else:
            comment.auto_comment = failures or None
    gradebook.db.commit()


def _within(score: float | None, highest: float) -> float | None:
    if score is None or not math.isfinite(score):
        return None
    return min(max(float(score), 0.0), float(highest))


def _is_blank_answer(cell: nbformat.NotebookNode | None) -> bool:
    """Whether it is an answer graded by hand that was never written: nbgrader gives it 0 without asking a person."""
    return cell is not None and nbgrader.utils.is_grade(cell) and _is_untouched(cell)


def _is_untouched(cell: nbformat.NotebookNode | None) -> bool:
    if cell is None or not nbgrader.utils.is_solution(cell):
        return False
    return bool(cell.metadata.nbgrader.get("checksum") == nbgrader.utils.compute_checksum(cell))
