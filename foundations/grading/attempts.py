"""Attempts of a check on right versions of the earlier exercises and on the notebook's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from foundations.errors import SessionLost
from foundations.grading.compare import CheckFailed
from foundations.grading.misconceptions import Observation
from foundations.grading.stand_ins import Form, StandIns

if TYPE_CHECKING:
    from foundations.grading.student import Student

Result = TypeVar("Result")

#: The failure of one attempt, and the calls that it made.
_Failure = tuple[CheckFailed | SessionLost, list[Observation]]


def tried_on_either(test: Callable[..., None]) -> Callable[..., None]:
    """Decorate a hidden test, below its ``@check``, or a method of an object that has a ``student``.

    It is tried on right versions of the earlier exercises and, if it fails, on the notebook's own. An object may have
    a method ``before_own``, which is called before the latter.
    """

    @wraps(test)
    def tried(*args: Any, **fixtures: Any) -> None:
        student: Student = fixtures["student"] if "student" in fixtures else args[0].student

        def own() -> None:
            before_own = getattr(args[0] if args else None, "before_own", None)
            if before_own and student.stand_ins:
                before_own()
            test(*args, **fixtures)

        student.on_either(lambda: test(*args, **fixtures), own=own)

    return tried


def on_either(student: Student, attempt: Callable[[], Result], own: Callable[[], Result], *, own_first: bool) -> Result:
    """Make one attempt after the other until one passes; see :meth:`foundations.grading.student.Student.on_either`."""
    declared = student.stand_ins
    if declared is None:
        return own()
    ways: list[tuple[Form, Callable[[], Result]]] = [("right", attempt), ("own", own)]
    failures: dict[Form, _Failure] = {}
    for form, way in reversed(ways) if own_first else ways:
        calls, reviews = len(student.observations), len(student.reviews)
        try:
            with student.using(form):
                result = way()
        except (CheckFailed, SessionLost) as failure:
            if form == "right" and isinstance(failure, SessionLost):
                raise
            failures[form] = failure, student.observations[calls:]
            del student.observations[calls:], student.reviews[reviews:]
            continue
        if "own" in failures:
            names = declared.in_words
            student.notes.append(f"tried on right versions of {names}: a mistake in yours costs nothing here")
        return result
    told, observations = _telling(failures, declared)
    student.observations += observations
    raise told


def _telling(failures: dict[Form, _Failure], declared: StandIns) -> _Failure:
    """Return the failure on right versions, unless these lack something that the notebook's own have."""
    lacking = declared.lack(str(failures["right"][0]))
    return failures["own" if lacking else "right"]
