"""Trainings that end at the wrong parameters: repeated with other steps until one ends where the student's did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis

#: Two trainings end at the same parameters if they agree within this share of the longest way of a number.
_SAME = 1e-3
#: Factors of the learning rate, and by how much it falls from epoch to epoch, that are tried.
_FACTORS = (2.0, 0.5, 10.0, 0.1)
_FALLS = (0.5, 0.1, 0.2, 0.25, 0.75, 0.8, 0.9, 0.95, 0.99)
_MOMENTA = (0.9, 0.5, 0.8, 0.95, 0.99)


@dataclass(frozen=True)
class Training:
    """A training that can be repeated.

    Attributes:
        start: the parameters before it.
        epochs: for each epoch its batches, in any form that ``slopes`` takes.
        rate: the learning rate.
        slopes: returns the gradients of the loss of a batch at the parameters.
        others: examples that are not to be learned from: the words for them, and their batches.
    """

    start: Sequence[Tensor]
    epochs: Sequence[Sequence[Any]]
    rate: float
    slopes: Callable[[Sequence[Tensor], Any], Sequence[Tensor]]
    others: Sequence[tuple[str, Sequence[Any]]] = ()

    def end(
        self, rates: Sequence[float] | None = None, epochs: Sequence[Sequence[Any]] | None = None, kept: float = 0
    ) -> list[Tensor]:
        """Return the parameters at the end.

        Args:
            rates: the learning rate of each epoch; default: the same in all.
            epochs: other batches.
            kept: the share of the last step's direction that is added to the next one.
        """
        params = [param.detach().double() for param in self.start]
        moved = [torch.zeros_like(param) for param in params]
        for number, batches in enumerate(self.epochs if epochs is None else epochs):
            for batch in batches:
                slopes = self.slopes(params, batch)
                moved = [kept * old + slope.double() for old, slope in zip(moved, slopes, strict=True)]
                step = self.rate if rates is None else rates[number]
                params = [param - step * move for param, move in zip(params, moved, strict=True)]
        return params


def compare_training(got: Sequence[Any], training: Training) -> Diagnosis | None:
    """Return how a training that ended at the parameters ``got`` differs from ``training``, or ``None``."""
    start, right = [param.double() for param in training.start], training.end()
    fits = len(got) == len(start) and all(
        isinstance(param, Tensor) and param.shape == own.shape and param.is_floating_point()
        for param, own in zip(got, start, strict=False)
    )
    if not fits:
        return None
    ends = [param.detach().double() for param in got]
    if _are_alike(ends, right, start):
        return None
    for name, hint, other in _hypotheses(training, ends):
        if _are_alike(ends, other, start):
            return Diagnosis(name, hint)
    return None


def _hypotheses(training: Training, ends: Sequence[Tensor]) -> Iterator[tuple[str, str, Sequence[Tensor]]]:
    """Yield id and hint of each mistake, and the parameters to which it leads."""
    text = "The parameters after the training are those of before it"
    yield "not_trained", f"{text}. Whose parameters does your step change?", [each.double() for each in training.start]
    text = "Every step goes the opposite way"
    yield (
        "climbs",
        f"{text}. Does the loss rise or fall along the gradient?",
        training.end([-training.rate] * len(training.epochs)),
    )
    yield from _other_rates(training, ends)
    yield from _other_examples(training)
    yield from _other_epochs(training)
    text = "Each step has something of the steps before it"
    question = "When is the old gradient taken away?"
    yield "keeps_old_gradients", f"{text}: all of their gradients. {question}", training.end(kept=1.0)
    for kept in _MOMENTA:
        hint = f"{text}: {kept:g} of the last one. Which line keeps it, and is it in the exercise?"
        yield "keeps_old_gradients", hint, training.end(kept=kept)


def _other_rates(training: Training, ends: Sequence[Tensor]) -> Iterator[tuple[str, str, Sequence[Tensor]]]:
    rate, question = training.rate, "Which line multiplies or divides the learning rate or the gradient?"
    for factor in (*_of_one_step(training, ends), *_FACTORS):
        rates = [factor * rate] * len(training.epochs)
        hint = f"Every step is {factor:.4g} times the right one. {question}"
        yield "factor", hint, training.end(rates)
    for fall in _FALLS if len(training.epochs) > 1 else ():
        hint = f"The steps are right in the first epoch, and in each further one {fall:g} times as long. {question}"
        yield "rate_changes", hint, training.end([rate * fall**number for number in range(len(training.epochs))])
    if len(training.epochs) > 1:
        hint = f"The steps are right in the first epoch, and shorter in each further one. {question}"
        yield "rate_changes", hint, training.end([rate / (number + 1) for number in range(len(training.epochs))])


def _of_one_step(training: Training, ends: Sequence[Tensor]) -> Iterator[float]:
    """Yield the factor of a training with a single step: how far its most moved number went, of how far it should."""
    if sum(map(len, training.epochs)) == 1:
        start, right = (_flat(params) for params in (training.start, training.end()))
        at = int((right - start).abs().argmax())
        if right[at] != start[at]:
            factor = float((_flat(ends)[at] - start[at]) / (right[at] - start[at]))
            yield from [factor] if abs(factor) > 1e-6 else []


def _other_examples(training: Training) -> Iterator[tuple[str, str, Sequence[Tensor]]]:
    for words, others in training.others:
        for epochs, how in (
            ([[*batches, *others] for batches in training.epochs], "also takes steps on"),
            ([[*others, *batches] for batches in training.epochs], "also takes steps on"),
            ([*training.epochs, others], "also takes steps on"),
            ([others for _ in training.epochs], "takes its steps on"),
        ):
            hint = f"The training {how} {words}. Which lines change parameters, and for which examples do they run?"
            yield "learns_from_others", hint, training.end(epochs=epochs)


def _other_epochs(training: Training) -> Iterator[tuple[str, str, Sequence[Tensor]]]:
    count = len(training.epochs)
    for epochs in range(1, count):
        text = f"The parameters are those after {epochs} of {count} epochs"
        hint = f"{text}. When does your loop end, and what happens to the parameters afterwards?"
        yield "ends_early", hint, training.end(epochs=training.epochs[:epochs])
    text = "The parameters are those after one epoch too many"
    more = [*training.epochs, training.epochs[-1]]
    yield "ends_late", f"{text}. How often does your loop run?", training.end(epochs=more)


def _are_alike(one: Sequence[Tensor], other: Sequence[Tensor], start: Sequence[Tensor]) -> bool:
    """Check that two trainings lead to the same parameters, in proportion to the way from ``start``."""
    ends, others, begin = _flat(one), _flat(other), _flat(start)
    way = max(float((ends - begin).abs().max()), float((others - begin).abs().max()))
    return bool((ends - others).abs().max() <= _SAME * way) if way else True


def _flat(params: Sequence[Tensor]) -> Tensor:
    return torch.cat([param.detach().double().reshape(-1) for param in params])


def ends_early(epochs: int, asked: int) -> Diagnosis | None:
    """Return the diagnosis of a training that reports fewer epochs than ``asked``; ``None`` if it does not."""
    if not 0 < epochs < asked:
        return None
    text = f"The training ends after {epochs} of {asked} epochs"
    return Diagnosis("ends_early", f"{text}. Which line leaves the loop, and under which condition?")


def another_quantity(got: Tensor, right: Tensor, about: str, others: Mapping[str, Tensor]) -> Diagnosis | None:
    """Return the diagnosis of a number, or of several, that are another quantity than the right one, or ``None``.

    Args:
        got: the student's numbers.
        right: the expected ones, of the same shape.
        about: the numbers in words.
        others: quantities that may be taken for the right one, by the words for them.
    """
    wide, wanted = got.double(), right.double()
    if wide.shape != wanted.shape or not wide.numel() or _same_numbers(wide, wanted):
        return None
    found = [words for words, other in others.items() if _same_numbers(wide, other.double())]
    if not found or len(found) == len(others):
        return None
    text = f"{about[:1].upper()}{about[1:]} is {found[0]}"
    return Diagnosis("another_quantity", f"{text}. Of which examples is it to be, and at which moment?")


def _same_numbers(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and bool(((one - other).abs() <= 1e-5 * other.abs().clamp(min=1.0)).all())
