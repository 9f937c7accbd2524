"""Mistakes with axes: too many or too few summed, exchanged, shifted, not filled, or stretched to a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import permutations

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, every, has_numbers

_REDUCTIONS: dict[str, Callable[..., Tensor]] = {"sum": torch.sum, "mean": torch.mean}


def transposed(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the right result with its axes in another order."""

    def turned(judgement: Judgement) -> Iterator[Tensor]:
        if 1 < judgement.right.ndim <= 4:
            for order in list(permutations(range(judgement.right.ndim)))[1:]:
                yield judgement.right.permute(order)

    if not every(failing, turned):
        return None
    question = "Which index counts the rows in your code, and which in the formula?"
    return Diagnosis(
        "transposed", f"The values are right, and the axes of {failing[-1].label} are exchanged. {question}"
    )


def reshaped(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the right numbers in another shape: an axis of size 1 too many or too few, or rows broken elsewhere."""
    if not every(failing, lambda judgement: [judgement.right.reshape(judgement.wide.shape)]):
        return _reshaped_for_exchanged(failing)
    last = failing[-1]
    got, right = tuple(last.wide.shape), tuple(last.right.shape)
    if [size for size in got if size > 1] == [size for size in right if size > 1]:
        text = f"All values are right, and the shape is {got} instead of {right}"
        return Diagnosis("axis_of_size_1", f"{text}. Which step makes or removes an axis of size 1?")
    text = f"The values of {last.label} are right in their order, and broken into other rows"
    return Diagnosis("reshaped", f"{text}. Does your step exchange axes, or only count on across them?")


def _reshaped_for_exchanged(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a reshape where axes have to be exchanged: the shape is right, and the order of the values is not."""

    def counted_on(judgement: Judgement) -> Iterator[Tensor]:
        right = judgement.right
        if 1 < right.ndim <= 4:
            yield from (right.permute(order).reshape(right.shape) for order in permutations(range(right.ndim)))

    if not every(failing, counted_on):
        return None
    text = f"{failing[-1].label[:1].upper()}{failing[-1].label[1:]} has the right values in another order"
    return Diagnosis("reshaped", f"{text}. Does your step exchange axes, or only count on across them?")


def summed_too_much(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the right result after one more sum or mean over axes."""
    for name, reduction in _REDUCTIONS.items():
        if every(failing, partial(_further, reduction)):
            shapes = f"{_shape(failing[-1].wide)} instead of {_shape(failing[-1].right)}"
            text = f"The result is the {name} of the right values over an axis, so its shape is {shapes}"
            return Diagnosis(f"{name}_too_much", f"{text}. Over which axes does each of your sums run?")
    return None


def _further(reduction: Callable[..., Tensor], judgement: Judgement) -> Iterator[Tensor]:
    right, got = judgement.right, judgement.wide
    if right.numel() < 2 or got.numel() >= right.numel():
        return
    if got.numel() == 1:
        yield reduction(right).reshape(got.shape)
    for axis in range(right.ndim):
        less = reduction(right, axis)
        if less.numel() == got.numel():
            yield less.reshape(got.shape)


def summed_too_little(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a result whose sum or mean over one axis, or over all, is the expected one."""
    for name, reduction in _REDUCTIONS.items():
        if all(_is_rest(judgement, reduction) for judgement in failing):
            shapes = f"{_shape(failing[-1].wide)} instead of {_shape(failing[-1].right)}"
            text = f"The {name} of your result over an axis is right, and its shape is {shapes}"
            return Diagnosis(f"{name}_too_little", f"{text}. What does each axis of your result count?")
    return None


def _is_rest(judgement: Judgement, reduction: Callable[..., Tensor]) -> bool:
    got, right = judgement.wide, judgement.right
    if got.numel() <= right.numel() or not has_numbers(got) or not right.numel():
        return False
    results = [reduction(got, axis) for axis in range(got.ndim) if got.shape[axis] > 1]
    results += [reduction(got)] if right.numel() == 1 else []
    return any(
        result.numel() == right.numel() and torch.allclose(result.reshape(right.shape), right, rtol=1e-4, atol=1e-8)
        for result in results
    )


def stretched_to_a_table(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a column that met a row: the result holds all pairs, and its diagonal is the expected one."""

    def is_table(judgement: Judgement) -> bool:
        got, right = judgement.wide, judgement.right
        square = got.ndim == 2 and got.shape[0] == got.shape[1] == right.numel() > 1
        return square and torch.allclose(got.diagonal(), right.reshape(-1), rtol=1e-4, atol=1e-8)

    if not all(is_table(judgement) for judgement in failing):
        return None
    shapes = f"{_shape(failing[-1].wide)} instead of {_shape(failing[-1].right)}"
    text = f"The result has a value for every pair, {shapes}, and the right values are its diagonal"
    return Diagnosis(
        "table_of_pairs", f"{text}. Which shapes meet in your code, and what does broadcasting make of them?"
    )


def shifted(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the right values, each one place too early or too late along an axis."""

    def rolled(judgement: Judgement) -> Iterator[Tensor]:
        for axis, size in enumerate(judgement.right.shape):
            if size > 2 or (size == 2 and judgement.right.ndim > 1):
                yield from (judgement.right.roll(step, axis) for step in (1, -1))

    if not every(failing, rolled):
        return None
    text = f"Each value of {failing[-1].label} is one place away from where it belongs"
    return Diagnosis("shifted", f"{text}. Does your index begin at 0 or at 1?")


def flipped(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the right values in the opposite order along an axis."""

    def mirrored(judgement: Judgement) -> Iterator[Tensor]:
        for axis, size in enumerate(judgement.right.shape):
            if size > 2:
                yield judgement.right.flip(axis)

    if not every(failing, mirrored):
        return None
    return Diagnosis(
        "flipped",
        f"The values of {failing[-1].label} are right, and in the opposite order. Where does your loop begin?",
    )


def not_written(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose rows or columns that are left at 0, or a result of zeros, or one that is only begun."""
    for guess in (_all_zero, _only_first, _row_or_column, _end_left_at_zero, _last_left_out):
        found = [guess(judgement) for judgement in failing]
        if all(found):
            return found[-1]
    return None


def _all_zero(judgement: Judgement) -> Diagnosis | None:
    same_shape = judgement.wide.shape == judgement.right.shape
    if same_shape and judgement.wide.numel() and not judgement.wide.any() and judgement.right.any():
        return Diagnosis("all_zero", f"All of {judgement.label} is 0. Which line of your code writes into it?")
    return None


def _only_first(judgement: Judgement) -> Diagnosis | None:
    got, right = judgement.wide.flatten(), judgement.right.flatten()
    if got.shape == right.shape and got.numel() > 2 and got[0] and right[1:].any() and not got[1:].any():
        text = f"Only the first value of {judgement.label} was written"
        return Diagnosis("only_first_entry", f"{text}. Is `return` indented into a loop?")
    return None


def _row_or_column(judgement: Judgement) -> Diagnosis | None:
    got, right = judgement.wide, judgement.right
    if got.shape != right.shape or got.ndim not in (1, 2) or not got.any():
        return None
    for axis, kind in enumerate(("row", "column")[: got.ndim] if got.ndim == 2 else ("entry",)):
        empty = [
            index
            for index in range(got.shape[axis])
            if right.select(axis, index).any() and not got.select(axis, index).any()
        ]
        if empty and _is_range(empty, right, axis) and _right_elsewhere(got, right, axis, empty):
            text = f"{kind.capitalize()} {empty[0]} of {judgement.label} was never written, and the others are right"
            return Diagnosis("not_written", f"{text}. How far does your range run?")
    return None


def _is_range(empty: Sequence[int], right: Tensor, axis: int) -> bool:
    """Check that the indices are at an end of the axis, as ranges miss them, or hold several values each."""
    at_end = empty[0] == 0 or empty[-1] == right.shape[axis] - 1
    several = all(int((right.select(axis, index) != 0).sum()) > 1 for index in empty)
    return several or (at_end and right.ndim == 1)


def _end_left_at_zero(judgement: Judgement) -> Diagnosis | None:
    """The first or last of all entries is 0, whatever the shape, because a loop over all of them misses it."""
    got, right = judgement.wide.reshape(-1), judgement.right.reshape(-1)
    if got.shape != right.shape or got.numel() < 3 or judgement.right.ndim < 2:
        return None
    for end, words in ((-1, "last"), (0, "first")):
        if right[end] and not got[end] and _right_elsewhere(got, right, 0, [end % len(got)]):
            text = f"The {words} entry of {judgement.label} was never written, and the others are right"
            return Diagnosis("not_written", f"{text}. How far does your range run?")
    return None


def _right_elsewhere(got: Tensor, right: Tensor, axis: int, empty: Sequence[int]) -> bool:
    kept = torch.tensor([index for index in range(got.shape[axis]) if index not in empty])
    return torch.allclose(got.index_select(axis, kept), right.index_select(axis, kept), rtol=1e-4, atol=1e-8)


def _last_left_out(judgement: Judgement) -> Diagnosis | None:
    """The result is one row or column shorter than the expected one."""
    got, right = judgement.wide, judgement.right
    for axis, size in enumerate(right.shape):
        if size > 1 and got.numel() and got.shape == right.narrow(axis, 0, size - 1).shape:
            for start in (0, 1):
                if torch.allclose(got, right.narrow(axis, start, size - 1), rtol=1e-4, atol=1e-8):
                    text = f"The {'last' if start == 0 else 'first'} index along axis {axis} is missing"
                    return Diagnosis("not_written", f"{text}, and the others are right. How far does your range run?")
    return None


def rows_are_one(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose rows that are all alike and equal to one of the expected rows: they may be one object."""

    def repeated(judgement: Judgement) -> Iterator[Tensor]:
        right = judgement.right
        if right.ndim > 1 and right.shape[0] > 1:
            yield from (right[index].expand(right.shape) for index in (-1, 0))

    if not every(failing, repeated):
        return None
    text = f"All rows of {failing[-1].label} are alike, and one of them is right"
    return Diagnosis("rows_are_one", f"{text}. Is each row an object of its own, or one object many times?")


def _shape(tensor: Tensor) -> str:
    return str(tuple(tensor.shape))
