"""Small inputs of a declared exercise, drawn afresh with simple numbers, and their right values.

The exercise's own ``inputs`` makes them, from smaller sizes and from other numbers than the secret ones, so that
arguments that depend on each other still fit together. To simplify an input, the numbers that ``inputs`` was given are
simplified, and it is made again.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import torch

from foundations.grading import small_values
from foundations.grading.exercise import Exercise, WrongCall
from foundations.grading.judgements import Judgements
from foundations.grading.misconceptions import copied

#: The kind of numbers that are drawn: whole ones without 0, whole ones with zeros, or tenths.
Kind = Literal["whole", "zeros", "tenths"]
KINDS: tuple[Kind, ...] = ("whole", "zeros", "tenths")
#: A tuple of sizes is made smaller by these.
_SMALL_SIZES = (1, 2, 3)
#: Numbers that one input may be made from.
_MAX_DRAWN = 100
#: Tuples of sizes that are tried at first: the smallest ones, and some larger ones.
_SMALLEST, _LARGER = 12, 4

#: The numbers that ``inputs`` was given, one tuple for each call of ``normal``.
Numbers = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SmallInput:
    """The arguments of one call, and the numbers that they were made from.

    Attributes:
        args: the arguments.
        sizes: arguments of the exercise's ``inputs``.
        numbers: the numbers that ``inputs`` was given.
        words: the arguments as one text.
        amount: the number of numbers in the arguments.
        blank: whether the right value is 0 throughout, which shows less.
    """

    args: tuple[Any, ...]
    sizes: tuple[Any, ...]
    numbers: Numbers
    words: str
    amount: int
    blank: bool

    @property
    def difficulty(self) -> tuple[int, bool, float]:
        """The smaller it is, the more the input shows, and the easier the result is to calculate by hand."""
        return self.amount, self.blank, difficulty(self.numbers)


@dataclass
class SmallInputs:
    """Makes small inputs for a call that was wrong.

    Attributes:
        wrong: the wrong call.
        name: the exercise's name; equal names give equal numbers, for every submission.
        hidden: hidden inputs in words, which are never made.
    """

    wrong: WrongCall
    name: str
    hidden: set[str] = field(default_factory=set)
    _made: dict[tuple[Any, ...], SmallInput | None] = field(default_factory=dict)

    def sizes(self) -> list[tuple[Any, ...]]:
        """Return tuples of sizes, small ones first."""
        declared = [tuple(sizes) for sizes in self.wrong.exercise.sizes]
        smaller = {small for sizes in declared for small in _smaller(sizes)}
        ordered = sorted(smaller, key=_product)
        larger = (sizes for sizes in dict.fromkeys([*declared, *reversed(ordered)]) if self.make(sizes) is not None)
        return sorted({*ordered[:_SMALLEST], *itertools.islice(larger, _LARGER)}, key=_product)

    def smaller(self, current: SmallInput) -> Iterator[SmallInput]:
        """Yield inputs of smaller sizes: with the first or the last of the same numbers, and with other numbers."""
        around = dict.fromkeys(
            (*current.sizes[:index], size, *current.sizes[index + 1 :])
            for index, whole in enumerate(current.sizes)
            if _is_size(whole) and whole > 1
            for size in (1, whole - 1)
        )
        for sizes in around:
            drawn = [made for kind in KINDS if (made := self.make(sizes, kind=kind))]
            if drawn and len(drawn[0].numbers) == len(current.numbers):
                pairs = [*zip(current.numbers, map(len, drawn[0].numbers), strict=True)]
                first, last = (
                    tuple(part[:size] for part, size in pairs),
                    tuple(part[-size:] if size else () for part, size in pairs),
                )
                yield from (made for numbers in (last, first) if (made := self.make(sizes, numbers)))
            yield from drawn

    def simpler(self, current: SmallInput) -> Iterator[SmallInput]:
        """Yield inputs of the same sizes with simpler numbers, the simplest first."""
        now = difficulty(current.numbers)
        proposals = {numbers for numbers in _simpler(current.numbers) if difficulty(numbers) < now}
        for numbers in sorted(proposals, key=lambda each: (difficulty(each), each)):
            made = self.make(current.sizes, numbers)
            if made is not None and made.amount == current.amount:
                yield made

    def make(self, sizes: tuple[Any, ...], numbers: Numbers = (), kind: Kind = "whole") -> SmallInput | None:
        """Return an input made from ``numbers`` and, if these do not suffice, from drawn ones.

        Returns:
            ``None`` if the exercise's own ``inputs`` or ``expected`` fails, a value is not finite, or the input is too
            large to be shown or equal to a hidden one.
        """
        key = sizes, numbers, kind
        if key not in self._made:
            self._made[key] = self._make(sizes, numbers, kind)
        return self._made[key]

    def _make(self, sizes: tuple[Any, ...], numbers: Numbers, kind: Kind) -> SmallInput | None:
        drawing = _Drawing(numbers, kind, _public_generator(f"{self.name}/{kind}/{sizes}"))
        exercise = self.exercise(drawing)
        try:
            args = tuple(exercise.inputs(*sizes, **self._options()))
            self._set_old_values(exercise, args)
            right = exercise.by_place(*(copied(arg) for arg in args))
        except Exception:  # these sizes or numbers are not in the domain of the exercise
            return None
        words, value = small_values.in_words(args), right.get(self.wrong.place)
        if not words or words in self.hidden or not right or not all(map(_is_small, right.values())):
            return None
        tensors = [each for arg in args if isinstance(arg, torch.Tensor) for each in (arg, *vars(arg).values())]
        if not all(map(_is_finite, tensors)):
            return None
        amount = sum(tensor.numel() for tensor in tensors if isinstance(tensor, torch.Tensor))
        return SmallInput(args, sizes, drawing.used, words, amount, blank=value is not None and not value.any())

    def exercise(self, drawing: _Drawing | None = None) -> Exercise:
        """Return another object of the exercise's class, which has no secret numbers and cannot call the student."""
        exercise = type(self.wrong.exercise)()
        exercise.student = _Nobody(self.name)  # type: ignore[assignment]
        exercise.drawing = drawing
        return exercise

    def _options(self) -> dict[str, Any]:
        """Return the dtype of the wrong call, if it is not the usual one."""
        dtypes = {arg.dtype for arg in self.wrong.args if isinstance(arg, torch.Tensor) and arg.is_floating_point()}
        return {"dtype": torch.float64} if dtypes == {torch.float64} else {}

    def _set_old_values(self, exercise: Exercise, args: Sequence[Any]) -> None:
        """Give an argument an old value of an attribute that the call sets, if it had one in the wrong call."""
        for index, attribute in self.old_values:
            setattr(args[index], attribute, exercise.normal(*args[index].shape, dtype=args[index].dtype))

    @cached_property
    def old_values(self) -> list[tuple[int, str]]:
        """Argument and attribute of each value that the wrong call should have set, and that was there before."""
        args = self.wrong.args
        return [(index, name) for index, name in self.wrong.exercise.set_places(*args) if name in vars(args[index])]


