"""Results that are wrong exactly where an argument is 0, negative, or in another range."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, wrong_entries

#: Condition on an argument, and its words. Narrow ones come first.
_CONDITIONS: tuple[tuple[str, Callable[[Tensor], Tensor], str], ...] = (
    ("wrong_at_zero", lambda x: x == 0, "is 0"),
    ("wrong_up_to_one", lambda x: (x > 0) & (x < 1), "is between 0 and 1"),
    ("wrong_below_zero", lambda x: x < 0, "is negative"),
    ("wrong_below_zero", lambda x: x <= 0, "is negative or 0"),
    ("wrong_above_zero", lambda x: x > 0, "is positive"),
    ("wrong_above_zero", lambda x: x >= 0, "is positive or 0"),
)
#: A condition explains wrong values if so many would meet it by chance with at most this probability.
_CHANCE = 1e-3


def condition(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose values that are wrong only where one argument of their shape meets a condition, in all calls.

    At least half of the values that meet the condition have to be wrong.
    """
    place = next(judgement.place for judgement in judgements if not judgement.agrees)
    alike = [judgement for judgement in judgements if judgement.place == place]
    wrong = [wrong_entries(judgement) for judgement in alike]
    found: list[tuple[int, str, str]] = []
    for kind, applies, words in _CONDITIONS:
        for name in alike[-1].tensors:
            met = [_mask(judgement, name, applies) for judgement in alike]
            if _explains(met, wrong) and _has_others(alike, met):
                found.append((sum(int(mask.sum()) for mask in met), kind, f"`{name}` {words}"))
    if not found:
        return None
    _, kind, words = min(found, key=lambda each: each[0])  # of several, the narrowest
    text = f"Only those values of {alike[-1].label} are wrong for which {words}"
    return Diagnosis(kind, f"{text}. How does your code treat such an entry, and how does the formula?")


def _has_others(judgements: Sequence[Judgement], met: Sequence[Tensor]) -> bool:
    """Check for an expected value that is not 0 among those that do not meet the condition."""
    return any(bool(each.right[~mask].any()) for each, mask in zip(judgements, met, strict=True))


def _mask(judgement: Judgement, name: str, applies: Callable[[Tensor], Tensor]) -> Tensor:
    """Return which entries meet the condition; none if no argument of the name has the result's shape."""
    tensor = judgement.tensors.get(name)
    if tensor is None or tensor.shape != judgement.right.shape:
        return torch.zeros_like(judgement.right, dtype=torch.bool)
    return applies(tensor)


def _explains(met: Sequence[Tensor], wrong: Sequence[Tensor]) -> bool:
    """Check that wrong values meet the condition, more of them than by chance."""
    if any(bool((bad & ~mask).any()) for mask, bad in zip(met, wrong, strict=True)):
        return False
    entries, meeting, bad = (
        sum(int(mask.sum()) for mask in masks) for masks in ([*map(torch.ones_like, met)], met, wrong)
    )
    return entries > 0 and 2 * bad >= meeting and (meeting / entries) ** bad <= _CHANCE


def not_finite(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose NaN or infinity among values that are otherwise right."""
    failing = [judgement for judgement in judgements if not judgement.agrees]
    if not all(any(_bad(judgement)) for judgement in failing):
        return None
    text = f"{failing[-1].label[:1].upper()}{failing[-1].label[1:]} has NaN or infinite values, and is right elsewhere"
    return Diagnosis(
        "not_finite", f"{text}. Is there a division by zero, or the root or logarithm of a negative number?"
    )


def _bad(judgement: Judgement) -> Iterator[bool]:
    got, right = judgement.wide, judgement.right
    if got.shape != right.shape or got.isfinite().all() or not got.isfinite().any() or not right.isfinite().all():
        return
    yield bool(torch.equal(wrong_entries(judgement), ~got.isfinite()))
