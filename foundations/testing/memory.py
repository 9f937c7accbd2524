"""The largest tensor that a call makes, for students who want to know."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


def largest_tensor(function: Callable[..., Any], *arguments: Any) -> float:
    """Return the bytes of the largest piece of memory that one operation of ``function(*arguments)`` returned.

    A view of existing memory (a transposed matrix, a stretched row) is not counted.

    Returns:
        Bytes; ``nan``, with one printed line that gives the reason, if the call does not work yet.
    """
    name = getattr(function, "__name__", "the function")
    try:
        with _Largest() as seen:
            function(*arguments)
    except NotImplementedError:
        print(f"{name} is not written yet, so there is nothing to measure.")
        return math.nan
    except Exception as error:
        print(f"{name} stopped with {type(error).__name__} ({error}), so there is nothing to measure yet.")
        return math.nan
    return float(seen.bytes)


class _Largest(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = {_memory(value) for value in (*args, *(kwargs or {}).values())}
        for value in result if isinstance(result, list | tuple) else (result,):
            if isinstance(value, torch.Tensor) and _memory(value) not in given:
                self.bytes = max(self.bytes, value.untyped_storage().nbytes())
        return result


def _memory(value: Any) -> int | None:
    """Return the address at which the memory of a tensor begins."""
    return value.untyped_storage().data_ptr() if isinstance(value, torch.Tensor) else None
