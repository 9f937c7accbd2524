"""A result next to the expected one, and a diagnosis: the data that all diagnosers share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from foundations.diagnosis.arrays import as_tensor, library_of, with_tensors
from foundations.diagnosis.catalogue import CATALOGUE

#: A hypothesis explains a result if it agrees within this share of the largest value. Rounding of float32 is smaller.
_RELATIVE = 1e-4
#: A hypothesis of a single number could agree by chance, so it has to agree more closely.
_RELATIVE_OF_ONE = 5e-6


@dataclass(frozen=True)
class Diagnosis:
    """The name of a mistake, and its hint: one sentence on the result, and one question.

    Raises:
        KeyError: the catalogue does not list ``id``.
    """

    id: str
    hint: str

    def __post_init__(self) -> None:
        CATALOGUE[self.id]


@dataclass(frozen=True)
class Judgement:
    """One result of one call, next to the expected one.

    Attributes:
        got: the result; ``None`` if it is missing.
        expected: a tensor of any shape and dtype; an array of NumPy is converted to one.
        arguments: the arguments as they were before the call, with their attributes.
        place: index and attribute of the argument on which the call has to set the result; ``None`` if it returns it.
        names: the names of the arguments.
        returned: the returned value.
        attributes: for each argument, its attributes after the call.
        agrees: whether the result is right.
        about: the result in words, if it is none of these.
        recalculate: returns the right result for other arguments, in place of these; ``None`` if it is not known.
        library: the library of the expected result, ``torch`` or ``NumPy``; NumPy's arrays are kept as tensors.
    """

    got: Any
    expected: Tensor
    arguments: tuple[Any, ...] = ()
    place: tuple[int, str] | None = None
    names: tuple[str, ...] = ()
    returned: Any = None
    attributes: tuple[Mapping[str, Any], ...] = ()
    agrees: bool = False
    about: str = ""
    recalculate: Callable[..., Any] | None = None
    library: str = ""

    def __post_init__(self) -> None:
        if self.library:
            return
        object.__setattr__(self, "library", library_of(self.expected))
        for name in ("got", "expected", "returned"):
            object.__setattr__(self, name, as_tensor(getattr(self, name)))
        object.__setattr__(self, "arguments", with_tensors(tuple(self.arguments)))

    @property
    def noun(self) -> str:
        """The kind of the expected result in a word: ``tensor`` or ``array``."""
        return "array" if self.library == "NumPy" else "tensor"

    @property
    def a_noun(self) -> str:
        """The same with its article: ``a tensor`` or ``an array``."""
        return "an array" if self.library == "NumPy" else "a tensor"

    @property
    def label(self) -> str:
        """The result in words: ``the result``, or the name of an attribute in backquotes."""
        if self.about:
            return self.about
        return "the result" if self.place is None else f"`{self.name(self.place[0])}.{self.place[1]}`"

    @property
    def values(self) -> str:
        """The values of the result in words, to begin a sentence: ``Every value of the result``, ``The result``."""
        if self.right.numel() == 1:
            return self.label[:1].upper() + self.label[1:]
        return f"Every value of {self.label}"

    def name(self, index: int) -> str:
        """Return the name of the argument at ``index``."""
        return self.names[index] if index < len(self.names) else f"argument {index + 1}"

    @property
    def missing(self) -> bool:
        """Whether the result is missing: ``None``, or an attribute that still is the one of before the call."""
        if self.got is None or self.place is None:
            return self.got is None
        index, attribute = self.place
        old = getattr(self.arguments[index], attribute, None) if index < len(self.arguments) else None
        return isinstance(old, Tensor) and isinstance(self.got, Tensor) and torch.equal(old, self.got)

    @cached_property
    def wide(self) -> Tensor:
        """The result in float64; of no entries if it is not a real tensor."""
        return as_wide(self.got)

    @cached_property
    def right(self) -> Tensor:
        """The expected result in float64."""
        return as_wide(self.expected)

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """The arguments that are real tensors, in float64, and their ``.g`` of before the call, by name."""
        found = {}
        for index, argument in enumerate(self.arguments):
            if isinstance(argument, Tensor):
                found[self.name(index)] = as_wide(argument)
                for attribute, value in vars(argument).items():
                    if isinstance(value, Tensor):
                        found[f"{self.name(index)}.{attribute}"] = as_wide(value)
        return found

    def is_result(self, hypothesis: Tensor) -> bool:
        """Check whether ``hypothesis`` explains the result: it agrees with it, and is not the expected one."""
        return close(self.wide, hypothesis) and not close(self.right, hypothesis)


Hypothesis = Callable[[Judgement], Iterable[Tensor]]


def as_wide(value: Any) -> Tensor:
    """Return a real tensor in float64, detached; anything else is a tensor of shape (0,)."""
    if not isinstance(value, Tensor) or value.is_complex() or value.layout != torch.strided:
        return torch.empty(0, dtype=torch.float64)
    return value.detach().double()


def close(one: Tensor, other: Tensor) -> bool:
    """Check whether two float64 tensors have the same shape, at least one entry, and agree up to rounding."""
    if one.shape != other.shape or not one.numel():
        return False
    relative = _RELATIVE if one.numel() > 1 else _RELATIVE_OF_ONE
    gap = (one - other).abs().max()
    return bool(gap <= relative * max(float(other.abs().max()), 1e-300))  # false for NaN


def wrong_entries(judgement: Judgement) -> Tensor:
    """Return which entries are wrong, shape of the expected result; all of them if the shapes differ."""
    got, right = judgement.wide, judgement.right
    if got.shape != right.shape:
        return torch.ones_like(right, dtype=torch.bool)
    gap = (got - right).abs()
    return ~((gap <= 1e-4 * right.abs().clamp(min=1e-6)) | (got == right))


def every(judgements: Sequence[Judgement], hypothesis: Hypothesis) -> bool:
    """Check whether, for each of ``judgements``, one of the tensors that ``hypothesis`` yields explains the result."""
    return bool(judgements) and all(
        any(judgement.is_result(tensor) for tensor in attempted(hypothesis, judgement)) for judgement in judgements
    )


def attempted(hypothesis: Hypothesis, judgement: Judgement) -> Iterator[Tensor]:
    """Yield the tensors of ``hypothesis`` until its sizes do not fit."""
    try:
        yield from hypothesis(judgement)
    except (RuntimeError, IndexError):
        return


def has_numbers(tensor: Tensor) -> bool:
    """Check that ``tensor`` has finite entries only, and not only zeros."""
    return bool(tensor.numel()) and math.isfinite(float(tensor.abs().max())) and bool(tensor.any())
