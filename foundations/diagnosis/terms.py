"""An argument that is added to the right result, subtracted from it, or that multiplies or divides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, attempted, close, has_numbers

_TERMS: tuple[tuple[str, Callable[[Tensor, Tensor], Tensor], str], ...] = (
    ("plus_argument", torch.add, "is the right one plus `{name}`"),
    ("minus_argument", torch.sub, "is the right one minus `{name}`"),
    ("times_argument", torch.mul, "is the right one times `{name}`"),
    ("divided_by_argument", torch.div, "is the right one divided by `{name}`"),
)
_QUESTION = "Which step of your code adds, subtracts, multiplies or divides by it, and is the step in the formula?"


def term(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the right result to which the same argument was added, or by which it was multiplied, in all calls."""
    for kind, combine, words in _TERMS:
        names = [set(_names(judgement, combine)) for judgement in failing]
        common = set.intersection(*names) if names else set()
        if common and sum(judgement.right.numel() for judgement in failing) > 1:
            text = f"{failing[-1].values} {words.format(name=min(common))}"
            return Diagnosis(kind, f"{text}. {_QUESTION}")
    return None


def _names(judgement: Judgement, combine: Callable[[Tensor, Tensor], Tensor]) -> Iterator[str]:
    if judgement.wide.shape != judgement.right.shape:
        return
    for name, tensor in judgement.tensors.items():
        for laid in _laid_along(tensor, judgement.right) if has_numbers(tensor) else ():
            if any(map(judgement.is_result, attempted(partial(_combined, combine, laid), judgement))):
                yield name
                break


def _combined(combine: Callable[[Tensor, Tensor], Tensor], laid: Tensor, judgement: Judgement) -> list[Tensor]:
    return [combine(judgement.right, laid)]


def _laid_along(tensor: Tensor, right: Tensor) -> Iterator[Tensor]:
    """Yield ``tensor``, and a vector along each axis that has its size."""
    if tensor.ndim <= right.ndim:
        yield tensor
    if tensor.ndim == 1:
        for axis, size in enumerate(right.shape[:-1]):
            if size == len(tensor):
                yield tensor.reshape(-1, *[1] * (right.ndim - axis - 1))


def multiple(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a multiple of the same argument that was added to the right result, another multiple in each call."""
    found = [dict(_multiples(judgement)) for judgement in failing]
    common = set.intersection(*map(set, found)) if found else set()
    # One number proves little, and in a layer with a single output a vector is one.
    common = {name for name in common if any(judgement.tensors[name].numel() > 1 for judgement in failing)}
    if not common or sum(judgement.right.numel() for judgement in failing) < 3:
        return None
    name = min(common)
    numbers = [each[name] for each in found]
    kind, words = ("plus_argument", "plus") if numbers[-1] > 0 else ("minus_argument", "minus")
    alike = all(abs(number - numbers[0]) <= 1e-3 * abs(numbers[0]) for number in numbers)
    times = f"{abs(numbers[0]):.4g} times `{name}`" if alike else f"`{name}` times a number that depends on the sizes"
    return Diagnosis(kind, f"{failing[-1].values} is the right one {words} {times}. {_QUESTION}")


def _multiples(judgement: Judgement) -> Iterator[tuple[str, float]]:
    """Yield the name of each argument, a multiple of which is the difference from the right result, and the number."""
    if judgement.wide.shape != judgement.right.shape or not has_numbers(judgement.wide):
        return
    gap = judgement.wide - judgement.right
    for name, tensor in judgement.tensors.items():
        for laid in _laid_along(tensor, judgement.right) if has_numbers(tensor) else ():
            number = _number(gap, laid)
            if number is not None:
                yield name, number
                break


def _number(gap: Tensor, laid: Tensor) -> float | None:
    try:
        whole = laid.expand_as(gap)
    except RuntimeError:
        return None
    at = int(whole.abs().argmax())
    number = float(gap.reshape(-1)[at] / whole.reshape(-1)[at])
    return number if abs(number) > 1e-2 and close(gap, number * whole) else None


def varying_factor(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a factor that is the same for all entries of a result, and another one in the next call."""
    factors = [_factor(judgement) for judgement in failing]
    known = [factor for factor in factors if factor is not None]
    if len(known) < max(2, len(failing)) or all(abs(one - known[0]) <= 1e-3 * abs(known[0]) for one in known):
        return None
    text = f"{failing[-1].values} is the right one times a number, the same for all entries and another in each call"
    return Diagnosis("varying_factor", f"{text}. Which number is made of all the values, and is it in the formula?")


def _factor(judgement: Judgement) -> float | None:
    got, right = judgement.wide, judgement.right
    if got.shape != right.shape or not has_numbers(got) or int((right != 0).sum()) < 3:
        return None
    at = int(right.abs().argmax())
    factor = float(got.reshape(-1)[at] / right.reshape(-1)[at])
    return factor if factor and close(got, factor * right) else None
