"""A small course on disk, and finished reports for it, for tests that need nbgrader and no grading."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import builders
import nbformat
import pytest
from hidden_tests import GRADER
from nbgrader.api import Gradebook

from foundations.commands import review as reviewing
from foundations.config import Course, Limits
from foundations.gradebook.store import course_directory, enter_assignment, feedback, record, scores, settings
from foundations.notebooks.submission import read_submission
from foundations.report.check_table import check_table_html, check_table_text
from foundations.report.model import Check, Exercise, Graded, Outcome, Report, Review
from foundations.reviews import decisions
from foundations.reviews import store as reviews

ROOT = Path(__file__).parents[2]
NAME = "course"


def make_course(root: Path, source: nbformat.NotebookNode | None = None) -> Course:
    """Write ``source/course/course.ipynb`` under ``root``: exercises double (5) and triple (4), an answer why (3)."""
    builders.write(source or builders.source_notebook(), root / "source" / NAME / f"{NAME}.ipynb")
    (root / "graders" / NAME).mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return Course(root, {})


def make_class(root: Path, names: Sequence[str]) -> Course:
    """Make the small course with hidden tests; every second student submitted the release unchanged."""
    course = make_course(root)
    for name, factor in (("double", 2), ("triple", 3)):
        (course.graders / NAME / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    notebooks = [builders.answered() if number % 2 else builders.release() for number in range(len(names))]
    hand_in(course.root / "submitted", dict(zip(names, notebooks, strict=True)))
    return course


def checks(*outcomes: Outcome, message: str = "") -> list[Check]:
    """Make one check for each outcome, which share an exercise's points; all except passing ones have ``message``."""
    return [
        Check(f"check {number}", outcome, 0, "" if outcome == "pass" else message)
        for number, outcome in enumerate(outcomes, 1)
    ]


def graded(
    student: str,
    double: list[Check] | None = None,
    triple: list[Check] | None = None,
    notebook: nbformat.NotebookNode | None = None,
) -> Graded:
    """Return a finished report with these checks (default: one passes), and the executed notebook with its tables."""
    exercises = [Exercise("double", 5, double or checks("pass")), Exercise("triple", 4, triple or checks("pass"))]
    notebook = notebook or builders.answered()
    for exercise in exercises:
        for check in exercise.checks:
            check.points = exercise.max_score / len(exercise.checks)
        data = {"text/plain": check_table_text(exercise), "text/html": check_table_html(exercise)}
        outputs = builders.cell(notebook, exercise.id).outputs
        outputs.append(nbformat.v4.new_output("display_data", data=data))
    is_blank = builders.cell(notebook, "why").source == builders.cell(builders.release(), "why").source
    return Graded(Report(NAME, student, exercises, written={"why": ""} if is_blank else {}), notebook)


def unreadable(student: str, reason: str) -> Graded:
    """Return the report of a submission from which no notebook could be read."""
    return Graded(Report(NAME, student, reason=reason), None)


def hand_in(root: Path, notebooks: Mapping[str, nbformat.NotebookNode]) -> Path:
    """Write ``<root>/<student>/course/course.ipynb`` for each notebook; return ``root``."""
    for student, notebook in notebooks.items():
        builders.write(notebook, root / student / NAME / f"{NAME}.ipynb")
    return root


def course_with_gradebook(factory: pytest.TempPathFactory, folder: Path) -> Course:
    """Copy to ``folder`` one course whose gradebook has the assignment: making that gradebook takes seconds."""
    template = factory.getbasetemp() / "course-template"
    if not template.exists():
        enter_assignment(make_course(template), NAME)
    return Course(Path(shutil.copytree(template, folder / "root")), {})


def put(course: Course, **reports: Graded) -> dict[str, dict[str, Any]]:
    """Record ``reports``, and read the gradebook back."""
    record(course, reports, NAME, course.root / "submitted")
    return scores(course, NAME)


@contextmanager
def gradebook(course: Course) -> Iterator[Gradebook]:
    coursedir = course_directory(course, settings(course))
    with Gradebook(coursedir.db_url, coursedir.course_id) as book:
        yield book


def comments(course: Course, student: str) -> dict[str, str | None]:
    with gradebook(course) as book:
        stored = book.find_submission_notebook(NAME, NAME, student)
        return {comment.name: comment.auto_comment for comment in stored.comments}


def autograded(course: Course, student: str) -> nbformat.NotebookNode:
    return nbformat.read(course.root / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)


def as_read(course: Course, student: str, notebook: nbformat.NotebookNode) -> Graded:
    """Return the finished report of a notebook that was read and repaired as a submission is."""
    path = builders.write(notebook, course.root / "submitted" / student / NAME / f"{NAME}.ipynb")
    read = read_submission(path, course.notebook(NAME), Limits())
    made = graded(student, notebook=read.notebook)
    made.report.written = read.written
    return made


# ------------------------------------------------------------------------------------------------------------- reviews

#: A finding in the exercise double.
FOUND = Review("torch.atan2 = evil_twin", "torch is patched through an alias", ("double",), 3, 1)


def suspected(course: Course, *findings: Review, student: str = "s01", **more: Any) -> Graded:
    """Return a report with these findings, settled as grading settles it."""
    made = graded(student, **more)
    assert made.notebook is not None
    made.report.review = list(findings)
    made.report.fingerprint = decisions.fingerprint((cell.cell_type, cell.source) for cell in made.notebook.cells)
    decisions.settle(made.report, reviews.decisions(course.root, NAME, student), course.hidden_code(NAME))
    return made


def marks(course: Course, student: str = "s01") -> list[Any]:
    """Return the automatic score of each exercise, and whether a person has to look."""
    by_exercise = scores(course, NAME)[student]
    return [(by_exercise[name][0], by_exercise[name][2]) for name in ("double", "triple")]


def feedback_page(course: Course, student: str = "s01") -> str:
    """Return the student's page as ``nbgrader generate_feedback`` makes it."""
    feedback(course, NAME, student)
    return (course.root / "feedback" / student / NAME / f"{NAME}.html").read_text("utf-8")


def notice(course: Course, student: str = "s01") -> str:
    first = autograded(course, student).cells[0]
    return first.source if first.cell_type == "raw" else ""


def open_findings(course: Course) -> list[Review]:
    """List all findings that wait for a person."""
    return [review for report in reviewing.found(course) for review in report.review]
