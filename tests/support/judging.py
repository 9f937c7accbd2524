"""Judgements of plain functions: a wrong one next to a right one, on the same arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch

from foundations.diagnosis.judgement import Judgement, as_wide, close

Function = Callable[..., Any]


def judge(
    right: Function, wrong: Function, *cases: Sequence[Any], place: tuple[int, str] | None = None
) -> list[Judgement]:
    """Judge ``wrong`` on each tuple of arguments, by the value that it returns or sets at ``place``."""
    return [_judge(right, wrong, case, place) for case in cases]


def _judge(right: Function, wrong: Function, case: Sequence[Any], place: tuple[int, str] | None) -> Judgement:
    before, own, theirs = ([_copy(argument) for argument in case] for _ in range(3))
    expected, returned = right(*theirs), wrong(*own)
    got = returned
    if place is not None:
        index, attribute = place
        expected, got = getattr(theirs[index], attribute), getattr(own[index], attribute, None)
    attributes = tuple(_attributes(argument) for argument in own)
    names = tuple(inspect.signature(right).parameters)
    agrees = close(as_wide(got), as_wide(expected)) and got.dtype == expected.dtype
    if agrees and expected.dtype == torch.float64:
        agrees = torch.allclose(got, expected, rtol=1e-11, atol=1e-14)
    return Judgement(got, expected, tuple(before), place, names, returned, attributes, agrees)


def _attributes(argument: Any) -> dict[str, Any]:
    if not isinstance(argument, torch.Tensor):
        return {}
    return {**vars(argument), **({} if argument.grad is None else {"grad": argument.grad})}


def _copy(argument: Any) -> Any:
    if not isinstance(argument, torch.Tensor):
        return argument
    twin: Any = argument.clone()
    for name, value in vars(argument).items():
        setattr(twin, name, value.clone())
    return twin
