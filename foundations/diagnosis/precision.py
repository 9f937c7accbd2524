"""Right values in the wrong kind of number: another dtype, another type, coarser rounding, infinite on the way."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from foundations.diagnosis.judgement import Diagnosis, Judgement, as_wide, close

#: From here on exp is infinite in the dtype; half of it may be enough for a sum of two.
_LARGE = {torch.float64: 700.0, torch.float16: 11.0}
_LARGE_FLOAT32 = 80.0
#: Errors below this share of the largest value are rounding of the dtype; from there to the second they are digits that
#: were lost on the way.
_ROUNDING = {torch.float64: 1e-10, torch.float32: 2e-6}
_DIGITS_LOST = 1e-4


def wrong_kind(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose right values with another dtype, or as Python's numbers and lists."""
    last = failing[-1]
    if isinstance(last.got, torch.Tensor):
        if all(_is_other_dtype(judgement) for judgement in failing):
            got, expected = (str(one.dtype).removeprefix("torch.") for one in (last.got, last.expected))
            text = f"The values are right, and of dtype {got} instead of {expected}"
            return Diagnosis(
                "wrong_dtype", f"{text}. Which line makes a new {last.noun}, and which dtype does it get there?"
            )
        return None
    if all(_is_plain(judgement) for judgement in failing):
        kind = type(last.got).__name__
        noun = last.noun
        text = f"The values are right, and the result is a Python {kind} instead of {last.a_noun}"
        question = f"Which call takes the number out of its {noun}?"
        if isinstance(last.got, list | tuple):
            question = f"Which line collects the values, and which call makes {last.a_noun} of them?"
        return Diagnosis("not_a_tensor", f"{text}. {question}")
    return None


def _is_other_dtype(judgement: Judgement) -> bool:
    got = judgement.got
    if not isinstance(got, torch.Tensor) or got.dtype == judgement.expected.dtype:
        return False
    if not got.is_floating_point() and judgement.expected.is_floating_point():
        return got.shape == judgement.right.shape and close(judgement.wide, judgement.right.trunc())
    return close(judgement.wide, judgement.right)


def _is_plain(judgement: Judgement) -> bool:
    if type(judgement.got) not in (int, float, list, tuple):
        return False
    try:
        return close(torch.tensor(judgement.got, dtype=torch.float64), judgement.right)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return False


def coarse(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a result whose last digits alone are wrong."""

    def is_coarse(judgement: Judgement) -> bool:
        got, right = judgement.wide, judgement.right
        rounding = _ROUNDING.get(judgement.expected.dtype)
        if rounding is None or got.shape != right.shape or not got.numel():
            return False
        gap = float((got - right).abs().max()) / max(float(right.abs().max()), 1e-300)
        return rounding < gap <= _DIGITS_LOST

    if not failing or not all(map(is_coarse, failing)):
        return None
    text = f"{failing[-1].label[:1].upper()}{failing[-1].label[1:]} is right but for its last digits"
    question = "Is a step calculated in a coarser dtype, or a small number added?"
    return Diagnosis("coarse_on_the_way", f"{text}. {question}")


def rounded(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose right values that are rounded to a number of decimals."""
    for decimals in range(7):
        several = (
            len({float(number) for each in failing for number in each.right.round(decimals=decimals).reshape(-1)}) > 1
        )
        if (several or decimals > 1) and all(_is_rounded(judgement, decimals) for judgement in failing):
            places = f"to {decimals} decimals" if decimals else "to whole numbers"
            text = f"{failing[-1].values} is the right one, rounded {places}"
            return Diagnosis("rounded", f"{text}. Which step rounds, and does the formula?")
    return None


def _is_rounded(judgement: Judgement, decimals: int) -> bool:
    got, right = judgement.wide, judgement.right
    if got.shape != right.shape or not right.numel() or not right.isfinite().all():
        return False
    wanted, unit = right.round(decimals=decimals), 10.0**-decimals
    tolerated = 1e-3 * unit + 2e-7 * wanted.abs()  # rounding of the dtype does not count
    clear = bool((tolerated < 0.05 * unit).all() and (right - wanted).abs().max() > 0.05 * unit)
    return clear and bool(((got - wanted).abs() <= tolerated).all())


def overflow(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose NaN or infinity for arguments whose exponential is too large or too small for their dtype."""
    largest = [_large_argument(judgement) for judgement in failing]
    if not all(largest):
        return None
    text = f"`{largest[-1]}` has numbers so large that exp of them is infinite, or 0, in their dtype"
    return Diagnosis("overflow", f"{text}. Which of your steps leaves the range of the dtype?")


def _large_argument(judgement: Judgement) -> str:
    """Return the name of an argument with numbers near the end of the range; empty if the result is finite."""
    if not judgement.wide.numel() or judgement.wide.isfinite().all() or not judgement.right.isfinite().all():
        return ""
    for index, argument in enumerate(judgement.arguments):
        if isinstance(argument, torch.Tensor) and _is_large(argument):
            return judgement.name(index)
    return ""


def _is_large(argument: torch.Tensor) -> bool:
    if not argument.is_floating_point() or not argument.numel():
        return False
    return float(as_wide(argument).abs().max()) >= _LARGE.get(argument.dtype, _LARGE_FLOAT32)
