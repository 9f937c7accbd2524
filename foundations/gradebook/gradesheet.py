"""The CSV file of ``nbgrader export``, with nbgrader's own columns and without scores of ungraded submissions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from foundations.plain import escape_spreadsheet

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
#: Columns whose text comes from outside, and which a spreadsheet could take for a formula.
_TEXTS = ("assignment", "student_id", "last_name", "first_name", "email")


class GradesCsv(CsvExportPlugin):
    """A plugin that writes ``grades.csv``, or the file given as ``--to``.

    ``nbgrader_config.py`` names it as ``ExportApp.plugin_class``. A submission with an exercise that has no score yet
    has an empty score, because 0 would be a judgement. A student without a submission has 0, as in nbgrader's table.
    """

    def export(self, gradebook: Gradebook) -> None:
        with Path(self.to or "grades.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            for row in self._rows(gradebook):
                table.writerow({name: _shown(name, value) for name, value in row.items()})

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        assignments, students = set(map(str, self.assignment)), set(map(str, self.student))
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                if (not assignments or assignment.name in assignments) and (not students or student.id in students):
                    yield _row(gradebook, assignment, student)


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    row = {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "max_score": assignment.max_score,
    }
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row | {"timestamp": None, "raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    penalty = submission.late_submission_penalty
    graded = _is_graded(submission)
    return row | {
        "timestamp": submission.timestamp,
        "raw_score": submission.score if graded else None,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty) if graded else None,
    }


def _is_graded(submission: Any) -> bool:
    """Return whether each exercise has a score, by a hidden test or by a person.

    Written answers that wait for a person count as in nbgrader's table, unless the submission has only those.
    """
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    scored = [grade.auto_score is not None or grade.manual_score is not None for grade in grades]
    exercises = [done for grade, done in zip(grades, scored, strict=True) if grade.cell.cell_type == "code"]
    return all(exercises) and (any(scored) or not scored)


def _shown(column: str, value: Any) -> str:
    text = "" if value is None else str(value)
    return escape_spreadsheet(text) if column in _TEXTS else text
