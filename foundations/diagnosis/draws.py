"""Random numbers that are not drawn as they should be: independent, normal, with mean 0 and a given deviation."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, as_wide

#: A statistic is off if it is so many of its standard errors away: one sound draw in a billion.
_ERRORS = 6.0
#: Fewer numbers show too little.
_FEWEST = 40
#: Factors of the deviation that have names.
_FACTORS = {
    math.sqrt(2): "the root of 2",
    math.sqrt(1 / 2): "the root of ½",
    2.0: "2",
    0.5: "½",
}


def compare_draws(got: object, deviation: float) -> Diagnosis | None:
    """Return how numbers differ from independent normal ones of mean 0; ``None`` if they do not, or are too few.

    Args:
        got: the numbers, a real tensor.
        deviation: the standard deviation that they should have.
    """
    numbers = as_wide(got)
    if numbers.numel() < _FEWEST or not numbers.isfinite().all():
        return None
    if not numbers.any():
        return Diagnosis("all_zero", "All of the numbers are 0. Which factor of your formula is 0, or rounded to 0?")
    return _alike(numbers) or _mean(numbers, deviation) or _deviation(numbers, deviation) or _shape(numbers, deviation)


def compare_runs(first: Tensor, again: Tensor, second: Tensor, *, seeds_global: bool = False) -> Diagnosis | None:
    """Return how a function draws otherwise than from the generator that it is given; ``None`` if it does not.

    Args:
        first: the numbers of a call.
        again: those of the same call, with the generator in the same state and torch's global one in another.
        second: those of a second call with the generator of the first.
        seeds_global: whether torch's global generator was in one state after both runs.
    """
    if not torch.equal(first, again):
        text = "With the generator in the same state the numbers differ"
        return Diagnosis("not_from_generator", f"{text}. Which of your calls is not given the generator?")
    if torch.equal(first, second):
        text = "Two calls with one generator give the same numbers"
        return Diagnosis("draws_repeat", f"{text}. From which generator do you draw, and does it go on?")
    if seeds_global:
        text = "torch's global generator is in a state of your choice after the call"
        return Diagnosis("seeds_global", f"{text}. Which line sets a seed, and who else draws from there?")
    return None


def _alike(numbers: Tensor) -> Diagnosis | None:
    """Diagnose rows or columns that all have the same numbers."""
    if numbers.ndim == 2 and min(numbers.shape) > 1:
        for axis, words in enumerate(("rows", "columns")):
            if bool((numbers == numbers.narrow(axis, 0, 1)).all()):
                text = f"All {words} have the same numbers"
                return Diagnosis("rows_are_one", f"{text}. How many numbers are drawn, and how many are needed?")
    return None


def _mean(numbers: Tensor, deviation: float) -> Diagnosis | None:
    mean, own = float(numbers.mean()), float(numbers.std())
    if abs(mean) <= _ERRORS * max(own, deviation) / math.sqrt(numbers.numel()):
        return None
    text = f"The mean of the numbers is about {mean:.2g} and not 0"
    return Diagnosis("not_centred", f"{text}. Which step moves all of them, or loses their signs?")


def _deviation(numbers: Tensor, deviation: float) -> Diagnosis | None:
    factor = float(numbers.std()) / deviation
    if abs(factor - 1) <= _ERRORS / math.sqrt(2 * numbers.numel()):
        return None
    close = _ERRORS * factor / math.sqrt(2 * numbers.numel())
    name = next((words for number, words in _FACTORS.items() if abs(factor - number) <= close), f"about {factor:.2g}")
    text = f"The standard deviation is {name} times the right one"
    return Diagnosis("factor", f"{text}. What multiplies or divides your numbers, and what is under the root?")


def _shape(numbers: Tensor, deviation: float) -> Diagnosis | None:
    """Diagnose numbers of the right mean and deviation that are not normal, or depend on each other."""
    values = numbers.flatten().sort().values
    exact = abs(float(values.std()) / deviation - 1) < 1e-6 and abs(float(values.mean())) < 1e-6 * deviation
    if exact or bool(((values + values.flip(0)).abs() <= 1e-6 * deviation).all()):
        text = "The numbers depend on each other" + (
            ": mean and deviation are exact" if exact else ": they come in pairs"
        )
        return Diagnosis("not_independent", f"{text}. Is each of them drawn by itself, and left as it was drawn?")
    fourth = float(((values / values.std()) ** 4).mean())
    if abs(fourth - 3) <= _ERRORS * math.sqrt(24 / values.numel()):
        return None
    text = "The mean and the deviation are right, and the numbers do not follow a normal distribution"
    return Diagnosis("not_normal", f"{text}. From which distribution does your code draw?")
