"""Tensors with attributes that PyTorch's type does not have."""

from __future__ import annotations

from typing import Any

import torch


def with_g(tensor: Any, gradient: torch.Tensor) -> Any:
    """Set ``tensor.g``, where the course keeps gradients, and return the tensor."""
    tensor.g = gradient
    return tensor
