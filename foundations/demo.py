"""The demonstration: a made class, graded in a course folder of its own, from release to feedback."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console

from foundations import export, gradebook, release, screen
from foundations.config import Course, find_course
from foundations.errors import CourseError
from foundations.grade import Graded, Grader
from foundations.recording import Recording
from foundations.submissions import find_submissions

_COPIED = ("source", "graders", "nbgrader_config.py", "pyproject.toml")
_MARK = "made-by-foundations-demo"


def run(course: Course, folder: Path, out: Console, err: Console) -> int:
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
    worst = 0
    for assignment in own.assignments:
        with err.status(f"{assignment}: making release/ and solutions/ from source/"):
            release.release(own, assignment)
        submitted = own.root / "submitted"
        if not any((student / assignment).is_dir() for student in submitted.iterdir()):
            out.print(f"  {assignment}: released; nobody of the made class has handed it in yet", highlight=False)
            continue
        graded: dict[str, Graded] = {}
        with Grader(own, assignment) as grader, Recording(own, assignment, submitted) as recording:
            for one in screen.progress(find_submissions(submitted, assignment), err):
                graded[one.student] = grader.grade(one.path, one.student)
                recording.add(one.student, graded[one.student])
        recording.check()
        reports = [each.report for each in graded.values()]
        out.print(screen.class_table(reports))
        with err.status(f"{assignment}: feedback"):
            gradebook.feedback(own, assignment)
        export.write_json_dir(own.root / "reports" / assignment, reports)
        export.write_junit(own.root / "reports" / assignment / "junit.xml", reports)
        worst = max(worst, *(report.fault for report in reports))
    _say_where(own, out)
    return worst


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
