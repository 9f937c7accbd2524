"""The demonstration: a made class, graded in a course folder of its own, from release to feedback."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console

from foundations.batch.run import Run
from foundations.config import Course, find_course
from foundations.errors import CourseError
from foundations.gradebook import store
from foundations.gradebook.recorder import GradebookRecorder
from foundations.grading.grader import Grader
from foundations.notebooks.discovery import find_submissions
from foundations.release import build
from foundations.report import console as screen
from foundations.report import export
from foundations.report.model import Report

_COPIED = ("source", "graders", "solutions", "nbgrader_config.py", "pyproject.toml")
_MARK = "made-by-foundations-demo"


def run_demo(course: Course, folder: Path, out: Console, err: Console) -> int:
    """Copy the course into ``folder``, release it, grade ``examples/submitted`` there, and say where everything is.

    Returns:
        0, or the exit code of a fault; that some made submission is ungraded is part of the demonstration.

    Raises:
        CourseError: the course has no examples, or ``folder`` holds something that no demonstration made.
    """
    examples = course.root / "examples" / "submitted"
    if not examples.is_dir():
        raise CourseError(f"{examples} is missing: the demonstration has nobody to grade", slug="demo")
    own = _copy(course, examples, folder)
    classes: dict[str, list[Report]] = {}
    for assignment in own.assignments:
        with err.status(f"{assignment}: making release/ from source/"):
            build.generate(own, assignment, own.root / "release")
        if reports := _grade(own, assignment, err):
            classes[assignment] = reports
            screen.show_class(reports, out, f"run `foundations review --course {folder}`")
        else:
            out.print(f"  {assignment}: released; nobody of the made class has handed it in", highlight=False)
    out.print(screen.overview(classes, _waiting(own)))
    _say_where(own, out)
    return max((report.fault for reports in classes.values() for report in reports), default=0)


def _grade(course: Course, assignment: str, err: Console) -> list[Report]:
    """The reports on those who handed ``assignment`` in; gradebook, feedback and reports are written on the way."""
    submitted = course.root / "submitted"
    if not any((student / assignment).is_dir() for student in submitted.iterdir()):
        return []
    # Who has handed in nothing is no fault of a submission here, as it would be in `foundations grade`.
    found = [one for one in find_submissions(submitted, assignment) if one.path.parent.is_dir()]
    folder = course.root / "reports" / assignment
    with Grader(course, assignment) as grader, GradebookRecorder(course, assignment, submitted) as recording:
        run = Run(grader, recording, folder, lambda trace: err.print(trace, markup=False, highlight=False))
        run.grade(screen.progress(found, err, f"grading {assignment},"))
    recording.check()
    with err.status(f"{assignment}: feedback"):
        store.feedback(course, assignment)
    export.write_junit(folder / "junit.xml", run.reports)
    return run.reports


def _waiting(course: Course) -> int:
    """Count the answers that a person has to read; a finding for review leaves its exercise a score."""
    classes = [store.scores(course, assignment) for assignment in course.assignments]
    cells = [cell for one in classes for student in one.values() for cell in student.values()]
    return sum(score is None and waits for score, _, waits in cells)


def _copy(course: Course, examples: Path, folder: Path) -> Course:
    """A fresh course in ``folder``: what an instructor owns, with the examples as what was handed in."""
    if folder.exists() and not (folder / _MARK).exists():
        raise CourseError(f"{folder} exists and no demonstration made it: name another one with --into", slug="demo")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    for name in _COPIED:
        if (course.root / name).is_dir():
            shutil.copytree(course.root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        elif (course.root / name).is_file():
            shutil.copy2(course.root / name, folder / name)
    shutil.copytree(examples, folder / "submitted", symlinks=True)
    return find_course(folder)


def _say_where(course: Course, out: Console) -> None:
    root = course.root
    for name, place in (
        ("gradebook", root / "gradebook.db"),
        ("feedback for students", root / "feedback" / "<student>" / "<assignment>" / "<assignment>.html"),
        ("executed notebooks", root / "autograded"),
        ("reports (JSON, JUnit)", root / "reports"),
        ("what students get", root / "release"),
    ):
        out.print(f"  {name + ':':<24}{place}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"  Formgrader:             cd {root} && jupyter lab", markup=False, highlight=False, soft_wrap=True)
