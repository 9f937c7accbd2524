"""Entries that are wrong because they have one value for all: a bound that cuts them off, or a constant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, wrong_entries

_SAME = 1e-5


#: How a bound cuts off, and the words for it.
_CUTS: tuple[tuple[Callable[[Tensor, float], Tensor], str], ...] = (
    (lambda right, bound: right.clamp(max=bound), "above {bound:.4g} come out as {bound:.4g}"),
    (lambda right, bound: right.clamp(min=bound), "below {bound:.4g} come out as {bound:.4g}"),
    (lambda right, bound: right.clamp(-abs(bound), abs(bound)), "farther from 0 than {bound:.4g} come out nearer to 0"),
)


def cut_off(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose values beyond a bound that come out as the bound; it may be another one in another call."""
    failing = [judgement for judgement in judgements if not judgement.agrees]
    sizes = [_one_value(judgement, judgement.wide.abs()) for judgement in failing]
    wrong = torch.cat([wrong_entries(judgement).reshape(-1) for judgement in failing])
    if None in sizes or wrong.sum() < 3 or wrong.all():
        return None
    for cut, words in _CUTS:
        bounds = [_one_value(judgement, judgement.wide) for judgement in failing]
        if cut is _CUTS[-1][0]:
            bounds = sizes
        sound = [each for each in judgements if each.agrees and each.place == failing[0].place]
        pairs = [*zip(failing, bounds, strict=True), *((each, bounds[0]) for each in sound if _all_alike(bounds))]
        if all(bound is not None and _is_cut(judgement, cut, bound) for judgement, bound in pairs):
            text = f"Values of {failing[-1].label} {words.format(bound=bounds[-1])}"
            return Diagnosis("cut_off", f"{text}. Which step of your code limits them, and is it in the formula?")
    return None


def _all_alike(bounds: Sequence[float | None]) -> bool:
    known = [bound for bound in bounds if bound is not None]
    return bool(known) and max(known) - min(known) <= _SAME * max(map(abs, known))


def _is_cut(judgement: Judgement, cut: Callable[[Tensor, float], Tensor], bound: float) -> bool:
    """Check that the result is the right one, cut off at ``bound``."""
    got, wanted = judgement.wide, cut(judgement.right, bound)
    return got.shape == wanted.shape and bool(((got - wanted).abs() <= _SAME * wanted.abs().clamp(min=1)).all())


def replaced(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose entries that have one value in a call where the right ones differ, while the others are right."""
    failing = [judgement for judgement in judgements if not judgement.agrees]
    values = [_one_value(judgement, judgement.wide) for judgement in failing]
    if any(value is None for value in values) or not any(map(_differ, failing)):
        return None
    text = f"Some values of {failing[-1].label} are all {values[-1]:.4g}, and the right ones differ"
    return Diagnosis("replaced", f"{text}. Which line sets entries that the formula only changes?")


def _one_value(judgement: Judgement, values: Tensor) -> float | None:
    """Return the value that ``values`` have wherever the result is wrong, if it is one."""
    wrong = wrong_entries(judgement)
    if values.shape != judgement.right.shape or not wrong.any():
        return None
    got = values[wrong]
    return float(got[0]) if _spread(got) <= _SAME else None


def _spread(values: Tensor) -> float:
    """Return the distance of the farthest values, relative to the largest; NaN if one of them is not finite."""
    return float((values.max() - values.min()) / max(float(values.abs().max()), 1e-30))


def _differ(judgement: Judgement) -> bool:
    """Check that two or more entries are wrong, with different right values, and that a quarter of all are right."""
    wrong = wrong_entries(judgement)
    right = judgement.right[wrong]
    return len(right) > 1 and _spread(right) > _SAME and 4 * int(torch.count_nonzero(~wrong)) >= wrong.numel()
