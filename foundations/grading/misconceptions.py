"""Naming the mistake: known wrong answers are executable, and a wrong result is compared with what each of them does.

``graders/<assignment>/misconceptions.py`` holds the bank of an assignment: one function a misconception, its
docstring the hint.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch

from foundations.errors import CourseError
from foundations.grading.compare import difference
from foundations.worker.protocol import Opaque

_MARK = "__foundations_misconception__"
_BATTERY = "__foundations_battery__"
#: On more than this share of the battery a mistake has to behave as the student did. Not on all: some make three.
_ENOUGH = 1 / 2

Inputs = Callable[[torch.Generator], list[tuple[Any, ...]]]
#: How an exercise is called where it is not called by itself: ``caller(names, *args)`` finds it in ``names``.
Caller = Callable[..., Any]


@dataclass(frozen=True)
class Misconception:
    """An executable wrong answer to one exercise.

    ``symptoms`` name what it is recognised by where its values are right (an operation that is not allowed, growth,
    speed).
    """

    id: str
    exercise: str
    hint: str
    answer: Callable[..., Any]
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Behaviour:
    """What a call did: its value or its exception, and what it left its arguments and their attributes (``.g``) as."""

    value: Any
    error: str | None
    args: tuple[Any, ...]
    attributes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Observation:
    """A call with the arguments it was given, and how it behaved."""

    args: tuple[Any, ...]
    behaviour: Behaviour
    caller: Caller | None = None


@dataclass(frozen=True)
class Battery:
    """Inputs on which the misconceptions of an exercise differ from each other, and how it is called on them."""

    inputs: Inputs
    caller: Caller | None = None


def misconception(
    exercise: str, *, symptom: str | tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function of ``misconceptions.py`` as a wrong answer to ``exercise``; its name is the id, its docstring
    the hint.
    """
    symptoms = (symptom,) if isinstance(symptom, str) else symptom

    def mark(answer: Callable[..., Any]) -> Callable[..., Any]:
        if not (answer.__doc__ or "").strip():
            raise CourseError(
                f"misconception {answer.__name__!r} of {exercise!r} has no docstring: it is the hint",
                slug="misconceptions",
            )
        setattr(answer, _MARK, (exercise, symptoms))
        return answer

    return mark


def battery(exercise: str, *, caller: Caller | None = None) -> Callable[[Inputs], Inputs]:
    """Mark a function of ``misconceptions.py`` that makes inputs on which the misconceptions of ``exercise`` differ
    from each other; ``caller(names, *inputs)`` calls it where it is not called by itself.
    """

    def mark(inputs: Inputs) -> Inputs:
        setattr(inputs, _BATTERY, {**getattr(inputs, _BATTERY, {}), exercise: Battery(inputs, caller)})
        return inputs

    return mark


@dataclass(frozen=True)
class Bank:
    """All that is known of an assignment's mistakes."""

    misconceptions: tuple[Misconception, ...] = ()
    batteries: Mapping[str, Battery] = field(default_factory=dict)

    def of(self, exercise: str) -> list[Misconception]:
        return [one for one in self.misconceptions if one.exercise == exercise]


def load_bank(graders: Path) -> Bank:
    """The misconceptions of one assignment's folder, in the order in which they are written; none where it has no file.

    Raises:
        CourseError: the file cannot be imported, or two of its functions have one name.
    """
    path = graders / "misconceptions.py"
    if not path.is_file():
        return Bank()
    name = f"foundations_misconceptions_{graders.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CourseError(f"{path} cannot be imported", slug="misconceptions")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that inspect.getsource works on what it defines
    try:
        spec.loader.exec_module(module)
    except CourseError:
        raise
    except Exception as error:
        raise CourseError(
            f"{path} cannot be imported: {type(error).__name__}: {error}", slug="misconceptions"
        ) from error
    values = list(vars(module).values())
    return Bank(
        tuple(_read(answer) for answer in values if hasattr(answer, _MARK)),
        {exercise: one for inputs in values for exercise, one in getattr(inputs, _BATTERY, {}).items()},
    )


def _read(answer: Callable[..., Any]) -> Misconception:
    exercise, symptoms = getattr(answer, _MARK)
    hint = " ".join((answer.__doc__ or "").split())
    return Misconception(answer.__name__, exercise, hint, answer, symptoms)


def behave(answer: Callable[..., Any], args: Sequence[Any]) -> Behaviour:
    """How ``answer``, trusted code of the course's author, behaves on copies of ``args``."""
    own = tuple(copied(arg) for arg in args)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            value, error = answer(*own), None
        except Exception as caught:
            value, error = None, type(caught).__name__
    return Behaviour(value, error, own, tuple(vars(arg) if isinstance(arg, torch.Tensor) else {} for arg in own))


def copied(arg: Any) -> Any:
    """A copy with values, memory layout and attributes of its own."""
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
    """Whether two calls behaved alike: same value or same exception, and their arguments left alike."""
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
    # 1 is no answer to a question of yes or no, though Python calls it equal to True.
    if isinstance(one, Opaque) or isinstance(other, Opaque) or isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, int | float) and isinstance(other, int | float):
        largest = max(abs(one), abs(other))  # of an integer beyond all floats only its equality can be asked
        return one == other or (largest < 1e300 and abs(one - other) <= 1e-5 * largest)
    return type(one) is type(other) and one == other


def name_mistake(
    known: Iterable[Misconception],
    failing: Sequence[Observation],
    battery: Sequence[Observation],
    symptom: str | None = None,
) -> Misconception | None:
    """The one of an exercise's misconceptions that explains what was seen, or ``None``.

    A finding with a symptom is explained by the misconception that declares it. Otherwise a candidate must behave as
    the student did on every call of the failing check; among those, the one that agrees on most of ``battery`` is the
    best explanation. One that agrees on little of it is none: many mistakes give ``None``, NaN or an ``IndexError``.
    """
    own = list(known)
    if symptom is not None:
        return next((one for one in own if symptom in one.symptoms), None)
    if not failing:
        return None
    candidates = [one for one in own if not one.symptoms and all(_agrees(one, each) for each in failing)]
    agreements = {one.id: _agreement(one, battery) for one in candidates}
    best = max(candidates, key=lambda one: agreements[one.id], default=None)
    if best and battery and agreements[best.id] <= _ENOUGH * len(battery):
        return None
    return best


def _agreement(one: Misconception, seen: Sequence[Observation]) -> int:
    return sum(_agrees(one, each) for each in seen)


def _agrees(one: Misconception, seen: Observation) -> bool:
    return same(behave(_called(one, seen.caller), seen.args), seen.behaviour)


def _called(one: Misconception, caller: Caller | None) -> Callable[..., Any]:
    return one.answer if caller is None else partial(caller, {one.exercise: one.answer})
