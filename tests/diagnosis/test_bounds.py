"""Values that are cut off at a bound, and entries that are set to one value."""

from __future__ import annotations

import pytest
import torch
from diagnosed import id_of
from wrong_results import LAYER, PRODUCT, SOFTMAX, TANH_GRAD, Example, changed, matrix

POSITIVE = Example(lambda x: 4 * x.clamp_min(0), tuple((matrix(5, 6, seed=seed),) for seed in range(3)))


@pytest.mark.parametrize("example", [LAYER, PRODUCT, POSITIVE])
@pytest.mark.parametrize("bounds", [{"max": 0.5}, {"min": 0.25}, {"max": 0.0}], ids=str)
def test_cut_off(example, bounds):
    """Above or below; every call has values on both sides."""
    wrong = changed(example, lambda value: value.clamp(**bounds))
    assert id_of(example, wrong) in {"cut_off", "all_zero"}


def test_values_between_two_bounds_have_no_simple_name():
    """Two bounds are more than one mistake."""
    wrong = changed(LAYER, lambda value: value.clamp(-0.3, 0.4))
    assert id_of(LAYER, wrong) != "cut_off"


@pytest.mark.parametrize("example", [SOFTMAX, TANH_GRAD, PRODUCT])
def test_replaced(example):
    """One entry of each row is -1, whatever it should be."""

    def set_entries(value):
        value = value.clone()
        value[torch.arange(len(value)), torch.arange(len(value)) % value.shape[1]] = -1.0
        return value

    assert id_of(example, changed(example, set_entries)) == "replaced"
