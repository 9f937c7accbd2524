"""Tensors and arrays with the same values in other memory layouts, for checks on views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from foundations.diagnosis.arrays import as_tensor, is_array


def as_views(args: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield ``args`` twice: with every tensor transposed in memory, and with every tensor a part of a larger one.

    The parts of arrays are read backwards in memory, which tensors cannot be. Attributes of tensors, such as ``.g``,
    change their layout too.
    """
    for layout in (transposed, strided):
        yield tuple(_laid_out(arg, layout) for arg in args)


def transposed(tensor: torch.Tensor) -> torch.Tensor:
    """Return an equal tensor whose axes are in reverse order in memory; of one axis, as a column of a matrix."""
    if tensor.ndim < 2:
        return torch.stack([tensor, tensor], dim=-1)[..., 0]
    axes = list(reversed(range(tensor.ndim)))
    return tensor.permute(axes).contiguous().permute(axes)


def strided(tensor: torch.Tensor) -> torch.Tensor:
    """Return an equal tensor that is every other element of a larger one along each axis, from the second on."""
    if not tensor.ndim:
        return torch.stack([tensor, tensor])[1]
    larger = tensor
    for axis in range(tensor.ndim):
        larger = larger.repeat_interleave(2, dim=axis)
    return larger[(slice(1, None, 2),) * tensor.ndim]


def _laid_out(arg: Any, layout: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    if isinstance(arg, list | tuple):
        return type(arg)(_laid_out(item, layout) for item in arg)
    if type(arg) is np.ndarray:
        return _array_laid_out(arg, backwards=layout is strided)
    if not isinstance(arg, torch.Tensor):
        return arg
    made = layout(arg)
    for name, value in vars(arg).items():
        setattr(made, name, _laid_out(value, layout))
    return made


def _array_laid_out(array: np.ndarray[Any, Any], *, backwards: bool) -> np.ndarray[Any, Any]:
    if not is_array(array):
        return array
    if not backwards:
        return transposed(as_tensor(array)).numpy()
    turned = (slice(None, None, -1),) * array.ndim
    return strided(as_tensor(array[turned])).numpy()[turned]
