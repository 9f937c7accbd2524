"""Standard checks of an :class:`~foundations.grading.exercise.Exercise`, each declared in one line.

Every function here returns a hidden test, which is an attribute of an exercise's class::

    test_values = values("the product for many sizes", points=0.8, gate=True)

All take the check's ``name``, its ``points``, and whether it is a ``gate``, as :func:`foundations.authoring.check`. If
the exercise has stand-ins, all but :func:`rule` are tried on right versions of the earlier exercises and, if they fail,
on the notebook's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from foundations.grading import speed
from foundations.grading.attempts import tried_on_either
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.exercise import Exercise
from foundations.grading.growth import Growth, Sizes
from foundations.grading.pytest_plugin import check, name_of
from foundations.grading.trace import largest
from foundations.grading.views import as_views

Test = Callable[[Any], None]
#: Makes tuples of arguments from the exercise.
Maker = Callable[[Any], Iterable[Sequence[Any]]]
#: Tuples of sizes for the exercise's ``inputs``, or a function that makes tuples of arguments.
Cases = Sequence[Sequence[Any]] | Maker


def values(
    name: str, *, only: Cases | None = None, also: Maker | None = None, places: Sequence[str] = (), **options: Any
) -> Test:
    """Check the values that the exercise returns or sets.

    Args:
        name: the check's name.
        only: the calls; default: one for each of the exercise's sizes.
        also: makes the arguments of further calls.
        places: the places that are looked at, e.g. ``["w.g"]``; default: all.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        self.looked_at = places
        _try_each(self, [*_made(self, only), *(also(self) if also else ())])

    return check(name, **options)(tried_on_either(test))


def sizes_of_one(name: str, sizes: Sequence[Sequence[int]], **options: Any) -> Test:
    """Check the values for ``sizes`` in which some are 1, where wrong axes and wrong broadcasting show."""
    return values(name, only=sizes, **options)


def rule(name: str, **options: Any) -> Test:
    """Check that the source and a traced call use no operations but those that the exercise allows."""

    def test(self: Exercise) -> None:
        self.student.must_obey(self.allowed, self.trial, self.sizes)

    return check(name, **options)(test)


def dtypes(
    name: str,
    *,
    dtypes: Sequence[Any] = (),
    sizes: Sequence[int] | None = None,
    also: Maker | None = None,
    **options: Any,
) -> Test:
    """Check that results have the dtype that the exercise expects for inputs of several dtypes.

    Args:
        name: the check's name.
        dtypes: dtypes of the inputs; default: float64 and float32, of the library that the exercise's inputs have.
        sizes: sizes of the calls; default: the first of the exercise.
        also: makes the arguments of further calls, e.g. whole numbers.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        usual = (np.float64, np.float32) if self.is_of_numpy() else (torch.float64, torch.float32)
        cases = [self.inputs(*(sizes or self.sizes[0]), dtype=dtype) for dtype in dtypes or usual]
        _try_each(self, [*cases, *(also(self) if also else ())], dtype=True)

    return check(name, **options)(tried_on_either(test))


def views(name: str, *, only: Cases | None = None, also: Maker | None = None, **options: Any) -> Test:
    """Check the values for inputs that are transposed in memory, or every other element of a larger tensor or array.

    Args:
        name: the check's name.
        only: the calls; default: two of the exercise's first sizes.
        also: makes the arguments of further calls, which stay as they are.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        cases = [view for args in _made(self, only or [self.sizes[0]] * 2) for view in as_views(args)]
        _try_each(self, [*cases, *(also(self) if also else ())])

    return check(name, **options)(tried_on_either(test))


