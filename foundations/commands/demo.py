"""The command ``foundations demo``: grade a sample class in its own course folder, from release to feedback."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console

from foundations.batch.classes import Class, Grading, Way, judges
from foundations.commands.grade import show_trace
from foundations.config import Course, find_course
from foundations.errors import CourseError
from foundations.gradebook import store
from foundations.notebooks.discovery import find_submissions
from foundations.release import build
from foundations.report import console as screen
from foundations.report import export

_COPIED = ("source", "graders", "solutions", "nbgrader_config.py", "pyproject.toml")
_MARK = "made-by-foundations-demo"


def run_demo(course: Course, folder: Path, out: Console, err: Console) -> int:
    """Copy the course into ``folder``, release it, grade ``examples/submitted`` there, and print where the files are.

    Returns:
        0, or the exit code of a fault. Ungraded submissions are part of the demonstration and count as 0.

    Raises:
        CourseError: the course has no examples, or ``folder`` exists and was not made by a demonstration.
    """
    examples = course.root / "examples" / "submitted"
    if not examples.is_dir():
        raise CourseError(
            f"{examples} is missing, so there are no submissions to grade; run the command in the course that has "
            "them, or pass --course DIR",
            slug="demo",
        )
    copied = _copy(course, examples, folder)
    classes = [found for assignment in copied.assignments if (found := _class(copied, assignment))]
    with judges(classes, Way()) as made:
        made.start()
        for assignment in copied.assignments:
            with err.status(f"{assignment}: making release/ from source/"):
                build.generate(copied, assignment, copied.root / "release")
        # nbgrader makes the feedback of one assignment while the judges grade the next ones.
        grading = Grading(classes, Way(), lambda assignment: _make_feedback(copied, assignment))
        grading.run(made, err, lambda trace: show_trace(trace, err))
    for each in classes:
        screen.show_class(each.reports, out, f"run `foundations review --course {folder}`")
        export.write_junit(_reports(copied, each.assignment) / "junit.xml", each.reports)
    if grading.recorder:
        grading.recorder.check()
    for assignment in sorted({*copied.assignments} - {each.assignment for each in classes}):
        out.print(f"  {assignment}: released; the sample class has no submission of it", highlight=False)
    reports = {each.assignment: each.reports for each in classes}
    out.print(screen.overview(reports, _waiting(copied)))
    _show_paths(copied, out)
    return max((report.fault for each in classes for report in each.reports), default=0)


def _class(course: Course, assignment: str) -> Class | None:
    """Return the submissions of ``assignment``, or ``None`` if there are none."""
    submitted = course.root / "submitted"
    if not any((student / assignment).is_dir() for student in submitted.iterdir()):
        return None
    # Students without a submission are left out here; `foundations grade` reports them as ungraded.
    found = [each for each in find_submissions(submitted, assignment) if each.path.parent.is_dir()]
    return Class(course, assignment, found, _reports(course, assignment))


def _reports(course: Course, assignment: str) -> Path:
    return course.root / "reports" / assignment


def _make_feedback(course: Course, assignment: str) -> None:
    store.feedback(course, assignment)


def _waiting(course: Course) -> int:
    """Count the answers that a person has to grade. An exercise with a finding for review has a score."""
    classes = [store.scores(course, assignment) for assignment in course.assignments]
    cells = [cell for students in classes for student in students.values() for cell in student.values()]
    return sum(score is None and waits for score, _, waits in cells)


def _copy(course: Course, examples: Path, folder: Path) -> Course:
    """Make a fresh course in ``folder``: the instructor's files, and the examples as its submissions."""
    if folder.exists() and not (folder / _MARK).exists():
        raise CourseError(
            f"{folder} exists, and `foundations demo` did not make it; name another folder with --into", slug="demo"
        )
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


def _show_paths(course: Course, out: Console) -> None:
    root = course.root
    for name, path in (
        ("gradebook", root / "gradebook.db"),
        ("feedback for students", root / "feedback" / "<student>" / "<assignment>" / "<assignment>.html"),
        ("executed notebooks", root / "autograded"),
        ("reports (JSON, JUnit)", root / "reports"),
        ("notebooks for students", root / "release"),
    ):
        out.print(f"  {name + ':':<24}{path}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"  Formgrader:             cd {root} && jupyter lab", markup=False, highlight=False, soft_wrap=True)
