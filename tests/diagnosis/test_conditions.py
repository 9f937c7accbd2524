"""Values that are wrong only for some arguments are named by the condition."""

from __future__ import annotations

import pytest
import torch
from diagnosed import id_of
from wrong_results import RELU_GRAD, SOFTMAX, Example, matrix

CASES = tuple(
    (matrix(4, 6, seed=seed).mul(2).round(decimals=1).where(matrix(4, 6, seed=9) > 0.3, 0),) for seed in (1, 2)
)
CUBES, ABSOLUTE, SHIFTED = (
    Example(right, CASES) for right in (lambda x: x**3 + 2, lambda x: x.abs() + 1, lambda x: x.exp() + x)
)


@pytest.mark.parametrize("example", [CUBES, ABSOLUTE, SHIFTED])
@pytest.mark.parametrize(
    ("applies", "name"),
    [
        (lambda x: x == 0, "wrong_at_zero"),
        (lambda x: x < 0, "wrong_below_zero"),
        (lambda x: x <= 0, "wrong_below_zero"),
        (lambda x: x > 0, "wrong_above_zero"),
        (lambda x: (x > 0) & (x < 1), "wrong_up_to_one"),
    ],
)
def test_conditions(example, applies, name):
    """The entries that are wrong are those that meet the condition."""
    assert id_of(example, lambda x: example.right(x).where(~applies(x), 0.37 + x.sin() / 9)) == name


def test_the_narrowest_condition_is_named():
    """Negative entries are also among those that ReLU closes."""

    def wrong(inp, out):
        inp.g = inp.sign() * out.g

    assert id_of(RELU_GRAD, wrong) == "wrong_below_zero"


@pytest.mark.parametrize("example", [CUBES, ABSOLUTE, SHIFTED])
def test_other_wrong_entries_are_not_named(example):
    """Wrong entries that meet no condition have no diagnosis."""
    wrong = torch.rand(4, 6, generator=torch.Generator().manual_seed(3)) < 0.4
    assert id_of(example, lambda x: example.right(x).where(~wrong, x.cos() + 7)) == ""


@pytest.mark.parametrize("example", [CUBES, SOFTMAX, SHIFTED])
def test_not_finite(example):
    """Some values are NaN or infinite, and the others are right."""

    def wrong(x):
        value = example.right(x).clone()
        value[0, 1] = torch.nan
        return value

    assert id_of(example, wrong) == "not_finite"
