"""Likely causes of a wrong value: the last line of a failed check.

They come from general diagnoses of the result (:mod:`foundations.diagnosis`), which know no exercise. Where none fits,
the difference of types, shapes and dtypes suggests a cause.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foundations.diagnosis.judgement import Judgement
from foundations.diagnosis.search import diagnose
from foundations.diagnosis.source import Symptom, diagnose_source


def result_hint(judgement: Judgement) -> str:
    """Return one sentence and one question on a wrong result; empty if no general diagnosis fits."""
    found = diagnose([judgement])
    return found.hint if found else ""


def value_hint(judgement: Judgement) -> str:
    """Return a hint on a result of the right shape and dtype with wrong values; may be empty."""
    if hint := result_hint(judgement):
        return hint
    right = int(torch.isclose(judgement.wide, judgement.right).sum())
    return (
        f"{right} of {judgement.wide.numel()} entries are right: what is different about the others?" if right else ""
    )


def source_hint(
    function: Callable[..., Any], *, error: str = "", place: tuple[str, str] | None = None, missing: bool = False
) -> str:
    """Return a hint from the code of ``function`` on the way in which it failed; empty if the code cannot be read."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return ""
    name = getattr(function, "__name__", "")
    found = diagnose_source(Symptom(source, name, error, place, missing))
    return found.hint if found else ""


def type_hint(got: Any, library: str = "torch") -> str:
    """Explain why a value that is not a tensor, or not an array of NumPy, may have been returned."""
    if got is None:
        return "is a `return` missing at the end of the function, or has it no value?"
    a_noun, zeros = ("an array", "np.zeros") if library == "NumPy" else ("a tensor", "torch.zeros")
    if isinstance(got, int | float) and not isinstance(got, np.generic):
        return f"a Python number (from `.item()`, `float()` or `math`) has left {library}: keep the {a_noun.split()[1]}"
    if isinstance(got, list | tuple):
        return f"fill {a_noun} made by `{zeros}` instead"
    if isinstance(got, np.ma.MaskedArray | np.matrix):
        return "it calculates by rules of its own: keep to plain arrays, as `np.zeros` makes them"
    if isinstance(got, np.ndarray) and got.dtype == object:
        return "an array of objects has rows of different lengths in it, or values that are not numbers"
    return ""


def shape_hint(judgement: Judgement) -> str:
    """Explain the difference between the axes of the result and the expected ones."""
    got, expected = judgement.got, judgement.expected
    diagnosed = result_hint(judgement)
    matrices = [value.shape for value in judgement.arguments if isinstance(value, Tensor) and value.ndim == 2]
    hints = {
        "it is a list of one number: a sum over everything has no axis left, and its shape is ()": (
            expected.ndim == 0 and got.numel() == 1
        ),
        diagnosed: bool(diagnosed),
        "rows and columns have changed places": got.ndim == 2 and got.shape == expected.shape[::-1],
        "an axis is left after the sum: one single number is asked for": expected.ndim == 0,
        "an axis was added and never summed away": got.ndim > expected.ndim,
        "an axis is missing: was one too many summed away, or one never added?": got.ndim < expected.ndim,
        "that is the shape of an input: the result has the rows of the first and the columns of the second": (
            len(matrices) == 2 and got.shape in matrices and expected.shape == (matrices[0][0], matrices[1][1])
        ),
    }
    return next((hint for hint, fits in hints.items() if fits), "")


def dtype_hint(got: Tensor, expected: Tensor, arguments: Sequence[Any] = (), library: str = "torch") -> str:
    """Explain where another dtype may have come from."""
    given = {value.dtype for value in arguments if isinstance(value, Tensor)}
    made = str(got.dtype).removeprefix("torch.")
    if expected.dtype is torch.bool:
        return "a comparison makes booleans: which later step makes numbers of them?"
    if got.dtype in given and expected.dtype not in given:
        return f"{made} is the dtype of an input: which dtype does the exercise ask for?"
    usual, zeros = (torch.float64, "np.zeros") if library == "NumPy" else (torch.get_default_dtype(), "torch.zeros")
    if got.dtype == usual:
        return f"`{zeros}` makes {made} unless told otherwise: which dtype does the result need?"
    if expected.is_floating_point() and not got.is_floating_point():
        return "a whole-number dtype cuts off the digits after the point"
    return "the result takes the dtype of the inputs"
