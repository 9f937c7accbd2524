"""The search for the known mistake that explains a student's wrong answer.

A known mistake is named if it behaves like the student's function. Two functions that raise the same kind of exception
need not contain the same mistake, and two that answer True or False agree often by chance: such calls weigh less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from typing import Any

import torch

from foundations.diagnosis.arrays import as_tensor, is_array, is_numeric
from foundations.grading.compare import difference
from foundations.grading.misconceptions import Behaviour, Caller, Misconception, Observation, behave
from foundations.worker.protocol import Opaque

#: A misconception must behave like the student on more than this share of the battery. All of it would be too much,
#: because some students make several mistakes.
_ENOUGH = 1 / 2
#: The same up to a constant factor is weaker evidence, and needs this share.
_ENOUGH_SCALED = 0.8
#: Exceptions whose messages Python and PyTorch write: another message is another mistake. Messages of other classes may
#: be the student's own words.
_WORDED_BY_PYTHON = {"TypeError", "NameError", "UnboundLocalError", "AttributeError", "IndexError", "KeyError"}
#: Factors that differ by this share are one factor.
_SAME_FACTOR = 1e-4


class Agreement(IntEnum):
    """How much the behaviour of two functions in one call is evidence of the same mistake in both."""

    NONE = 0
    #: Exceptions of the same class, with different messages.
    EXCEPTION = 1
    #: The same exception, or the same value with little to compare: None, True, zeros.
    WEAK = 2
    #: The same numbers or texts.
    NUMBERS = 3


def agreement(one: Behaviour, other: Behaviour) -> Agreement:
    """Return how much two calls agree: in value or exception, in arguments afterwards, and in their attributes."""
    if one.error != other.error or not _same_value(one.args, other.args):
        return Agreement.NONE
    if not _same_value(one.attributes, other.attributes):
        return Agreement.NONE
    if one.error is not None:
        alike = _without_names(one.text) == _without_names(other.text) or _of_stand_in(one) or _of_stand_in(other)
        return Agreement.WEAK if alike else Agreement.EXCEPTION
    if not _same_value(one.value, other.value):
        return Agreement.NONE
    return Agreement.NUMBERS if _has_new_numbers(one) or _has_content(one.value) else Agreement.WEAK


def _of_stand_in(behaviour: Behaviour) -> bool:
    """Check for an exception that a stand-in raised: its text is about the call, and not Python's own."""
    return re.search(r" was called( |$)", behaviour.text.strip().partition("\n")[0]) is not None


def same(one: Behaviour, other: Behaviour) -> bool:
    """Check whether two calls behaved alike: the same value or kind of exception, and the same arguments afterwards."""
    return agreement(one, other) > Agreement.NONE


def _without_names(text: str) -> str:
    """Return the first line of an exception's message without names of functions and classes, and without numbers."""
    line = text.strip().partition("\n")[0][:300]
    line = re.sub(r"[\w.<>]+\(\)", "f()", line)
    line = re.sub(r"'[\w.]+' object", "an object", line)
    line = re.sub(r"'[^']*/[^']*'", "a path", line)
    return re.sub(r"\b0x[0-9a-f]+\b|\d+", "#", line)


def _has_new_numbers(behaviour: Behaviour) -> bool:
    """Check for a tensor of floats, not all 0, that the call returned or set, and was not given as it is."""
    given = [as_tensor(arg) for arg in behaviour.args if is_numeric(arg)]
    return any(
        leaf.any() and not any(leaf.shape == arg.shape and torch.equal(leaf, arg) for arg in given)
        for leaf in _floats((behaviour.value, behaviour.attributes))
    )


def _has_content(value: Any) -> bool:
    """Check for a text, or for a whole number that is not a yes or no in disguise."""
    if isinstance(value, list | tuple):
        return any(map(_has_content, value))
    if isinstance(value, Mapping):
        return any(map(_has_content, value.values()))
    return bool(value) if isinstance(value, str) else type(value) is int and value not in (0, 1)


def _floats(value: Any) -> Iterator[torch.Tensor]:
    """Yield all numbers in ``value`` as float64 tensors: tensors and arrays of floats, and Python's floats."""
    value = as_tensor(value)
    if isinstance(value, torch.Tensor):
        if value.is_floating_point():
            yield value.detach().double()
    elif isinstance(value, float):
        yield torch.tensor(value, dtype=torch.float64)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _floats(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _floats(item)


def _same_value(one: Any, other: Any) -> bool:
    if is_numeric(one) and is_numeric(other):
        # Python's numbers apart, results of two libraries are not the same.
        return is_array(one) == is_array(other) and difference(one, other, subject="") is None
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(_same_value(left, right) for left, right in zip(one, other, strict=True))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same_value(one[key], other[key]) for key in one)
    # 1 does not answer a yes-or-no question, although 1 == True in Python.
    if isinstance(one, Opaque) or isinstance(other, Opaque) or isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, int | float) and isinstance(other, int | float):
        largest = max(abs(one), abs(other))  # a larger integer is only compared exactly
        return one == other or (largest < 1e300 and abs(one - other) <= 1e-5 * largest)
    return type(one) is type(other) and one == other


