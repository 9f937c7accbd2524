"""nbgrader's gradebook: record finished reports, read scores, make feedback pages."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbgrader.utils
import sqlalchemy.exc
from jupyter_core.application import JupyterApp
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGrader
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.log import get_logger

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook.autograde import (
    FoundationsAutograde,
    UngradedSubmissions,
    gradebook_of,
    out_of_date,
)
from foundations.gradebook.database import unusable
from foundations.notebooks.source import read_source

if TYPE_CHECKING:
    from foundations.report.model import Graded

#: The settings with which nbgrader uses this package; ``nbgrader_config.py`` at the course's root has the same, because
#: a student's nbgrader reads that file where this package is not installed. A test compares the two.
SETTINGS: dict[str, dict[str, Any]] = {
    "CourseDirectory": {
        "course_id": "foundations",
        "solution_directory": "solutions",
        "ignore": [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".*", "gradebook.db*"],
    },
    "ClearSolutions": {"code_stub": {"python": "raise NotImplementedError()"}},
    "Autograde": {
        "exporter_class": "foundations.gradebook.autograde.SubmissionExporter",
        "sanitize_preprocessors": [],
        "autograde_preprocessors": [
            "foundations.gradebook.preprocessors.FoundationsGrade",
            "nbgrader.preprocessors.IgnorePattern",
            "nbconvert.preprocessors.ClearMetadataPreprocessor",
            "nbgrader.preprocessors.LimitOutput",
            "foundations.gradebook.preprocessors.SaveReport",
            "foundations.gradebook.preprocessors.LatePenalties",
        ],
    },
    "ExportApp": {"plugin_class": "foundations.gradebook.gradesheet.GradesCsv"},
    "GenerateFeedback": {
        "exporter_class": "foundations.report.sanitize.FeedbackExporter",
        "preprocessors": [
            "foundations.report.sanitize.ShowGrades",
            "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
        ],
    },
    "HTMLExporter": {
        "preprocessors": ["foundations.report.sanitize.SanitizeOutputs"],
        "filters": {
            "markdown2html": "foundations.report.sanitize.sanitize_markdown",
            "highlight_code": "foundations.report.sanitize.sanitize_code",
            "float": "foundations.report.sanitize.number_or_text",
            "round": "foundations.report.sanitize.rounded_or_text",
        },
    },
}


@dataclass
class Recorded:
    """The result of recording: the recorded students, the reason for each failed one, and notes for the instructor."""

    students: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class NotRecorded(CourseError):
    """Some submissions could not be recorded. All others are."""


#: The automatic score (``None`` if there is none yet), the highest score, and whether a person has to look.
Score = tuple[float | None, float, bool]


def settings(course: Course) -> Config:
    """Return :data:`SETTINGS`, overridden by the settings that ``nbgrader`` would find at the course's root.

    Raises:
        CourseError: ``nbgrader_config.py`` cannot be read.
    """
    app = NbGrader(log_level=logging.CRITICAL, raise_config_file_errors=True)
    app.load_cwd_config = False
    before = os.environ.get("PATH")  # the file may change it
    try:
        app.load_config_file()
        super(JupyterApp, app).load_config_file("nbgrader_config.py", path=str(course.root))
    except Exception as error:
        raise CourseError(
            f"nbgrader_config.py of {course.root} cannot be used: {error}; correct the file", slug="settings"
        ) from error
    finally:
        if before is not None:
            os.environ["PATH"] = before
    config = Config(SETTINGS)
    config.merge(app.config)
    return config


def course_directory(course: Course, config: Config, assignment: str = "") -> CourseDirectory:
    return CourseDirectory(config=config, root=str(course.root), assignment_id=assignment)


def record(
    course: Course,
    reports: Mapping[str, Graded],
    assignment: str,
    submitted: Path,
    *,
    verbose: bool = False,
    into: Recorded | None = None,
) -> Recorded:
    """Write finished reports into the gradebook and ``autograded/``, with the converter of ``nbgrader autograde``.

    Args:
        course: whose gradebook is written.
        reports: by student. They replace earlier reports, but not manual scores.
        assignment: of all reports.
        submitted: the folder laid out ``<student>/<assignment>/<assignment>.ipynb``. Only the time of submission and
            the secret for feedback are read from it.
        verbose: show nbgrader's log.
        into: is filled during the run, so that it lists the recorded students also after an exception.

    Raises:
        NotRecorded: some submissions could not be recorded; all others are.
        CourseError: the gradebook cannot be made to agree with ``source/``, or nbgrader fails.
    """
    recorded = Recorded() if into is None else into
    names = {student for student in reports if re.fullmatch(r"[^/\\]+", student) and student not in (".", "..")}
    for student in sorted(reports.keys() - names):
        recorded.failed[student] = "not the name of a student's folder"
    config = settings(course)
    enter_assignment(course, assignment, config)
    coursedir = course_directory(course, config, assignment)
    coursedir.submitted_directory = str(submitted.resolve())
    converter = FoundationsAutograde(coursedir=coursedir, config=config, force=True)
    converter.only = sorted(names)
    converter.finished = reports
    with _readable(coursedir), nbgrader_log(verbose) as errors:
        try:
            converter.start()
        except UngradedSubmissions:
            pass  # the reports have the reasons
        except NbGraderException as error:
            if converter.broken is not None:
                raise converter.broken from error
            if not converter.failed:
                raise failed("autograde", assignment, errors, error) from error
        finally:
            recorded.students |= converter.recorded
            recorded.notes += converter.notes
            recorded.failed |= converter.failed
    if recorded.failed:
        reasons = "; ".join(f"{student!r}: {reason}" for student, reason in recorded.failed.items())
        raise NotRecorded(
            f"{len(recorded.failed)} of {len(reports)} submissions of {assignment!r} are not in the gradebook"
            f" ({reasons}); correct the causes and grade these submissions again; the others are recorded",
            slug="not-recorded",
        )
    return recorded


def enter_assignment(course: Course, assignment: str, config: Config | None = None) -> None:
    """Make the gradebook agree with ``source/`` by nbgrader's own converter; ``release/`` is not changed.

    Raises:
        CourseError: cells were added to or removed from an assignment that has submissions, or the source is broken.
    """
    course.notebook(assignment)
    config = config or settings(course)
    coursedir = course_directory(course, config, assignment)
    with beside_python(), _readable(coursedir):
        _make_gradebook(coursedir)
        with gradebook_of(coursedir) as gradebook:
            if out_of_date(gradebook, course, assignment) is None and _is_whole(gradebook, course, assignment):
                return
    with _readable(coursedir), tempfile.TemporaryDirectory() as folder, nbgrader_log(verbose=False) as errors:
        coursedir.release_directory = folder
        try:
            GenerateAssignment(coursedir=coursedir, config=config).start()
        except NbGraderException as error:
            raise failed("generate_assignment", assignment, errors, error) from error


def _make_gradebook(coursedir: CourseDirectory) -> None:
    """Make a new gradebook as a whole or not at all, whenever this process is stopped.

    nbgrader makes one table after another. A database in which only the last table is missing does not count as new,
    and so never gets the version of its tables.
    """
    path = _file_of(coursedir.db_url)
    if path is None:
        return
    for unfinished in path.parent.glob(f"{path.name}.new-*"):
        if not _is_running(unfinished.name.rpartition("-")[2]):
            unfinished.unlink(missing_ok=True)
    if path.exists():
        if path.stat().st_size == 0:
            raise CourseError(
                f"the gradebook {path} is an empty file, because its content was lost; restore a copy of it, or delete "
                "the file, and grade again",
                slug="gradebook",
            )
        return
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        with Gradebook(f"sqlite:///{new}", coursedir.course_id):
            pass
        try:
            os.link(new, path)  # not rename, because another process may have made one meanwhile
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _is_whole(gradebook: Gradebook, course: Course, assignment: str) -> bool:
    """Return whether all cells of an assignment are in the gradebook; nbgrader may have been stopped in between.

    Comments belong to the cells of solutions, which nbgrader enters after the graded cells. Once there are submissions,
    nbgrader adds no cells.
    """
    entered = gradebook.find_notebook(assignment, assignment)
    if entered.submissions:
        return True
    cells = [cell for cell in read_source(course.notebook(assignment)).cells if cell.metadata.get("nbgrader")]
    kinds = (nbgrader.utils.is_grade, nbgrader.utils.is_solution, nbgrader.utils.is_locked, nbgrader.utils.is_task)
    solutions = {cell.metadata.nbgrader.grade_id for cell in cells if nbgrader.utils.is_solution(cell)}
    sources = {cell.metadata.nbgrader.grade_id for cell in cells if any(kind(cell) for kind in kinds)}
    return solutions <= {cell.name for cell in entered.solution_cells} and sources <= {
        cell.name for cell in entered.source_cells
    }


def feedback(course: Course, assignment: str, student: str = "*", *, verbose: bool = False) -> list[Path]:
    """Make ``feedback/<student>/<assignment>/<assignment>.html`` for each submission in ``autograded/``.

    Returns:
        The paths of all feedback pages of the assignment.

    Raises:
        CourseError: no submission was graded yet, or nbgrader fails.
    """
    config = settings(course)
    coursedir = course_directory(course, config, assignment)
    coursedir.student_id = student
    converter = GenerateFeedback(coursedir=coursedir, config=config, force=True)
    with nbgrader_log(verbose) as errors:
        try:
            converter.start()
        except NbGraderException as error:
            raise failed("generate_feedback", assignment, errors, error) from error
    folders = coursedir.format_path(coursedir.feedback_directory, "*", assignment)
    return sorted(Path(course.root).glob(str(Path(folders, f"{assignment}.html").relative_to(course.root))))


def scores(course: Course, assignment: str) -> dict[str, dict[str, Score]]:
    """Return the scores in the gradebook: student → graded cell → (automatic score, highest score, needs a person)."""
    coursedir = course_directory(course, settings(course))
    if not _exists(coursedir.db_url):
        return {}
    with _readable(coursedir), gradebook_of(coursedir) as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.cell.max_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in _submissions(gradebook, assignment)
        }


def students(course: Course, assignment: str) -> set[str]:
    """Return the names of the students whose submissions are in the gradebook."""
    coursedir = course_directory(course, settings(course))
    if not _exists(coursedir.db_url):
        return set()
    with _readable(coursedir), gradebook_of(coursedir) as gradebook:
        return {submission.student_id for submission in _submissions(gradebook, assignment)}


@contextlib.contextmanager
def _readable(coursedir: CourseDirectory) -> Iterator[None]:
    """Raise the database's own errors as a :class:`CourseError` about the gradebook."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        raise unusable(error, coursedir.db_url) from error


