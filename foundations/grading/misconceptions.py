"""Known wrong answers, which are executable, and the search for the one that explains a student's wrong result.

``graders/<assignment>/misconceptions.py`` contains the bank of an assignment. Each of its functions is a
misconception, and its docstring is the hint.
"""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch

from foundations.errors import CourseError
from foundations.grading.compare import difference
from foundations.grading.course_module import import_course_module
from foundations.grading.stand_ins import Form
from foundations.worker.protocol import Opaque

_MARK = "__foundations_misconception__"
_BATTERY = "__foundations_battery__"
#: A misconception must behave like the student on more than this share of the battery. All of it would be too much,
#: because some students make several mistakes.
_ENOUGH = 1 / 2

Inputs = Callable[[torch.Generator], list[tuple[Any, ...]]]
#: Calls an exercise that cannot be called directly: ``caller(names, *args)`` finds it in ``names``.
Caller = Callable[..., Any]


@dataclass(frozen=True)
class Misconception:
    """An executable wrong answer to one exercise.

    ``symptoms`` identify it if its values are right: a forbidden operation, growth or speed.
    """

    id: str
    exercise: str
    hint: str
    answer: Callable[..., Any]
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Behaviour:
    """The effects of a call: its value or exception, its arguments afterwards, and their attributes, e.g. ``.g``."""

    value: Any
    error: str | None
    args: tuple[Any, ...]
    attributes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Observation:
    """A call with its arguments and its behaviour."""

    args: tuple[Any, ...]
    behaviour: Behaviour
    caller: Caller | None = None


@dataclass(frozen=True)
class Battery:
    """Inputs on which the misconceptions of an exercise differ from each other, and the caller for them."""

    inputs: Inputs
    caller: Caller | None = None
    #: The versions of earlier exercises on which the student's answer is called.
    form: Form = "right"


def misconception(
    exercise: str, *, symptom: str | tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function of ``misconceptions.py`` as a wrong answer to ``exercise``.

    The function's name is the id, and its docstring the hint.

    Raises:
        CourseError: the function has no docstring.
    """
    symptoms = (symptom,) if isinstance(symptom, str) else symptom

    def mark(answer: Callable[..., Any]) -> Callable[..., Any]:
        if not (answer.__doc__ or "").strip():
            raise CourseError(
                f"misconception {answer.__name__!r} of {exercise!r} has no docstring: write one, which is the hint",
                slug="misconceptions",
            )
        setattr(answer, _MARK, (exercise, symptoms))
        return answer

    return mark


def battery(exercise: str, *, caller: Caller | None = None, form: Form = "right") -> Callable[[Inputs], Inputs]:
    """Mark a function of ``misconceptions.py`` that makes inputs on which the misconceptions of ``exercise`` differ.

    ``caller(names, *inputs)`` calls the exercise if it cannot be called directly. ``form`` is the form of the earlier
    exercises on which the student's answer is called; the misconceptions always use those in their file.
    """

    def mark(inputs: Inputs) -> Inputs:
        setattr(inputs, _BATTERY, {**getattr(inputs, _BATTERY, {}), exercise: Battery(inputs, caller, form)})
        return inputs

    return mark


@dataclass(frozen=True)
class Bank:
    """The misconceptions of an assignment, and the batteries of its exercises."""

    misconceptions: tuple[Misconception, ...] = ()
    batteries: Mapping[str, Battery] = field(default_factory=dict)

    def of(self, exercise: str) -> list[Misconception]:
        """Return the misconceptions of ``exercise``."""
        return [misconception for misconception in self.misconceptions if misconception.exercise == exercise]


def load_bank(graders: Path) -> Bank:
    """Read the misconceptions of one assignment's folder, in the file's order; empty if it has no such file.

    Raises:
        CourseError: the file cannot be imported, or a misconception has no docstring.
    """
    module = import_course_module(graders / "misconceptions.py", slug="misconceptions")
    if module is None:
        return Bank()
    values = list(vars(module).values())
    return Bank(
        tuple(_read(answer) for answer in values if hasattr(answer, _MARK)),
        {exercise: battery for inputs in values for exercise, battery in getattr(inputs, _BATTERY, {}).items()},
    )


def _read(answer: Callable[..., Any]) -> Misconception:
    exercise, symptoms = getattr(answer, _MARK)
    hint = " ".join((answer.__doc__ or "").split())
    return Misconception(answer.__name__, exercise, hint, answer, symptoms)


def behave(answer: Callable[..., Any], args: Sequence[Any]) -> Behaviour:
    """Call ``answer``, trusted code of the course's author, on copies of ``args``, and return its behaviour."""
    own = tuple(copied(arg) for arg in args)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            value, error = answer(*own), None
        except Exception as caught:
            value, error = None, type(caught).__name__
    return Behaviour(value, error, own, tuple(vars(arg) if isinstance(arg, torch.Tensor) else {} for arg in own))


def copied(arg: Any) -> Any:
    """Return a deep copy of ``arg``; a tensor keeps its memory layout and its attributes."""
    if not isinstance(arg, torch.Tensor):
        return copy.deepcopy(arg)
    overlapping = 0 in arg.stride() and arg.numel() > 1
    twin = (
        arg.detach().clone()
        if overlapping
        else torch.empty_strided(arg.shape, arg.stride(), dtype=arg.dtype).copy_(arg)
    )
    for name, value in vars(arg).items():
        setattr(twin, name, copied(value))
    return twin


def same(one: Behaviour, other: Behaviour) -> bool:
    """Check whether two calls behaved alike: the same value or exception, and the same arguments afterwards."""
    if one.error != other.error:
        return False
    return (
        _same_value(one.value, other.value)
        and _same_value(one.args, other.args)
        and _same_value(one.attributes, other.attributes)
    )


def _same_value(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return difference(one, other, subject="") is None
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(_same_value(left, right) for left, right in zip(one, other, strict=True))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same_value(one[key], other[key]) for key in one)
    # 1 does not answer a yes-or-no question, although 1 == True in Python.
    if isinstance(one, Opaque) or isinstance(other, Opaque) or isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, int | float) and isinstance(other, int | float):
        largest = max(abs(one), abs(other))  # a larger integer is only compared exactly
        return one == other or (largest < 1e300 and abs(one - other) <= 1e-5 * largest)
    return type(one) is type(other) and one == other


