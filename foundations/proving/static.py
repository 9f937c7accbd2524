"""The static part of a proof: faults that show without running an answer, for which ``foundations release`` refuses."""

from __future__ import annotations

from collections.abc import Iterator

from foundations.config import Course
from foundations.errors import CourseError
from foundations.grading.faults import Fault
from foundations.grading.misconceptions import Bank, load_bank
from foundations.proving.cells import blanks, cell_faults
from foundations.proving.orphans import (
    bank_faults,
    case_faults,
    grader_faults,
    import_fault,
    kind_faults,
    right_faults,
)
from foundations.proving.points import point_faults
from foundations.proving.source import SourceAssignment


def static_faults(course: Course, assignment: str) -> list[Fault]:
    """List the faults of an assignment's notebook and of its graders, without running an answer.

    Raises:
        CourseError: the assignment does not exist, or its notebook is broken.
    """
    source = SourceAssignment.read(course, assignment)
    return list(faults_of(source))


def faults_of(source: SourceAssignment, exercise: str | None = None) -> Iterator[Fault]:
    """Yield the faults of an assignment, or of one ``exercise`` and of the parts that all exercises share.

    Blanks come alone, because they cause many other faults.
    """
    unfilled = list(_about(exercise, blanks(source)))
    yield from unfilled or _about(exercise, _without_blanks(source))


def _about(exercise: str | None, faults: Iterator[Fault]) -> Iterator[Fault]:
    return (fault for fault in faults if exercise is None or fault.exercise in ("", exercise))


def _without_blanks(source: SourceAssignment) -> Iterator[Fault]:
    yield from cell_faults(source)
    yield from point_faults(source)
    yield from grader_faults(source)
    yield from right_faults(source)
    bank = Bank()
    try:
        bank = load_bank(source.course.graders / source.name)
    except CourseError as error:
        yield import_fault(error, source)
        return
    yield from bank_faults(source, bank)
    yield from kind_faults(source, bank)
    yield from case_faults(source, bank)
