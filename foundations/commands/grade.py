"""The command ``foundations grade``: grade submissions, record them, and write the files that were asked for.

The judges, which take seconds to import, run in other processes; this process imports neither torch nor pytest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from foundations.batch.classes import Class, Grading, Way, judges
from foundations.batch.run import stopped
from foundations.batch.tasks import Options
from foundations.config import Course
from foundations.errors import CourseError, Stopped
from foundations.notebooks.discovery import find_submissions
from foundations.plain import clean, plain
from foundations.report import console as screen
from foundations.report import export, failures
from foundations.report.model import Report

_UNSAFE = (
    "student code is not confined: it can read and change all files that you can. The scores of this run are not "
    "creditable."
)
_REVIEW = "run `foundations review`"
_REVIEW_UNRECORDED = "the reports of --json and --json-dir list the findings under `review`"


__all__ = ["Options", "Wanted", "Way", "classes_of", "grade", "show_trace"]


@dataclass(frozen=True)
class Wanted:
    """The submissions that a run grades, how it grades them, and which files it writes.

    Args:
        assignments: their names; empty: all that the folder has submissions of.
        students: the names of students; empty: all.
        way: how they are graded.
        json_file: gets all reports; ``None``: no such file.
        json_dir: gets a file for each report; ``None``: no such files.
        junit: gets all reports as JUnit XML; ``None``: no such file.
    """

    assignments: Sequence[str] = ()
    students: Sequence[str] = ()
    way: Way = field(default_factory=Way)
    json_file: Path | None = None
    json_dir: Path | None = None
    junit: Path | None = None

    @property
    def files(self) -> list[Path]:
        """The files and the folder that reports are written to."""
        return [path for path in (self.json_file, self.json_dir, self.junit) if path]


def grade(course: Course, path: Path, wanted: Wanted, *, out: Console, err: Console) -> int:
    """Grade the notebook or the folder of submissions at ``path``, and print a table of the scores.

    Returns:
        The exit code of the command.

    Raises:
        CourseError: an assignment, a path, the graders or the gradebook cannot be used.
        Stopped: Ctrl-C was pressed. The reports that were finished are written.
    """
    classes = classes_of(course, path, wanted)
    if wanted.way.options.unsafe:
        _print(err, f"foundations: {_UNSAFE}")
    grading = Grading(classes, wanted.way)
    try:
        with judges(classes, wanted.way) as made:
            grading.run(made, err, lambda trace: show_trace(trace, err))
    except KeyboardInterrupt as error:
        raise Stopped(_stopped(grading, classes, wanted)) from error
    finally:
        reports = [report for each in classes for report in each.reports]
        if reports:
            _write(reports, wanted)
    for each in classes:
        if len(each.reports) == 1 and not path.is_dir():
            screen.show_checks(each.reports[0], out)
        screen.show_class(each.reports, out, _REVIEW if grading.recorder else _REVIEW_UNRECORDED)
    for file in wanted.files:
        _print(out, f"  written: {file}")
    _show_records(grading, classes, out, err)
    _show_gradebook(course, grading, wanted, out)
    return failures.exit_code(reports)


def classes_of(course: Course, path: Path, wanted: Wanted) -> list[Class]:
    """Return the submissions at ``path``, by assignment.

    Raises:
        CourseError: an assignment or a student is unknown, or no submission is found.
    """
    names = list(wanted.assignments) or _found(course, path)
    for name in names:
        course.notebook(name)  # raises for an unknown name, before anything starts
    # Reports of several assignments get a folder each, because students recur.
    folders = {
        name: wanted.json_dir / name if wanted.json_dir and len(names) > 1 else wanted.json_dir for name in names
    }
    return [_class(course, name, path, wanted.students, folders[name]) for name in names]


def _found(course: Course, path: Path) -> list[str]:
    """Return the assignments that the folder at ``path`` has submissions of.

    Raises:
        CourseError: there is none.
    """
    known = course.assignments
    if path.is_dir():
        if found := [name for name in known if next(path.glob(f"*/{name}"), None) or (path / f"{name}.ipynb").exists()]:
            return found
    elif path.stem in known:
        return [path.stem]
    if not path.exists() and not path.is_symlink():
        raise CourseError(f"{path} does not exist", slug="no-submissions")
    raise CourseError(
        f"{path} does not show which assignment it is of; name it with --assignment ({', '.join(known)})",
        slug="no-submissions",
    )


def _class(course: Course, assignment: str, path: Path, students: Sequence[str], folder: Path | None) -> Class:
    submissions = find_submissions(path, assignment)
    names = [found.student for found in submissions]
    if unknown := [name for name in students if name not in names]:
        raise CourseError(
            f"{path} has no student {unknown[0]!r} with {assignment!r}; it has: {', '.join(names)}",
            slug="no-submissions",
        )
    chosen = [found for found in submissions if not students or found.student in students]
    return Class(course, assignment, chosen, folder)


def _stopped(grading: Grading, classes: Sequence[Class], wanted: Wanted) -> str:
    """Return one line on the results that are kept of a run that was stopped."""
    recorded = sum(len(each.recorded) for each in classes) if grading.recorder else None
    done, total = sum(len(each.reports) for each in classes), sum(len(each.submissions) for each in classes)
    return stopped(done, total, recorded, wanted.files)


def _write(reports: list[Report], wanted: Wanted) -> None:
    """Write the files that hold all reports, even if the run ended before all submissions were graded."""
    if wanted.json_file:
        export.write_json(wanted.json_file, reports)
    if wanted.junit:
        export.write_junit(wanted.junit, reports)


def show_trace(trace: str, err: Console) -> None:
    """Print the traceback of a fault of this package, and its consequence."""
    lines = [clean(line) for line in trace.splitlines()]
    advice = "this submission is ungraded and the run continues; please report it with the lines above"
    for line in (*lines, f"foundations: our fault: {lines[-1]}; {advice}"):
        _print(err, line)


def _show_records(grading: Grading, classes: Sequence[Class], out: Console, err: Console) -> None:
    """Print the problems of records, and the students whom the gradebook lacks."""
    if grading.recorder is None:
        return
    for note in grading.recorder.notes:
        _print(err, f"  {note}")
    grading.recorder.check()
    why = "because the gradebook cannot hold the name of this folder; rename it and grade again"
    for student in dict.fromkeys(found.student for each in classes for found in each.submissions if not found.folder):
        _print(out, f"  not in the gradebook: {plain(student)}, {why}")


def _show_gradebook(course: Course, grading: Grading, wanted: Wanted, out: Console) -> None:
    """Print the paths of the gradebook and the executed notebooks, or why they have not changed."""
    if grading.recorder:
        _print(out, f"  gradebook: {course.root / 'gradebook.db'}, executed notebooks: {course.root / 'autograded'}")
    elif wanted.way.gradebook:
        why = "the notebook is not in a folder <student>/<assignment>/, or the gradebook cannot hold that folder's name"
        _print(out, f"  gradebook: not changed, because {why}")


def _print(console: Console, text: str) -> None:
    """Print ``text`` without wrapping, markup or colours: paths stay whole."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
