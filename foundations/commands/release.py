"""The command ``foundations release``: make ``release/`` and ``solutions/`` from ``source/``, and check them."""

from __future__ import annotations

from rich.console import Console

from foundations.config import Course
from foundations.errors import CourseError
from foundations.proving.static import static_faults
from foundations.release import build
from foundations.release.leaks import find_release_leaks


def release(course: Course, name: str | None, out: Console, err: Console, *, check_only: bool = False) -> None:
    """Make the release and the solution of the assignment ``name``, or of all assignments.

    Args:
        check_only: write no file, and only check those that exist.

    Raises:
        CourseError: a source or a grader is broken, a release or solution differs from its source, or a release gives
            away a solution or hidden test.
    """
    names = [name] if name else course.assignments
    for assignment in names:
        _refuse_faults(course, assignment)
        if not check_only:
            with err.status(f"releasing {assignment}: running its solution from top to bottom"):
                written = build.build_release(course, assignment)
            paths = ", ".join(str(path.relative_to(course.root)) for path in written)
            out.print(f"  {assignment}: {paths}", highlight=False)
        if complaints := build.drift(course, assignment) + find_release_leaks(course, assignment):
            raise CourseError(f"{assignment}: " + "; ".join(complaints), slug="drift")
    if check_only:
        sentence = "release/ and solutions/ agree with source/, and reveal no solution or hidden test"
        out.print(f"  {', '.join(names)}: {sentence}", highlight=False)


def _refuse_faults(course: Course, assignment: str) -> None:
    """Refuse an assignment that the static part of a proof refuses.

    Raises:
        CourseError: it has a fault.
    """
    if faults := static_faults(course, assignment):
        raise CourseError(
            f"{assignment}: " + "; ".join(fault.sentence(course.root) for fault in faults), slug="proving"
        )
