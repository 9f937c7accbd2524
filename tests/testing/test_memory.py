"""The largest tensor that a call makes."""

from __future__ import annotations

import math

import torch

from foundations import testing


def test_the_result_of_an_operation_is_counted_in_bytes():
    """The largest of several tensors counts, in the size of its dtype."""

    def stack(a, b):
        return (a.unsqueeze(-1) * b.unsqueeze(1)).sum(0)

    assert testing.largest_tensor(stack, torch.ones(10, 3), torch.ones(10, 4)) == 10 * 3 * 4 * 4
    assert testing.largest_tensor(torch.add, torch.ones(6, dtype=torch.float64), 1) == 6 * 8


def test_views_are_not_counted():
    """A transposed matrix and a stretched row are existing memory."""
    assert testing.largest_tensor(lambda m: m.t().expand(50, 3, 2), torch.ones(2, 3)) == 0


def test_matrix_product_makes_its_result_alone():
    """The operation makes no stack of products."""
    assert testing.largest_tensor(torch.matmul, torch.ones(3, 100), torch.ones(100, 2)) == 3 * 2 * 4


def test_lists_of_results_are_looked_into():
    """Some operations return several tensors."""
    assert testing.largest_tensor(lambda t: torch.max(t, dim=0), torch.ones(5, 4)) == 4 * 8


def test_a_broken_function_has_no_size(capsys):
    """A stub and an error each print one line."""

    def stub(x):
        raise NotImplementedError

    def broken(x):
        raise ValueError("sizes")

    assert math.isnan(testing.largest_tensor(stub, torch.ones(2)))
    assert math.isnan(testing.largest_tensor(broken, torch.ones(2)))
    assert capsys.readouterr().out == (
        "stub is not written yet, so there is nothing to measure.\n"
        "broken stopped with ValueError (sizes), so there is nothing to measure yet.\n"
    )
