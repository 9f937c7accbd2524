"""Entries that are wrong because they have one value for all: a bound that cuts them off, or a constant."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, wrong_entries

_SAME = 1e-5


def cut_off(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose values beyond a bound that come out as the bound, the same one in all calls."""
    failing = [judgement for judgement in judgements if not judgement.agrees]
    values = [value for judgement in failing if (value := _one_value(judgement)) is not None]
    bound, place = values[0] if values else 0.0, failing[0].place
    wrong = torch.cat([wrong_entries(judgement).reshape(-1) for judgement in judgements if judgement.place == place])
    if len(values) < len(failing) or wrong.sum() < 3 or wrong.all():
        return None
    for side, words in ((1, "above"), (-1, "below")):
        if all(_is_cut(judgement, bound, side) for judgement in judgements if judgement.place == place):
            text = f"Values of {failing[-1].label} {words} {bound:.4g} come out as {bound:.4g}"
            return Diagnosis("cut_off", f"{text}. Which step of your code limits them, and is it in the formula?")
    return None


def _is_cut(judgement: Judgement, bound: float, side: int) -> bool:
    """Check that the result is the right one, cut off at ``bound``; on the upper side if ``side`` is 1."""
    right = side * judgement.right
    cut = side * right.clamp(max=side * bound)
    got = judgement.wide
    return got.shape == cut.shape and bool(((got - cut).abs() <= _SAME * cut.abs().clamp(min=1)).all())


def replaced(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose entries that have one value in a call where the right ones differ, while the others are right."""
    failing = [judgement for judgement in judgements if not judgement.agrees]
    values = [_one_value(judgement) for judgement in failing]
    if any(value is None for value in values) or not any(map(_differ, failing)):
        return None
    text = f"Some values of {failing[-1].label} are all {values[-1]:.4g}, and the right ones differ"
    return Diagnosis("replaced", f"{text}. Which line sets entries that the formula only changes?")


def _one_value(judgement: Judgement) -> float | None:
    """Return the value of all wrong entries, if they have one."""
    wrong = wrong_entries(judgement)
    if judgement.wide.shape != judgement.right.shape or not wrong.any():
        return None
    got = judgement.wide[wrong]
    return float(got[0]) if _spread(got) <= _SAME else None


def _spread(values: Tensor) -> float:
    """Return the distance of the farthest values, relative to the largest; NaN if one of them is not finite."""
    return float((values.max() - values.min()) / max(float(values.abs().max()), 1e-30))


def _differ(judgement: Judgement) -> bool:
    """Check that two or more entries are wrong, with different right values, and that a quarter of all are right."""
    wrong = wrong_entries(judgement)
    right = judgement.right[wrong]
    return len(right) > 1 and _spread(right) > _SAME and 4 * int(torch.count_nonzero(~wrong)) >= wrong.numel()
