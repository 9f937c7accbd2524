"""Small inputs are in the domain of their exercise, simple, public, and never hidden ones."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from foundations.grading.compare import Finding
from foundations.grading.exercise import Exercise, WrongCall
from foundations.grading.small_inputs import SmallInputs, difficulty


class Scaled(Exercise):
    """``y`` is made from ``x``, and one row is too few."""

    sizes = ((4, 3), (4, 3), (2, 2))

    def inputs(self, n: int, m: int, dtype: torch.dtype = torch.float32) -> Any:
        assert n > 1
        x = self.normal(n, m, dtype=dtype)
        return x, x.abs() + 1

    def expected(self, x: torch.Tensor, y: torch.Tensor) -> Any:
        return {"x.g": x / y}


class Secret(Exercise):
    """Draws from further generators, as an author may."""

    sizes = ((3,),)

    def inputs(self, n: int, dtype: torch.dtype = torch.float32) -> Any:
        return (
            torch.randint(9, (n,), generator=self.generator).to(dtype),
            torch.randn(n, generator=self.student.generator("matrices")),
        )

    def expected(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


class Constant(Exercise):
    """Has one input only."""

    sizes = ((3,),)

    def inputs(self, n: int, dtype: torch.dtype = torch.float32) -> Any:
        return (torch.tensor([1.0, 2.0, 3.0], dtype=dtype),)

    def expected(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * x


class Calling(Constant):
    """Asks the student for its inputs."""

    def inputs(self, n: int, dtype: torch.dtype = torch.float32) -> Any:
        return (self.student.probe(lambda names: names["x"]),)


def inputs_of(kind: type[Exercise], *args: Any, place: str = "x.g", hidden: Any = ()) -> SmallInputs:
    wrong = WrongCall(kind(), args, place, Finding("value", "wrong"), False, "own")
    return SmallInputs(wrong, "scaled", set(hidden))


SCALED = inputs_of(Scaled, torch.randn(4, 3), torch.ones(4, 3))


def test_sizes_are_small_ones_of_the_declared() -> None:
    """No size is larger than a declared one, and the smallest product comes first."""
    sizes = SCALED.sizes()
    assert sizes[0] == (1, 1)
    assert (2, 2) in sizes
    assert (4, 3) in sizes  # twelve numbers still fit
    assert all(n <= 4 and m <= 3 for n, m in sizes)
    assert len(sizes) <= 16


def test_inputs_come_from_the_exercise() -> None:
    """Arguments that depend on each other fit together, and sizes with a failing ``inputs`` are left out."""
    small = SCALED.make((2, 1))
    assert small is not None
    x, y = small.args
    assert torch.equal(y, x.abs() + 1)
    assert set(x.abs().flatten().tolist()) <= {1.0, 2.0, 3.0}
    assert SCALED.make((1, 1)) is None
    assert SCALED.make((1,)) is None


def test_large_inputs_are_not_made() -> None:
    """A tensor has at most twelve numbers."""
    assert SCALED.make((7, 2)) is None
    assert SCALED.make((1000, 1000)) is None


def test_simpler_inputs_have_simpler_numbers() -> None:
    """Sizes stay, each is easier than the one before it was made from, and the easiest comes first."""
    small = SCALED.make((2, 2))
    assert small is not None
    simpler = list(SCALED.simpler(small))
    assert simpler[0].numbers == ((0.0,) * 4,)
    assert all(each.sizes == (2, 2) and difficulty(each.numbers) < difficulty(small.numbers) for each in simpler)
    assert [difficulty(each.numbers) for each in simpler] == sorted(difficulty(each.numbers) for each in simpler)


def test_zero_one_whole_fraction_is_the_order() -> None:
    """The order of numbers is that of calculating by hand."""
    numbers = [0.0, 1.0, -1.0, 2.0, 3.0, 0.5]
    assert sorted(numbers, key=lambda number: difficulty(((number,),))) == numbers


def test_smaller_inputs_keep_numbers() -> None:
    """The first or the last of the numbers are tried in smaller sizes, so that a rare one is kept."""
    small = SCALED.make((3, 1), ((0.0, 1.0, 2.0),))
    assert small is not None
    tried = {each.numbers for each in SCALED.smaller(small) if each.sizes == (2, 1)}
    assert {((0.0, 1.0),), ((1.0, 2.0),)} <= tried


def test_the_same_for_every_submission() -> None:
    """No number depends on the seed of a submission: the exercise has another student, with public generators."""
    one, other = (inputs_of(Secret, torch.ones(3), torch.ones(3), place="return").make((3,)) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.words == other.words


def test_hidden_inputs_are_not_made() -> None:
    """An input that a check has used is left out, whatever the author's ``inputs`` does."""
    assert inputs_of(Constant, torch.ones(3), place="return").make((3,)) is not None
    assert inputs_of(Constant, torch.ones(3), place="return", hidden=["[1., 2., 3.]"]).make((3,)) is None


def test_the_student_cannot_be_called() -> None:
    """Inputs that need the student process are not made."""
    assert inputs_of(Calling, torch.ones(3), place="return").make((3,)) is None


def test_old_values_are_set_as_in_the_wrong_call() -> None:
    """An argument had a value of the attribute that the call sets: it gets one in the small input, too."""
    x = torch.randn(4, 3)
    x.g = torch.zeros(4, 3)  # type: ignore[attr-defined]
    small = inputs_of(Scaled, x, torch.ones(4, 3)).make((2, 1))
    assert small is not None
    assert small.args[0].g.shape == (2, 1)
    assert not hasattr(SCALED.make((2, 1)).args[0], "g")  # type: ignore[union-attr]


def test_float64_stays_float64() -> None:
    """A mistake of one dtype is looked for in it."""
    small = inputs_of(Scaled, *[torch.ones(4, 3, dtype=torch.float64)] * 2).make((2, 1))
    assert small is not None
    assert small.args[0].dtype == torch.float64


@pytest.mark.parametrize(("numbers", "blank"), [((0.0, 0.0), True), ((0.0, 1.0), False)])
def test_a_right_value_of_zeros_shows_less(numbers: tuple[float, ...], blank: bool) -> None:
    """Of two inputs of one size, the one whose right value is not 0 is better."""
    small = SCALED.make((2, 1), (numbers,))
    assert small is not None
    assert small.blank == blank
    assert small.difficulty[1] == blank