@dataclass
class _Drawing:
    """Gives numbers to an exercise's ``inputs``, and keeps them."""

    numbers: Numbers
    kind: Kind
    generator: torch.Generator
    used: Numbers = ()

    def __call__(self, shape: torch.Size) -> torch.Tensor:
        amount, given = math.prod(shape), self.numbers[len(self.used) : len(self.used) + 1]
        if amount + sum(map(len, self.used)) > _MAX_DRAWN:
            raise ValueError("too many numbers for a small example")
        values = given[0] if given and len(given[0]) == amount else self._draw(amount)
        self.used = (*self.used, values)
        return torch.tensor(values, dtype=torch.float64).reshape(shape)

    def _draw(self, amount: int) -> tuple[float, ...]:
        if self.kind == "tenths":
            drawn = torch.randn(amount, generator=self.generator, dtype=torch.float64)
            return tuple((drawn * 10).round().div(10).tolist())
        choices = torch.tensor([1.0, 2.0, 3.0, -1.0, -2.0, -3.0] if self.kind == "whole" else [0.0, 1.0, -1.0, 2.0])
        return tuple(choices[torch.randint(len(choices), (amount,), generator=self.generator)].tolist())


class _Nobody:
    """Is the student of an exercise that makes small inputs: it has public generators, and cannot be called."""

    form = "own"

    def __init__(self, name: str) -> None:
        self.exercise = name
        self.judgements = Judgements()

    def generator(self, purpose: str = "") -> torch.Generator:
        return _public_generator(f"{self.exercise}/{purpose}")


def _public_generator(text: str) -> torch.Generator:
    """Return a generator that depends on no submission, so that no hidden number can be derived from it."""
    digest = hashlib.sha256(f"small example/{text}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


def difficulty(numbers: Numbers) -> float:
    """Return how hard the numbers are to calculate with: 0 is easiest, then 1, other whole numbers, and fractions."""
    return sum(map(_difficulty, itertools.chain(*numbers)))


def _difficulty(number: float) -> float:
    return min(abs(number), 9.0) + 0.5 * (number < 0) + 10.0 * (number != int(number))


def _smaller(sizes: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield tuples with sizes of 1, 2 and 3 that are not larger than ``sizes``; other arguments stay."""
    axes = [[small for small in _SMALL_SIZES if small <= size] if _is_size(size) else [size] for size in sizes]
    yield from itertools.islice(itertools.product(*axes), 200)


def _is_size(value: Any) -> bool:
    return type(value) is int and value > 0


def _product(sizes: tuple[Any, ...]) -> tuple[int, int]:
    return math.prod(size for size in sizes if _is_size(size)), len(sizes)


def _simpler(numbers: Numbers) -> Iterator[Numbers]:
    """Yield all numbers made whole, near 0, positive or 0: all at once, for each tensor, and one at a time."""
    changes = (_whole, _near, abs, _one, _zero)
    for change in changes:
        yield tuple(tuple(change(each) for each in part) for part in numbers)
    for index, part in enumerate(numbers):
        for change in changes:
            yield (*numbers[:index], tuple(change(each) for each in part), *numbers[index + 1 :])
            for at, each in enumerate(part):
                yield (*numbers[:index], (*part[:at], change(each), *part[at + 1 :]), *numbers[index + 1 :])


def _whole(number: float) -> float:
    return float(math.copysign(math.ceil(abs(number)), number))


def _near(number: float) -> float:
    return float((number > 0) - (number < 0))


def _one(number: float) -> float:
    return 1.0


def _zero(number: float) -> float:
    return 0.0


def _is_small(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.numel() <= small_values.MAX_NUMBERS and _is_finite(value)


def _is_finite(value: Any) -> bool:
    return not isinstance(value, torch.Tensor) or not value.is_floating_point() or bool(value.isfinite().all())
