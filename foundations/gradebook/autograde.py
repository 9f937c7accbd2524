"""nbgrader stays the manager: it keeps the folders, the gradebook, manual grades, late penalties and feedback.

What changes is who grades. Stock nbgrader runs a submission beside its tests and reads scores off the cells' outputs;
here the notebook is read as data and repaired by ``source/``, :class:`FoundationsGrade` stands where ``Execute`` stood,
and :class:`SaveReport` writes the report's scores where ``SaveAutoGrades`` read outputs. ``nbgrader_config.py`` names
these classes; :func:`foundations.gradebook.store.record` runs the same converter over finished reports.
"""

from __future__ import annotations

import atexit
import contextlib
import copy
import glob
import html
import math
import os
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import nbgrader.api
import nbgrader.utils
import sqlalchemy.exc
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from foundations.config import Course, find_course
from foundations.errors import CourseError, SubmissionError
from foundations.gradebook.converter import SubmissionConverter
from foundations.gradebook.database import unusable
from foundations.notebooks.submission import read_source, read_submission, release_version
from foundations.notebooks.written import with_places
from foundations.plain import clean, clean_name
from foundations.report import failures
from foundations.report.check_table import failures_text
from foundations.report.model import NOT_ATTEMPTED, NOT_CREDITABLE, Exercise, Report
from foundations.report.notices import with_notice
from foundations.reviews import decisions, store

if TYPE_CHECKING:
    from foundations.grading.grader import Graded, Grader

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
        from foundations.grading.grader import Grader

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


class FoundationsAutograde(SubmissionConverter):
    """nbgrader's converter, but nothing of a submission is trusted, and a fault is not a zero.

    A submission that cannot be graded gets a stand-in notebook that says why, and a gradebook entry without score that
    asks for a person; the others go on; the run ends with :class:`UngradedSubmissions`, so that its status is not 0.
    """

    @cached_property
    def course(self) -> Course:
        return find_course(Path(self.coursedir.root))

    #: The students to grade; ``None``: all whose folders nbgrader finds.
    only: list[str] | None = None

    def init_notebooks(self) -> None:
        if self.only is None:
            super().init_notebooks()

    def convert_notebooks(self) -> None:
        self.begin()
        try:
            # One connection for the run: each new one compiles all of nbgrader's statements anew.
            with gradebook_of(self.coursedir) as self.gradebook:
                self._convert_all(self.coursedir.assignment_id)
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
        if assignment in self.course.assignments:  # else nbgrader says what it thinks of that
            self._check_gradebook(assignment)
            if self.coursedir.notebook_id == "*":
                self.assignments = {folder: [f"{folder}/{assignment}.ipynb"] for folder in self._folders(assignment)}
        try:
            super().convert_notebooks()
        except NbGraderException:
            if self.broken is None:
                raise

    def _folders(self, assignment: str) -> list[str]:
        """Every folder handed in, also where the notebook is missing in it, with those nbgrader found itself."""
        if self.only is not None:
            return [self._format_source(assignment, student) for student in self.only]
        found = glob.glob(self._format_source(assignment, self.coursedir.student_id))
        folders = sorted({*self.assignments, *(folder for folder in found if os.path.isdir(folder))})
        odd = [folder for folder in folders if not Path(folder).parent.name.isprintable()]
        for folder in odd:
            reason = "its folder has a name that no gradebook can hold; rename the folder"
            self.ungraded[ascii(Path(folder).parent.name)] = reason
        return [folder for folder in folders if folder not in odd]

    def _check_gradebook(self, assignment: str) -> None:
        try:
            stale = out_of_date(self.gradebook, self.course, assignment)
        except CourseError as error:
            stale = str(error)
        if stale:
            self.log.error("%s", stale)
            raise NbGraderException(stale)

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
        shown = with_places(shown, report.written)
        if report.repairs:
            shown = with_repairs(shown, report.repairs)
        return (shown if report.creditable else without_credit(shown)), resources

    def _grade(self, converter: Any, student: str, assignment: str) -> tuple[nbformat.NotebookNode | None, Report]:
        try:
            graded = grader_for(converter.course, assignment).grade(converter.submitted(student, assignment), student)
        except CourseError as error:
            # The author's mistake, not the student's: nbgrader reports it and removes the folder, but what an earlier
            # run wrote into the gradebook must not stand for a submission that was not graded.
            report = failures.report_of(error, assignment, student)
            save_report(converter.gradebook, report, student, assignment, {})
            store.remember(converter.course.root, report)
            raise
        except Exception as error:
            converter.log.error("%s", failures.trace_of(error))
            return None, failures.report_of(error, assignment, student)
        return graded.notebook, graded.report


class SaveReport(NbGraderPreprocessor):
    """Writes the report's scores and comments; outputs are never read as scores."""

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        cells = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in nb.cells if cell.metadata.get("nbgrader")}
        report = resources[_RESOURCE]
        save_report(self.parent.parent.gradebook, report, student, assignment, cells)
        store.remember(self.parent.parent.course.root, report)
        return with_notice(nb, report), resources


def save_report(
    gradebook: Gradebook, report: Report, student: str, assignment: str, cells: Mapping[str, nbformat.NotebookNode]
) -> None:
    """Write scores and comments of one submission; ``cells`` are those of the graded notebook by grade_id.

    An exercise without a verdict has no score and asks for a person, and so has all of a submission that could not be
    graded. A written answer gets 0 only if the report has found its cell as it was released and nothing around it.
    What a person has given stays as it is, and is marked to be looked at again, as nbgrader does it. Scores of
    a report that is not creditable are there for a person to confirm, one by one. So are scores of exercises with
    a finding that is open.
    """
    asked = decisions.asked(report)
    stored = gradebook.find_submission_notebook(assignment, assignment, student)
    verdicts = {} if report.reason is not None else {exercise.id: exercise for exercise in report.exercises}
    unanswered = {name for name, where in report.written.items() if not where and report.reason is None}
    for grade in stored.grades:
        if isinstance(grade.cell, nbgrader.api.TaskCell):
            continue  # a person's alone
        verdict = verdicts.get(grade.name)
        if verdict is not None:
            grade.auto_score = _within(verdict.score, grade.cell.max_score)
        else:
            grade.auto_score = 0.0 if grade.name in unanswered else None
        undecided = grade.auto_score is None or grade.manual_score is not None
        grade.needs_manual_grade = undecided or not report.creditable or grade.name in asked
    for comment in stored.comments:
        verdict = verdicts.get(comment.name.removesuffix("-solution"))
        failed = failures_text(verdict) if verdict is not None else ""
        if report.reason is not None:
            comment.auto_comment = f"Not graded yet: {clean(report.reason)}"
        elif comment.name in unanswered or (verdict and _is_not_attempted(verdict, cells.get(comment.name))):
            comment.auto_comment = NO_RESPONSE
        else:
            comment.auto_comment = failed or None
    gradebook.db.commit()


def _within(score: float | None, highest: float) -> float | None:
    if score is None or not math.isfinite(score):
        return None
    return min(max(float(score), 0.0), float(highest))


def _is_not_attempted(verdict: Exercise, answer: nbformat.NotebookNode | None) -> bool:
    """Whether ``answer`` is the released cell, and no answer elsewhere has been graded."""
    if answer is None or answer.metadata.nbgrader.get("checksum") != nbgrader.utils.compute_checksum(answer):
        return False
    return all(check.outcome == "fail" and check.message in (NOT_ATTEMPTED, "") for check in verdict.checks)