@dataclass
class BankSearch:
    """The search among the known mistakes of one exercise.

    Attributes:
        known: the misconceptions of the exercise.
        failing: the student's calls in the failing check, of which the last one failed.
        battery: returns the student's calls on the exercise's battery.
    """

    known: Sequence[Misconception]
    failing: Sequence[Observation]
    battery: Callable[[], Sequence[Observation]]
    _behaviours: dict[tuple[str, int], Behaviour] = field(default_factory=dict)

    def by_symptom(self, symptom: str) -> Misconception | None:
        """Return the misconception that declares ``symptom``."""
        return next((candidate for candidate in self.known if symptom in candidate.symptoms), None)

    def exact(self) -> Misconception | None:
        """Return the misconception that behaves like the student, or ``None``.

        It must agree on every call of the failing check, on more of the battery than any other, and on more than half
        of it. If no numbers agree, or the call that failed raised an exception with another message, it must agree on
        all of the battery, and there on a value.
        """
        candidates = [candidate for candidate in self._by_value() if self._fits(candidate)]
        if not candidates:
            return None
        battery = self.battery() or self.failing
        counts = [self._count(candidate, battery) for candidate in candidates]
        best = max(range(len(candidates)), key=lambda index: counts[index][0])
        count, strong = counts[best]
        enough = count > _ENOUGH * len(battery) if strong else self._agrees_throughout(candidates[best], battery)
        alone = sum(other == count for other, _ in counts) == 1
        return candidates[best] if enough and alone else None

    def scaled(self) -> Misconception | None:
        """Return the misconception whose numbers are the student's times one constant in all calls, or ``None``."""
        found = [(candidate, factor) for candidate in self._by_value() if (factor := self._factor(candidate))]
        if not found:
            return None
        battery = self.battery() or self.failing
        counts = [
            sum(_same_factor(factor, self._ratio(candidate, call)) for call in battery) for candidate, factor in found
        ]
        most = max(counts)
        enough = most > _ENOUGH_SCALED * len(battery) and counts.count(most) == 1
        return found[counts.index(most)][0] if enough else None

    def _by_value(self) -> Iterator[Misconception]:
        return (candidate for candidate in self.known if not candidate.symptoms)

    def _fits(self, candidate: Misconception) -> bool:
        """Check that ``candidate`` agrees in all failing calls; the last one, on which fewest agree, comes first."""
        if not self.failing:
            return False
        last, level = self.failing[-1], self._agreement(candidate, self.failing[-1])
        if level == Agreement.NONE or (level == Agreement.EXCEPTION and last.behaviour.error in _WORDED_BY_PYTHON):
            return False
        return all(self._agreement(candidate, call) for call in reversed(self.failing[:-1]))

    def _count(self, candidate: Misconception, battery: Sequence[Observation]) -> tuple[int, bool]:
        """Return the number of calls of the battery on which ``candidate`` agrees, and if its evidence is strong."""
        levels, last = (
            [self._agreement(candidate, call) for call in battery],
            self._agreement(candidate, self.failing[-1]),
        )
        strong = last != Agreement.EXCEPTION and Agreement.NUMBERS in {*levels, last}
        return sum(level > Agreement.NONE for level in levels), strong

    def _agrees_throughout(self, candidate: Misconception, battery: Sequence[Observation]) -> bool:
        """Check that ``candidate`` agrees on all of the battery, on more than the classes of exceptions."""
        levels = [self._agreement(candidate, call) for call in (*battery, self.failing[-1])]
        return Agreement.NONE not in levels[:-1] and max(levels) > Agreement.EXCEPTION

    def _factor(self, candidate: Misconception) -> float | None:
        factors: list[float] = []
        for call in reversed(self.failing):
            factor = self._ratio(candidate, call)
            if factor is None or not _same_factor(factors[0] if factors else factor, factor):
                return None
            factors.append(factor)
        return factors[0] if factors else None

    def _ratio(self, candidate: Misconception, call: Observation) -> float | None:
        return ratio(call.behaviour, self._behaviour(candidate, call))

    def _agreement(self, candidate: Misconception, call: Observation) -> Agreement:
        return agreement(call.behaviour, self._behaviour(candidate, call))

    def _behaviour(self, candidate: Misconception, call: Observation) -> Behaviour:
        key = candidate.id, id(call)
        if key not in self._behaviours:
            self._behaviours[key] = behave(_callable(candidate, call.caller), call.args)
        return self._behaviours[key]


def ratio(one: Behaviour, other: Behaviour) -> float | None:
    """Return the constant by which the numbers of ``other`` are multiplied in ``one``; ``None`` if there is none."""
    if one.error is not None or other.error is not None or not _same_value(one.args, other.args):
        return None
    ours, theirs = (list(_floats((each.value, each.attributes))) for each in (one, other))
    if not ours or [leaf.shape for leaf in ours] != [leaf.shape for leaf in theirs]:
        return None
    left, right = (torch.cat([leaf.reshape(-1) for leaf in leaves]) for leaves in (ours, theirs))
    if not right.numel() or not left.isfinite().all() or not right.isfinite().all() or not right.any():
        return None
    at = int(right.abs().argmax())
    factor = float(left[at] / right[at])
    gap = (left - factor * right).abs().max()
    return factor if factor and bool(gap <= _SAME_FACTOR * left.abs().max()) else None


def _same_factor(one: float, other: float | None) -> bool:
    return other is not None and abs(one - other) <= _SAME_FACTOR * abs(one)


def _callable(candidate: Misconception, caller: Caller | None) -> Callable[..., Any]:
    return candidate.answer if caller is None else partial(caller, {candidate.exercise: candidate.answer})
