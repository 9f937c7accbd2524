"""NumPy arrays next to tensors: which values are arrays of numbers, and the same numbers as a tensor.

Diagnosers and comparisons calculate with tensors. A result of NumPy is converted once, where it is judged; its kind is
kept, because messages name it and an array does not answer for a tensor.

An array is an object of exactly the class ``numpy.ndarray`` with a dtype of real or complex numbers or truth values,
or a number of NumPy such as ``numpy.float64``. NumPy's own reductions return the latter instead of an array of shape
(), so the two count as one. Arrays of objects, records, texts and dates, masked arrays, matrices and other derived
classes are not arrays in this sense: they calculate by other rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

#: Names of the dtypes of NumPy that a tensor can hold.
DTYPES = frozenset(
    (
        "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64",
        "float16", "float32", "float64", "complex64", "complex128",
    )
)  # fmt: skip
#: The classes of NumPy's numbers; some dtypes have two, such as ``long`` and ``longlong``.
_NUMBERS = frozenset(np.dtype(code).type for code in "?bBhHiIlLqQefdFD")


def is_array(value: Any) -> bool:
    """Return whether ``value`` is a plain array of numbers, or a number of NumPy."""
    return (type(value) is np.ndarray and value.dtype.name in DTYPES) or type(value) in _NUMBERS


def is_numeric(value: Any) -> bool:
    """Return whether ``value`` is a tensor, or an array as :func:`is_array` defines it."""
    return isinstance(value, torch.Tensor) or is_array(value)


def as_tensor(value: Any) -> Any:
    """Return a tensor with the numbers, the shape and the dtype of an array; any other value as it is."""
    if not is_array(value):
        return value
    # A copy, because tensors have neither negative steps nor memory that is only readable.
    return torch.from_numpy(np.array(value, dtype=value.dtype.name, copy=True, order="C"))


def with_tensors(value: Any) -> Any:
    """Return ``value`` with a tensor instead of each array in it, in lists and tuples too."""
    if type(value) in (list, tuple):
        return type(value)(with_tensors(item) for item in value)
    return as_tensor(value)


def library_of(value: Any) -> str:
    """Return the name of the library whose result ``value`` is: ``NumPy`` or ``torch``."""
    return "NumPy" if is_array(value) else "torch"
