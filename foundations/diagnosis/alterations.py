"""The right result for other arguments: without one of them, with two exchanged, cut off, or without its signs.

The right values of other arguments can be calculated if the check knows how, so a result that is right for altered
arguments in every call shows which argument is treated otherwise than the exercise asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, as_wide, close

#: Bounds that scores are often limited to, before exp or after.
_BOUNDS = (1.0, 5.0, 6.0, 10.0, 15.0, 20.0, 30.0, 50.0, 60.0, 70.0, 80.0, 87.0, 88.0, 100.0)
#: Results with more numbers are not compared with those of altered arguments.
_MAX_NUMBERS = 10_000

#: Id, change of an argument, and how a sentence names it.
_Change = tuple[str, Callable[[Any], Any], str]


def _bounded(bound: float) -> _Change:
    def change(value: Any) -> Any:
        if isinstance(value, Tensor):
            return value.clamp(-bound, bound)
        return type(value)(min(max(value, -bound), bound))

    return "argument_cut_off", change, "large values of `{name}` were cut off"


_CHANGES: tuple[_Change, ...] = (
    ("argument_ignored", lambda value: value * 0, "`{name}` were 0"),
    ("argument_ignored", lambda value: value * 0 + 1, "`{name}` were 1"),
    (
        "argument_cut_off",
        lambda value: value.clamp(min=0) if isinstance(value, Tensor) else max(value, type(value)(0)),
        "negative values of `{name}` were 0",
    ),
    ("argument_without_sign", abs, "`{name}` had no negative values, but their sizes"),
    ("argument_negated", lambda value: -value, "`{name}` had the opposite sign"),
    *map(_bounded, _BOUNDS),
)


def altered(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose results that are right for arguments of which one is changed, or two are exchanged, in all calls."""
    failing = [judgement for judgement in judgements if not judgement.agrees]
    last = failing[-1]
    alike = [judgement for judgement in judgements if judgement.place == last.place]
    known = all(each.recalculate is not None and each.right.numel() <= _MAX_NUMBERS for each in alike)
    if not known or last.library == "NumPy" or any(each.place != last.place for each in failing):
        return None
    for path in _paths(last.arguments):
        name = _named(last, path)
        for kind, change, words in _CHANGES:
            if _explains(alike, partial(_with, path, change)):
                text = f"{last.label[:1].upper()}{last.label[1:]} is right as if {words.format(name=name)}"
                return Diagnosis(kind, f"{text}. Which line of your code makes it so?")
    for one, other in _pairs(last.arguments):
        if _explains(alike, partial(_exchanged, one, other)):
            names = f"`{_named(last, one)}` and `{_named(last, other)}`"
            text = f"{last.label[:1].upper()}{last.label[1:]} is right as if {names} were exchanged"
            return Diagnosis("arguments_exchanged", f"{text}. Which of the two comes first in the formula?")
    return None


def _explains(judgements: Sequence[Judgement], alter: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> bool:
    """Check that each result is right for altered arguments, and that it is another one if the result is wrong."""
    # The wrong results come first, because most hypotheses fail on them.
    for judgement in sorted(judgements, key=lambda each: each.agrees):
        wanted = _recalculated(judgement, alter)
        if wanted is None:
            return False
        if judgement.agrees:
            if not (wanted.shape == judgement.right.shape and torch.allclose(wanted, judgement.right, 1e-4, 1e-6)):
                return False
        elif not close(judgement.wide.reshape(-1), wanted.reshape(-1)) or close(judgement.right, wanted):
            return False
    return True


def _recalculated(judgement: Judgement, alter: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Tensor | None:
    """Return the right result for altered arguments in float64; ``None`` if there is none."""
    assert judgement.recalculate is not None
    try:
        value = judgement.recalculate(*alter(judgement.arguments))
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
        return None  # the formula does not have to hold for arguments that the check never makes
    found = torch.tensor(value).double() if type(value) in (int, float) else as_wide(value)
    return found if found.numel() and found.isfinite().all() else None


#: The index of an argument, then the index of an item or the name of an attribute.
_Path = tuple[int, int | str | None]


def _paths(arguments: Sequence[Any]) -> Iterator[_Path]:
    """Yield the places of numbers: arguments, items of lists, and attributes of tensors."""
    for index, value in enumerate(arguments):
        if _is_real(value):
            yield index, None
            if isinstance(value, Tensor):
                yield from ((index, name) for name, each in vars(value).items() if _is_real(each))
        elif isinstance(value, list | tuple):
            yield from ((index, item) for item, each in enumerate(value) if _is_real(each))


def _is_real(value: Any) -> bool:
    return (isinstance(value, Tensor) and value.is_floating_point()) or type(value) in (int, float)


def _named(judgement: Judgement, path: _Path) -> str:
    index, part = path
    name = judgement.name(index)
    return f"{name}[{part}]" if isinstance(part, int) else f"{name}.{part}" if part else name


def _at(arguments: Sequence[Any], path: _Path) -> Any:
    index, part = path
    value = arguments[index]
    return value[part] if isinstance(part, int) else getattr(value, part) if part else value


def _with(path: _Path, change: Callable[[Any], Any], arguments: Sequence[Any]) -> tuple[Any, ...]:
    return _put(arguments, path, change(_at(arguments, path)))


def _put(arguments: Sequence[Any], path: _Path, value: Any) -> tuple[Any, ...]:
    """Return the arguments with ``value`` at ``path``; tensors keep their attributes."""
    index, part = path
    old = arguments[index]
    if isinstance(part, int):
        value = type(old)(value if at == part else item for at, item in enumerate(old))
    elif isinstance(old, Tensor):
        twin = old.clone() if part else value
        for name, each in vars(old).items():
            setattr(twin, name, value if name == part else each)
        value = twin
    return (*arguments[:index], value, *arguments[index + 1 :])


def _pairs(arguments: Sequence[Any]) -> Iterator[tuple[_Path, _Path]]:
    """Yield places of two tensors of one shape, or of two numbers."""
    paths = list(_paths(arguments))
    for at, one in enumerate(paths):
        for other in paths[at + 1 :]:
            left, right = _at(arguments, one), _at(arguments, other)
            if isinstance(left, Tensor) == isinstance(right, Tensor) and _shape(left) == _shape(right):
                yield one, other


def _exchanged(one: _Path, other: _Path, arguments: Sequence[Any]) -> tuple[Any, ...]:
    left, right = _at(arguments, one), _at(arguments, other)
    return _put(_put(arguments, one, right), other, left)


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(getattr(value, "shape", ()))