def name_mistake(
    misconceptions: Iterable[Misconception],
    failing: Sequence[Observation],
    battery: Sequence[Observation],
    symptom: str | None = None,
) -> Misconception | None:
    """Find the misconception that explains a student's wrong answer, or ``None``.

    A finding with a symptom is explained by the misconception that declares it. Otherwise a candidate must behave like
    the student on every call of the failing check, and the candidate that agrees on most of ``battery`` is chosen. It
    must agree on more than half of it, because many mistakes give ``None``, NaN or an ``IndexError``.

    Args:
        misconceptions: the exercise's.
        failing: the calls of the failing check.
        battery: the student's calls on the exercise's battery.
        symptom: the symptom of the finding, if it has one.
    """
    known = list(misconceptions)
    if symptom is not None:
        return next((candidate for candidate in known if symptom in candidate.symptoms), None)
    if not failing:
        return None
    best, most = None, _ENOUGH * len(battery) if battery else -1
    for candidate in known:
        # The last call is the one that failed, on which fewest candidates agree.
        if candidate.symptoms or not all(_agrees(candidate, observation) for observation in reversed(failing)):
            continue
        agreement = _agreement(candidate, battery, most)
        if agreement > most:
            best, most = candidate, agreement
    return best


def _agreement(candidate: Misconception, observations: Sequence[Observation], most: float) -> int:
    """Count the ``observations`` on which ``candidate`` agrees; stop when the count cannot exceed ``most`` any more."""
    agreement = 0
    for number, observation in enumerate(observations, 1):
        agreement += _agrees(candidate, observation)
        if agreement + len(observations) - number <= most:
            break
    return agreement


def _agrees(candidate: Misconception, observation: Observation) -> bool:
    return same(behave(_callable(candidate, observation.caller), observation.args), observation.behaviour)


def _callable(candidate: Misconception, caller: Caller | None) -> Callable[..., Any]:
    return candidate.answer if caller is None else partial(caller, {candidate.exercise: candidate.answer})
