"""The steps of ``nbgrader autograde`` that this package replaces: grading, saving scores, and late penalties.

``nbgrader_config.py`` lists them in ``Autograde.autograde_preprocessors``.
"""

from __future__ import annotations

import atexit
import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook.annotations import placeholder, with_reason, with_repairs, without_credit
from foundations.gradebook.database import OneTransaction
from foundations.gradebook.scores import save_report
from foundations.notebooks.written import with_places
from foundations.report import failures
from foundations.report.model import Report
from foundations.report.notices import with_notice
from foundations.reviews import store

if TYPE_CHECKING:
    from foundations.grading.grader import Grader

#: The key of nbgrader's resources that passes the report to the next preprocessor.
_RESOURCE = "foundations_report"
_graders: dict[tuple[Path, str], Grader] = {}


def grader_for(course: Course, assignment: str) -> Grader:
    """Return the grader of ``assignment``, which is started once in this process and closed when the process ends."""
    key = (course.root, assignment)
    if key not in _graders:
        from foundations.grading.grader import Grader

        _graders[key] = Grader(course, assignment)
        atexit.register(_graders[key].close)
    return _graders[key]


class FoundationsGrade(NbGraderPreprocessor):
    """The replacement of ``Execute``: it grades the submission, or takes its finished report, and shows its outputs."""

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        converter = self.parent.parent
        student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        graded = converter.finished.get(student)
        notebook, report = (graded.notebook, graded.report) if graded else self._grade(converter, student, assignment)
        if reason := report.why_ungraded():
            converter.ungraded[student] = reason
        shown = copy.deepcopy(notebook) if notebook is not None else placeholder(converter.course, assignment)
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
            # The author's mistake, not the student's: nbgrader reports it and removes the folder, but the scores of an
            # earlier run must not remain in the gradebook for a submission that was not graded.
            report = failures.report_of(error, assignment, student)
            save_report(converter.gradebook, report, student, assignment, {})
            store.remember(converter.course.root, report)
            raise
        except Exception as error:
            converter.log.error("%s", failures.trace_of(error))
            return None, failures.report_of(error, assignment, student)
        return graded.notebook, graded.report


class SaveReport(NbGraderPreprocessor):
    """The replacement of ``SaveAutoGrades``: it saves the report's scores, and never reads outputs as scores."""

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        cells = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in nb.cells if cell.metadata.get("nbgrader")}
        report = resources[_RESOURCE]
        save_report(self.parent.parent.gradebook, report, student, assignment, cells)
        store.remember(self.parent.parent.course.root, report)
        return with_notice(nb, report), resources


class LatePenalties(AssignLatePenalties):
    """nbgrader's preprocessor, which opens a further connection only for a late submission.

    A new one compiles all of nbgrader's statements again.
    """

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        gradebook, names = self.parent.parent.gradebook, resources["nbgrader"]
        submission = gradebook.find_submission(names["assignment"], names["student"])
        if submission.total_seconds_late > 0:
            if isinstance(gradebook, OneTransaction):
                gradebook.save()  # or the other connection could not write
            return super().preprocess(nb, resources)
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
        gradebook.db.commit()
        return nb, resources
