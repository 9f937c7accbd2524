"""Mistakes that treat every entry alike: its sign, its square, an offset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, close, every, has_numbers


@dataclass(frozen=True)
class _Change:
    """A change of all entries of the right result, and its hint."""

    id: str
    change: Callable[[Tensor], Tensor]
    hint: str


_CHANGES = (
    _Change(
        "negated",
        torch.neg,
        "{label} has the right size and the opposite sign everywhere. Which of two things do you subtract from which?",
    ),
    _Change(
        "absolute",
        torch.abs,
        "{label} is right but for its sign: all of it is positive. Where does your code lose a minus?",
    ),
    _Change(
        "squared",
        torch.square,
        "{values} is the square of the right one. Which step of the formula comes last, and is it in your code?",
    ),
    _Change(
        "square_root",
        torch.sqrt,
        "{values} is the square root of the right one. Which roots does your code take, and which does the formula?",
    ),
    _Change(
        "reciprocal",
        torch.reciprocal,
        "{values} is 1 divided by the right one. Which of two things do you divide by which?",
    ),
    _Change(
        "logarithm",
        torch.log,
        "{values} is the logarithm of the right one. Is a step of the formula missing in your code?",
    ),
    _Change(
        "exponential",
        torch.exp,
        "{values} is exp of the right one. Is a step of the formula missing in your code?",
    ),
)


#: By id: whether a right result contradicts the mistake, because the mistake would have changed it.
CONTRADICTIONS: dict[str, Callable[[Judgement], bool]] = {
    mistake.id: partial(lambda change, judgement: not close(change(judgement.right), judgement.right), mistake.change)
    for mistake in _CHANGES
}


def changed_entries(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a function of the right result, the same for every entry: minus, square, root and others."""
    for mistake in _CHANGES:
        if every(failing, partial(_changed, mistake)):
            text = mistake.hint.format(label=failing[-1].label, values=failing[-1].values)
            return Diagnosis(mistake.id, text[:1].upper() + text[1:])
    return None


def _changed(mistake: _Change, judgement: Judgement) -> list[Tensor]:
    return [mistake.change(judgement.right)]


def offset(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a constant that was added to every value; one number needs several calls with the same constant."""
    gaps = [_gap(judgement) for judgement in failing]
    known = [gap for gap in gaps if gap is not None]
    if not known or len(known) != len(gaps) or any(abs(gap - known[0]) > 1e-4 * abs(known[0]) for gap in known):
        return None
    if len(known) == 1 and failing[0].right.numel() < 3 and known[0] not in (1.0, -1.0):
        return None
    words = f"{abs(known[0]):.4g} too {'large' if known[0] > 0 else 'small'}"
    return Diagnosis("offset", f"{failing[-1].values} is {words}. Which number do you add or subtract too often?")


def _gap(judgement: Judgement) -> float | None:
    got, right = judgement.wide, judgement.right
    if got.shape != right.shape or not has_numbers(got) or not right.isfinite().all():
        return None
    gap = float((got - right).reshape(-1)[0])
    scale = max(float(got.abs().max()), float(right.abs().max()))
    return gap if abs(gap) > 1e-3 * scale and close(got, right + gap) else None


def varying_offset(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a number that was added to every value of a result, another one in each call."""
    gaps = [_gap(judgement) if judgement.right.numel() > 2 else None for judgement in failing]
    known = [gap for gap in gaps if gap is not None]
    if len(known) < max(2, len(gaps)):
        return None
    text = f"{failing[-1].values} is the right one plus a number, the same for all entries and another in each call"
    return Diagnosis("varying_offset", f"{text}. Which number do you subtract or add there, and of what is it made?")


#: Functions of a single argument, entry by entry, and how a sentence names them.
_OF_ONE: tuple[tuple[Callable[[Tensor], Tensor], str], ...] = (
    (lambda x: x.clamp(min=0), "`{name}` with 0 for its negative entries"),
    (torch.abs, "`{name}` without its signs"),
    (torch.neg, "`{name}` with the opposite sign"),
    (torch.square, "the square of `{name}`"),
    (lambda x: (x > 0).double(), "1 where `{name}` is positive, and 0 elsewhere"),
    (torch.sign, "the sign of `{name}`"),
)


def of_one_argument(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a function of one argument, entry by entry, if several arguments decide."""
    if any(len(judgement.tensors) < 2 for judgement in failing):
        return None
    for change, words in _OF_ONE:
        found = [{name for name in judgement.tensors if _is_of(judgement, change, name)} for judgement in failing]
        common = set.intersection(*found)
        if common and sum(judgement.right.numel() for judgement in failing) > 4:
            label = f"{failing[-1].label[:1].upper()}{failing[-1].label[1:]}"
            text = f"{label} is {words.format(name=min(common))}, whatever the other arguments are"
            return Diagnosis("of_one_argument", f"{text}. Which other one has a part in the formula?")
    return None


def _is_of(judgement: Judgement, change: Callable[[Tensor], Tensor], name: str) -> bool:
    wanted = change(judgement.tensors[name])
    return bool(wanted.isfinite().all()) and judgement.is_result(wanted)
