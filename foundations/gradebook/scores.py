"""Write the scores and comments of a report into nbgrader's gradebook."""

from __future__ import annotations

import math
from collections.abc import Mapping

import nbformat
import nbgrader.api
import nbgrader.utils
from nbgrader.api import Gradebook

from foundations.plain import clean
from foundations.report.check_table import failures_text
from foundations.report.model import NOT_ATTEMPTED, Exercise, Report
from foundations.reviews import decisions

NO_RESPONSE = "No response."  # nbgrader's comment on an answer cell that was not changed


def save_report(
    gradebook: Gradebook, report: Report, student: str, assignment: str, cells: Mapping[str, nbformat.NotebookNode]
) -> None:
    """Write the scores and comments of one submission.

    - An exercise without a verdict has no score and asks for a person. If the submission could not be graded, this
      holds for all its exercises.
    - A written answer gets 0 only if its cell came back as it was released, and the report found no text around it.
    - A manual score is kept, and marked to be looked at again, as in nbgrader.
    - If the report is not creditable, a person has to confirm each score. The same holds for the scores of exercises
      with an open finding.

    Args:
        gradebook: an open connection.
        report: of this submission.
        student: the student's name in the gradebook.
        assignment: its name in the gradebook.
        cells: the cells of the graded notebook by grade_id.
    """
    asked = decisions.asked(report)
    stored = gradebook.find_submission_notebook(assignment, assignment, student)
    verdicts = {} if report.reason is not None else {exercise.id: exercise for exercise in report.exercises}
    unanswered = {name for name, where in report.written.items() if not where and report.reason is None}
    for grade in stored.grades:
        if isinstance(grade.cell, nbgrader.api.TaskCell):
            continue  # only a person grades it
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
    """Return whether ``answer`` is the released cell, and no answer in another cell has been graded."""
    if answer is None or answer.metadata.nbgrader.get("checksum") != nbgrader.utils.compute_checksum(answer):
        return False
    return all(check.outcome == NOT_ATTEMPTED for check in verdict.checks)
