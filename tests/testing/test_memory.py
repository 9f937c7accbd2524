"""The largest tensor that a call makes."""

from __future__ import annotations

import math

import torch

from foundations import testing


def test_what_an_operation_makes_is_counted_in_bytes():
    """The largest of several, in the size of its dtype."""

    def stack(a, b):
        return (a.unsqueeze(-1) * b.unsqueeze(1)).sum(0)

    assert testing.largest_tensor(stack, torch.ones(10, 3), torch.ones(10, 4)) == 10 * 3 * 4 * 4
    assert testing.largest_tensor(torch.add, torch.ones(6, dtype=torch.float64), 1) == 6 * 8


def test_views_make_nothing():
    """A transposed matrix and a stretched row are the memory that was there."""
    assert testing.largest_tensor(lambda m: m.t().expand(50, 3, 2), torch.ones(2, 3)) == 0


def test_matrix_product_makes_its_result_alone():
    """No stack of products."""
    assert testing.largest_tensor(torch.matmul, torch.ones(3, 100), torch.ones(100, 2)) == 3 * 2 * 4


def test_lists_of_results_are_looked_into():
    """Operations that give several tensors."""
    assert testing.largest_tensor(lambda t: torch.max(t, dim=0), torch.ones(5, 4)) == 4 * 8


def test_what_does_not_work_yet_has_no_size(capsys):
    """A stub and an error each say one calm line."""

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
