"""Bring the gradebook and the executed notebook of one submission in line with a decision about it.

The report that was recorded is enough; the submission is not graded again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook.autograde import gradebook_of
from foundations.gradebook.store import course_directory, nbgrader_log, scores, settings
from foundations.plain import clean_name
from foundations.report.check_table import check_table_html, check_table_text, failures_text
from foundations.report.model import Exercise, Report
from foundations.report.notices import with_notice
from foundations.reviews import decisions


def bring_in_line(course: Course, before: Report, after: Report) -> list[str]:
    """Write the points, comments, marks and tables in which ``after`` differs from ``before``.

    Returns:
        A sentence for each manual score that was removed because the exercise's points were taken.

    Raises:
        CourseError: the submission is not in the gradebook, or its notebook cannot be written.
    """
    config = settings(course)
    coursedir = course_directory(course, config, after.assignment)
    whose = (after.assignment, after.assignment, after.submission)
    if after.submission not in known_students(course, after.assignment):
        raise CourseError(
            f"student {after.submission!r} has no {after.assignment!r} in the gradebook of {course.root}, because the "
            "gradebook has been made again since; grade the submission again",
            slug="review",
        )
    changed = _changed(before, after)
    with _blamed(course), gradebook_of(coursedir) as gradebook:
        notes = _write_grades(gradebook, whose, after, changed)
        gradebook.db.flush()  # a gradebook that cannot be written fails before the notebook is written
        with _rewritten(coursedir, after) as notebook:
            if notebook is not None:
                _write_tables(with_notice(notebook, after), after, changed)
        gradebook.db.commit()
    if changed:
        with _blamed(course):
            _write_penalty(config, coursedir.db_url, after)
    return notes


def known_students(course: Course, assignment: str) -> list[str]:
    """Return the names of the students who have a submission of ``assignment`` in the gradebook."""
    with _blamed(course):
        return sorted(scores(course, assignment))


@contextlib.contextmanager
def _blamed(course: Course) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise CourseError(
            f"the gradebook of {course.root} cannot be used: {cause}; no decision was recorded, so run the command "
            "again when no other program uses the gradebook",
            slug="review",
        ) from error


def _changed(before: Report, after: Report) -> dict[str, Exercise]:
    """Return the exercises that ``after`` judges differently from ``before``, by name."""
    earlier = {exercise.id: exercise.checks for exercise in before.exercises}
    return {exercise.id: exercise for exercise in after.exercises if exercise.checks != earlier.get(exercise.id)}


def _write_grades(
    gradebook: Gradebook, whose: tuple[str, str, str], report: Report, changed: dict[str, Exercise]
) -> list[str]:
    try:
        stored = gradebook.find_submission_notebook(*whose)
    except MissingEntry as error:
        raise CourseError(f"the gradebook has no such submission: {error}", slug="review") from error
    notes = []
    exercises = {exercise.id for exercise in report.exercises}
    for grade in stored.grades:
        if grade.name in changed:
            grade.auto_score = changed[grade.name].score
            taken = any(grade.name in decision.taken for decision in report.reviewed)
            if taken and grade.manual_score is not None:
                notes.append(f"{grade.name}: the {grade.manual_score:g} points that were given by hand are taken, too")
                grade.manual_score = None
        if grade.name in exercises and grade.manual_score is None:
            open_ = grade.auto_score is None or grade.name in decisions.asked(report)
            grade.needs_manual_grade = open_ or not report.creditable
    for comment in stored.comments:
        if exercise := changed.get(comment.name.removesuffix("-solution")):
            comment.auto_comment = failures_text(exercise) or None
    return notes


def _write_tables(notebook: nbformat.NotebookNode, report: Report, changed: dict[str, Exercise]) -> None:
    """Replace the table of checks, which is the last output of a graded cell."""
    for cell in notebook.cells:
        exercise = changed.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if exercise is not None and cell.cell_type == "code":
            table = {
                "text/plain": check_table_text(exercise, creditable=report.creditable),
                "text/html": check_table_html(exercise, creditable=report.creditable),
            }
            cell.outputs = [*cell.outputs[:-1], nbformat.v4.new_output("display_data", data=table)]


@contextlib.contextmanager
def _rewritten(coursedir: Any, report: Report) -> Iterator[nbformat.NotebookNode | None]:
    """Yield the executed notebook and write it as a whole at the end; yield ``None`` if ``autograded/`` was cleared."""
    folder = coursedir.format_path(coursedir.autograded_directory, report.submission, report.assignment)
    path = Path(folder, f"{report.assignment}.ipynb")
    if not path.is_file():
        yield None
        return
    notebook = nbformat.read(path, as_version=4)
    yield notebook
    new = None
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".review-", delete=False) as file:
            new = Path(file.name)
            file.write(nbformat.writes(notebook))
        shutil.copymode(path, new)
        os.replace(new, path)
    except OSError as error:
        if new is not None:
            new.unlink(missing_ok=True)
        raise CourseError(f"{path} cannot be written: {error.strerror}", slug="output") from error


def _write_penalty(config: Config, db_url: str, report: Report) -> None:
    """Have nbgrader compute the penalty for lateness again, because it may depend on the score."""
    names = {"notebook": report.assignment, "assignment": report.assignment, "student": report.submission}
    with nbgrader_log(verbose=False):
        AssignLatePenalties(config=config).preprocess(
            nbformat.v4.new_notebook(), {"nbgrader": names | {"db_url": db_url}}
        )


def feedback_page(course: Course, report: Report) -> Path | None:
    """Return the path of the submission's feedback page, if one was made before."""
    coursedir = course_directory(course, settings(course), report.assignment)
    folder = coursedir.format_path(coursedir.feedback_directory, report.submission, report.assignment)
    page = Path(folder, f"{clean_name(report.assignment)}.html")
    return page if page.is_file() else None
