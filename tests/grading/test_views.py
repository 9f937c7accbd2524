"""Tensors in other memory layouts keep their values, dtypes and attributes."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from foundations.grading.views import as_views, strided, transposed


@pytest.mark.parametrize("layout", [transposed, strided])
@pytest.mark.parametrize("shape", [(), (1,), (4,), (3, 1), (2, 3), (2, 3, 4)])
def test_values_stay(layout, shape):
    """Shape, dtype and values are those of the tensor."""
    for tensor in (torch.randn(shape, dtype=torch.float64), torch.randint(9, shape), torch.randn(shape) > 0):
        view = layout(tensor)
        assert view.dtype == tensor.dtype
        assert torch.equal(view, tensor)


@pytest.mark.parametrize("shape", [(4,), (3, 2), (2, 3, 4)])
def test_layouts_are_not_contiguous(shape):
    """An answer that calls ``.view`` on such a tensor, or reads its storage, fails."""
    for layout in (transposed, strided):
        assert not layout(torch.randn(shape)).is_contiguous()


def test_arguments_change_their_layout():
    """Tensors in lists, and gradients in ``.g``, do too; other arguments are passed on."""
    tensor: Any = torch.randn(2, 3)
    inside = torch.randn(3, 2)
    tensor.g = torch.randn(2, 3)
    for first, (second,), number in as_views((tensor, [inside], 0.5)):
        assert torch.equal(first, tensor)
        assert torch.equal(first.g, tensor.g)
        assert not any(view.is_contiguous() for view in (first, first.g, second))
        assert torch.equal(second, inside)
        assert number == 0.5