def unchanged_inputs(name: str, *, only: Cases | None = None, also: Maker | None = None, **options: Any) -> Test:
    """Check that a call changes its inputs only by the values that it must set, and that a second call is right too.

    Args:
        name: the check's name.
        only: the calls; default: two of the exercise's first sizes.
        also: makes the arguments of further calls.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        cases = [*_made(self, only or [self.sizes[0]] * 2), *(also(self) if also else ())]
        for call in self.try_each(cases):
            call.must_leave_inputs(setting=self.set_places(*call.args))

    return check(name, **options)(tried_on_either(test))


def old_values(name: str, *, sizes: Sequence[int] | None = None, also: Maker | None = None, **options: Any) -> Test:
    """Check that old values of the attributes that a call sets, of right and of wrong shape, make no difference.

    Args:
        name: the check's name.
        sizes: sizes of the calls; default: the first of the exercise.
        also: makes the arguments of further calls, with old values of their own.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        for repeats in (1, 1, 2):
            args = self.inputs(*(sizes or self.sizes[0]))
            for argument, attribute in self.set_places(*args):
                size, *others = args[argument].shape or (1,)
                setattr(args[argument], attribute, self.normal(repeats * size, *others, dtype=args[argument].dtype))
            self.must_be_right(self.call(*args))
        _try_each(self, also(self) if also else ())

    return check(name, **options)(tried_on_either(test))


def refuses(
    name: str,
    misfits: Callable[[Any], Iterable[tuple[Sequence[Any], str]]],
    *,
    error: type[BaseException] = AssertionError,
    **options: Any,
) -> Test:
    """Check that calls with unsuitable arguments raise ``error``.

    Args:
        name: the check's name.
        misfits: takes the exercise and returns pairs of arguments and of the fault in them, for the message.
        error: the exception that has to be raised.
        options: as for :func:`~foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        pairs = list(misfits(self))
        calls = self.student.calls(*(args for args, _ in pairs), caller=self.calling())
        for call, (_, because) in zip(calls, pairs, strict=True):
            call.must_raise(error, because=because)

    return check(name, **options)(tried_on_either(test))


def scales_as(name: str, allowed: Growth, base: Sizes, lesson: str, **options: Any) -> Test:
    """Check that the number of operations grows no faster than ``allowed`` with the sizes (n, k, m)."""

    def test(self: Exercise) -> None:
        self.student.must_scale_as(allowed, self.trial, base, lesson)

    return check(name, **options)(tried_on_either(test))


def memory(name: str, sizes: Sequence[int], most: int, lesson: str, **options: Any) -> Test:
    """Check that no tensor on the way of a call with these sizes has more than ``most`` numbers.

    Args:
        name: the check's name.
        sizes: sizes of the call.
        most: the number of numbers that a tensor may have.
        lesson: ends the message of a failure.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        call = self.student.traced(self.trial, *sizes)
        if (found := largest(call.trace or {})) > most:
            text = f"{call.subject} made a tensor of {found:,} numbers on its way; {lesson}"
            raise CheckFailed(Finding("value", text, symptom="memory"))

    return check(name, **options)(tried_on_either(test))


def faster_than(
    name: str,
    baseline: Callable[..., Any],
    *,
    inputs: Callable[[Any], tuple[Any, ...]],
    min_speedup: float,
    label: str,
    expected: Callable[..., speed.Values] | None = None,
    scale: Callable[..., float] | None = None,
    plain: Sequence[Any] = (),
    caller: Callable[..., Any] | None = None,
    **options: Any,
) -> Test:
    """Check that the exercise needs at least ``min_speedup`` times less CPU time than the instructor's ``baseline``.

    The arguments are those of :meth:`foundations.grading.student.Student.must_be_faster`. The expected values are the
    exercise's own by default.
    """

    def test(self: Exercise) -> None:
        self.student.must_be_faster(
            baseline,
            inputs,
            expected or self.expected,
            min_speedup,
            label,
            caller=caller or self.calling(),
            plain=plain,
            scale=scale,
            rule=self.allowed,
        )

    return check(name, **options)(tried_on_either(test))


def together(*parts: Test, **options: Any) -> Test:
    """Join standard checks that are worth little each: the joint check passes if every part passes.

    Args:
        parts: standard checks without points; the joint check's name has the names of all.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        for part in parts:
            part(self)

    return check("; ".join(name_of(part) for part in parts), **options)(test)


def _made(exercise: Exercise, cases: Cases | None) -> Iterator[Sequence[Any]]:
    if callable(cases):
        yield from cases(exercise)
    else:
        yield from (exercise.inputs(*sizes) for sizes in cases or exercise.sizes)


def _try_each(exercise: Exercise, cases: Iterable[Sequence[Any]], *, dtype: bool = False) -> None:
    for _ in exercise.try_each(cases, dtype=dtype):
        pass
