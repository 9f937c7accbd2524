"""Right values that are summed on, spread, repeated, picked out, or right at one index only, are named."""

from __future__ import annotations

import pytest
import torch
from diagnosed import id_of
from wrong_results import (
    BIAS_GRAD,
    INPUT_GRAD,
    LAYER,
    OUTER,
    PRODUCT,
    RELU_GRAD,
    SOFTMAX,
    TANH_GRAD,
    VARIANCES,
    WEIGHT_GRAD,
    Example,
    changed,
    matrix,
)


@pytest.mark.parametrize("example", [PRODUCT, WEIGHT_GRAD, VARIANCES, SOFTMAX])
def test_a_sum_that_runs_on(example):
    """Each value contains those before it."""
    assert (
        id_of(example, changed(example, lambda value: value.flatten().cumsum(0).reshape(value.shape))) == "running_sum"
    )


@pytest.mark.parametrize("example", [BIAS_GRAD, LAYER, INPUT_GRAD])
@pytest.mark.parametrize("reduce", [torch.sum, torch.mean])
def test_one_value_everywhere(example, reduce):
    """The sum or the mean of the right values is in all of their places."""
    wrong = changed(example, lambda value: reduce(value).expand(value.shape).clone())
    assert id_of(example, wrong) == "one_value_everywhere"


@pytest.mark.parametrize("example", [PRODUCT, TANH_GRAD, VARIANCES])
def test_repeated_values(example):
    """Broadcasting stretches an axis that is too many."""
    assert id_of(example, changed(example, lambda value: value.expand(5, *value.shape).clone())) == "repeated"
    assert id_of(example, changed(example, lambda value: value[..., None].repeat_interleave(4, -1))) == "repeated"


@pytest.mark.parametrize("example", [RELU_GRAD, Example(lambda x: x.relu(), SOFTMAX.cases)])
def test_values_that_are_picked_out(example):
    """A mask as an index leaves the zeros out."""
    assert id_of(example, changed(example, lambda value: value[value != 0])) == "picked_out"


BATCHES = Example(lambda a, b: a @ b, tuple((matrix(n, 3, 4), matrix(n, 4, 2, seed=1)) for n in (2, 3, 4)))


@pytest.mark.parametrize(
    ("example", "wrong"),
    [
        (BATCHES, lambda a, b: a @ b[0]),
        (BATCHES, lambda a, b: a[-1] @ b),
        (OUTER, lambda u, v: u[:, None] * v.roll(1).where(torch.arange(len(u))[:, None] > 0, v)),
    ],
)
def test_one_index_for_all(example, wrong):
    """The first or the last of a batch takes the place of all others."""
    assert id_of(example, wrong) == "one_index_right"


def test_a_right_call_contradicts_one_right_index():
    """If a call with several indices is right, the mistake is another one."""
    assert id_of(BATCHES, lambda a, b: a @ b if len(a) > 3 else a @ b[0]) != "one_index_right"


@pytest.mark.parametrize("example", [PRODUCT, WEIGHT_GRAD, TANH_GRAD])
def test_the_last_of_all_entries_is_left_at_zero(example):
    """A loop over all entries ends one too early."""

    def emptied(value):
        left = value.clone()
        left.view(-1)[-1] = 0
        return left

    assert id_of(example, changed(example, emptied)) == "not_written"


@pytest.mark.parametrize("example", [PRODUCT, WEIGHT_GRAD, INPUT_GRAD])
def test_reshaped_for_exchanged(example):
    """The transposed values are forced into the right shape."""
    assert id_of(example, changed(example, lambda value: value.t().reshape(value.shape))) in {"reshaped", "transposed"}
