"""Right values that were summed on along an axis, spread over one, taken from one index, or picked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, attempted, close, every


def running_sum(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a sum that runs on from entry to entry: each value contains those before it."""

    def summed_on(judgement: Judgement) -> Iterator[Tensor]:
        right = judgement.right
        if right.numel() > 1:
            yield right.reshape(-1).cumsum(0).reshape(right.shape)
            yield from (right.cumsum(axis) for axis in range(right.ndim) if right.shape[axis] > 1)

    if not every(failing, summed_on):
        return None
    text = f"Each value of {failing[-1].label} contains the values before it"
    return Diagnosis("running_sum", f"{text}. What has to start afresh for each entry, and where is it made?")


def one_value_everywhere(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the sum or mean of the right values in each of their places."""
    for name, reduce in (("sum", torch.sum), ("mean", torch.mean)):

        def spread(judgement: Judgement, reduce: Callable[..., Tensor] = reduce) -> Iterator[Tensor]:
            right = judgement.right
            if right.numel() > 1:
                yield reduce(right).expand(right.shape)
                yield from (
                    reduce(right, axis, keepdim=True).expand(right.shape)
                    for axis in range(right.ndim)
                    if right.shape[axis] > 1
                )

        if every(failing, spread):
            text = f"Several values of {failing[-1].label} are alike: each is the {name} of all that belong there"
            return Diagnosis("one_value_everywhere", f"{text}. Over which axes does your {name} run?")
    return None


def repeated(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the right values stretched along an axis that is too many, or has size 1."""

    def stretched(judgement: Judgement) -> Iterator[Tensor]:
        right = judgement.right
        if 1 < right.numel() < judgement.wide.numel():
            for tensor in (right, *(right.unsqueeze(axis) for axis in range(right.ndim + 1))):
                yield from attempted(partial(_expanded, tensor), judgement)

    if not every(failing, stretched):
        return None
    shapes = f"{tuple(failing[-1].wide.shape)} instead of {tuple(failing[-1].right.shape)}"
    text = f"The right values come several times over, in shape {shapes}"
    return Diagnosis("repeated", f"{text}. Which shapes meet in your code, and which axis does broadcasting stretch?")


def _expanded(tensor: Tensor, judgement: Judgement) -> list[Tensor]:
    return [tensor.expand(judgement.wide.shape)]


def picked_out(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a vector of those right values that are not 0."""

    def without_zeros(judgement: Judgement) -> Iterator[Tensor]:
        kept = judgement.right[judgement.right != 0]
        if 1 < kept.numel() < judgement.right.numel():
            yield kept

    if not every(failing, without_zeros):
        return None
    text = f"{failing[-1].label[:1].upper()}{failing[-1].label[1:]} has only the values that are not 0, in one row"
    return Diagnosis("picked_out", f"{text}. How do you set entries to 0 so that they keep their places?")


def one_index_right(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose results of which the first or last index along an axis is right, and every other one is wrong."""
    failing = [judgement for judgement in judgements if not judgement.agrees]
    for index, words in ((0, "first"), (-1, "last")):
        common = set.intersection(*(_axes_right_at(judgement, index) for judgement in failing))
        common = {axis for axis in common if not _contradicted(axis, judgements, failing)}
        if common and sum(judgement.right.shape[min(common)] - 1 for judgement in failing) > 1:
            text = (
                f"Along axis {min(common)} of {failing[-1].label}, the {words} index is right and all others are wrong"
            )
            question = "Which index do you use for all of them, or keep from turn to turn?"
            return Diagnosis("one_index_right", f"{text}. {question}")
    return None


def _contradicted(axis: int, judgements: Sequence[Judgement], failing: Sequence[Judgement]) -> bool:
    """Check for a right result with several indices along ``axis``."""
    return any(
        judgement.agrees and judgement.place == failing[-1].place and judgement.right.shape[axis : axis + 1] > (1,)
        for judgement in judgements
    )


def _axes_right_at(judgement: Judgement, index: int) -> set[int]:
    """Return the axes, of at least two indices, along which only ``index`` is right, with several values each."""
    got, right = judgement.wide, judgement.right
    if got.shape != right.shape or right.numel() < 4:
        return set()
    return {
        axis for axis, size in enumerate(right.shape) if 1 < size < right.numel() and _only(got, right, axis, index)
    }


def _only(got: Tensor, right: Tensor, axis: int, index: int) -> bool:
    index %= right.shape[axis]
    return all(
        bool(right.select(axis, at).any()) and close(got.select(axis, at), right.select(axis, at)) == (at == index)
        for at in range(right.shape[axis])
    )