def _submissions(gradebook: Gradebook, assignment: str) -> list[Any]:
    try:
        return list(gradebook.find_assignment(assignment).submissions)
    except MissingEntry:
        return []


def _exists(url: str) -> bool:
    """Return whether there is a gradebook to read, because opening one would make it."""
    path = _file_of(url)
    return path is None or path.is_file()


def _file_of(url: str) -> Path | None:
    """Return the file of a gradebook; ``None`` if it is on a server, or its address has more than a path."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") and "?" not in url else None


@contextlib.contextmanager
def beside_python() -> Iterator[None]:
    """Let programs installed next to this Python be found by name: nbgrader starts ``alembic`` for a new gradebook."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before or os.defpath])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextlib.contextmanager
def nbgrader_log(verbose: bool) -> Iterator[list[str]]:
    """Keep nbgrader's log quiet, or show it on stderr; yield the list to which its errors are added."""
    logger: Any = get_logger()
    errors = _Errors()
    handlers: list[logging.Handler] = [errors, *([logging.StreamHandler()] if verbose else [])]
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.INFO if verbose else logging.ERROR)
    logger.propagate = False
    for handler in handlers:
        logger.addHandler(handler)
    try:
        yield errors.messages
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


def failed(command: str, assignment: str, errors: list[str], error: Exception) -> CourseError:
    """Return an error with the cause of a failed command of nbgrader.

    nbgrader logs the cause as a traceback, whose last line is used, and raises a less specific error.
    """
    causes = [message.strip().splitlines()[-1] for message in errors if "Traceback" in message]
    return CourseError(f"nbgrader {command} of {assignment!r} failed: {(causes or [str(error)])[0]}", slug="nbgrader")
