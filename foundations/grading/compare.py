"""Comparison of a student's value with the expected one: type → shape → dtype → finite → value.

The result is a finding with two texts. ``text`` is safe to show, because it never contains an expected value of a
hidden input. ``detail`` contains the student's and the expected value, for the feedback level "full".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from foundations.diagnosis.arrays import as_tensor, is_array
from foundations.diagnosis.judgement import Diagnosis
from foundations.worker.protocol import Opaque

if TYPE_CHECKING:
    from foundations.grading.exercise import WrongCall

Stage = Literal[
    "existence", "exception", "type", "shape", "dtype", "finite", "value", "mutation", "rule", "growth", "speed", "lost"
]

#: Relative tolerance of results of sums and products, by the dtype of the computation.
RELATIVE = {
    torch.float16: 2e-2,
    torch.bfloat16: 5e-2,
    torch.float32: 2e-5,
    torch.float64: 1e-11,
}

_NONE = Diagnosis("returns_nothing", "The call gives None. Which line returns the result, and is it always reached?")


@dataclass(frozen=True)
class Finding:
    """One difference between a student's work and the exercise."""

    stage: Stage
    text: str
    detail: str = ""
    #: Identifies a misconception that does not show in values, e.g. ``"rule: einsum"``.
    symptom: str | None = None
    #: The mistake that the difference shows, if no known mistake explains it better.
    diagnosis: Diagnosis | None = None
    #: The exception that stopped a call that should have returned, as in :attr:`foundations.grading.call.Call.error`.
    raised: Mapping[str, Any] | None = None


class CheckFailed(Exception):
    """The student's work fails this check.

    Attributes:
        finding: the difference.
        wrong_call: the call with the wrong value, if the right values of other inputs can be computed too.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding
        self.wrong_call: WrongCall | None = None


class Inconclusive(Exception):
    """The check could not be decided, and not because of the student. It costs no points and must be run again."""


def tolerance(expected: torch.Tensor, scale: float | None = None, relative: float | None = None) -> float:
    """Return the largest absolute difference that counts as equal.

    It is relative to ``scale``, by default the largest expected value.
    """
    if not expected.is_floating_point() and not expected.is_complex():
        return 0.0
    if scale is None:
        scale = float(expected.abs().max()) if expected.numel() else 1.0
        if not math.isfinite(scale):
            finite = expected[torch.isfinite(expected)].abs()
            scale = float(finite.max()) if finite.numel() else 1.0
    precision = expected.real.dtype if expected.is_complex() else expected.dtype
    return (relative or RELATIVE.get(precision, 2e-5)) * max(scale, 1e-30)


def difference(
    got: Any,
    expected: Any,
    *,
    subject: str,
    scale: float | None = None,
    relative: float | None = None,
    numbers: bool = False,
    dtype: bool = True,
    inputs: Mapping[str, Any] | None = None,
) -> Finding | None:
    """Return the first difference between ``got`` and ``expected``, or ``None`` if they agree.

    Args:
        got: the value from the student process.
        expected: a tensor or a NumPy array of any shape and dtype. An array of shape () and a number of NumPy, such as
            ``numpy.float64``, count as one.
        subject: the computation, for messages, e.g. ``"matmul_naive(a, b) with a (2, 3) and b (3, 4)"``.
        scale: size of the summed numbers, if it is larger than the largest expected value.
        relative: tolerance relative to ``scale``; default: the tolerance of the dtype.
        numbers: accept a Python number if a tensor or an array of shape () is expected.
        dtype: compare the dtypes; switched off if a separate check does so.
        inputs: the dtypes of the arguments by name, which a message about a dtype names.
    """
    if is_array(expected):
        if not (is_array(got) or (numbers and type(got) in (int, float))):
            return _not_an_array(got, expected, subject)
        got, expected = as_tensor(got), as_tensor(expected)
        inputs = {name: as_tensor(np.empty(0, kind)).dtype for name, kind in (inputs or {}).items()}
    if numbers and type(got) in (int, float):
        got = _as_tensor(got, expected.dtype)
    kind = _type(got, subject) or _shape(got, expected, subject)
    if kind or (dtype and (kind := _dtype(got, expected, subject, inputs or {}))):
        return kind
    tolerated = tolerance(expected, scale, relative)
    if _agree(got, expected, tolerated):
        return None
    return _finite(got, expected, subject) or _value(got, expected, subject, tolerated)


def _agree(got: torch.Tensor, expected: torch.Tensor, tolerated: float) -> bool:
    """Decide whether real numbers agree, the usual case, in few operations; ``False`` if there is more to look at."""
    if not (got.is_floating_point() and expected.is_floating_point()) or not got.numel():
        return False
    return bool((got.double() - expected.double()).abs_().max() <= tolerated)  # false if any of them is NaN


def describe(value: Any) -> str:
    """Describe the kind of a student's value for a message, without its contents."""
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {shape_text(value)}, {dtype_text(value)}"
    if is_array(value):
        shape = f" array of shape {shape_text(value)}" if type(value) is np.ndarray else " number"
        return f"a NumPy{shape}, {dtype_text(value)}"
    if isinstance(value, Opaque):
        if value.type_name == "numpy.ndarray" and value.why.startswith("dtype "):
            return f"a NumPy array of {value.why}"
        return f"an object of type {value.type_name}" + (f" ({value.why})" if value.why else "")
    if value is None:
        return "None"
    article = "an" if type(value).__name__[0] in "aeiou" else "a"
    return f"{article} {type(value).__name__}"


def shape_text(value: Any) -> str:
    """Return the shape as a tuple, e.g. ``(2, 3)``."""
    return str(tuple(value.shape))


def dtype_text(value: Any) -> str:
    """Return the name of the dtype, e.g. ``float32``."""
    return str(value.dtype).removeprefix("torch.")


def _as_tensor(number: int | float, dtype: torch.dtype) -> torch.Tensor:
    """Return ``number`` as a tensor of shape (), infinite if it is a Python integer too large for ``dtype``."""
    try:
        return torch.tensor(number, dtype=dtype)
    except (OverflowError, ValueError, RuntimeError):  # the class depends on the dtype
        return torch.tensor(
            math.inf if number > 0 else -math.inf, dtype=dtype if dtype.is_floating_point else torch.float64
        )


def _type(got: Any, subject: str) -> Finding | None:
    if isinstance(got, torch.Tensor):
        return None
    advice = ": is a `return` missing?" if got is None else "; expected a torch tensor"
    return Finding("type", f"{subject} returned {describe(got)}{advice}", diagnosis=_NONE if got is None else None)


def _not_an_array(got: Any, expected: Any, subject: str) -> Finding:
    advice = ": is a `return` missing?" if got is None else "; expected a NumPy array"
    if got is not None and not expected.ndim:
        advice += " of shape () or a NumPy number"
    return Finding("type", f"{subject} returned {describe(got)}{advice}", diagnosis=_NONE if got is None else None)


def _shape(got: torch.Tensor, expected: torch.Tensor, subject: str) -> Finding | None:
    if got.shape == expected.shape:
        return None
    return Finding("shape", f"{subject} has shape {shape_text(got)}; expected {shape_text(expected)}")


def _dtype(
    got: torch.Tensor, expected: torch.Tensor, subject: str, inputs: Mapping[str, torch.dtype]
) -> Finding | None:
    if got.dtype == expected.dtype:
        return None
    alike = [name for name, dtype in inputs.items() if dtype == expected.dtype]
    reason = f", the dtype of {' and '.join(alike)}" if 0 < len(alike) < 3 else ""
    reason = ", the dtype of its inputs" if len(alike) >= 3 else reason
    return Finding("dtype", f"{subject} has dtype {dtype_text(got)}; expected {dtype_text(expected)}{reason}")


def _finite(got: torch.Tensor, expected: torch.Tensor, subject: str) -> Finding | None:
    if not got.is_floating_point() and not got.is_complex():
        return None
    odd = ~torch.isfinite(got) & torch.isfinite(expected)
    if not odd.any():
        return None
    nan, count = int(got[odd].isnan().sum()), int(odd.sum())
    kind = "NaN" if nan == count else "NaN or infinite" if nan else "infinite"
    if not got.ndim:
        return Finding("finite", f"{subject} is {kind}; expected a finite number")
    first = _index(int(odd.reshape(-1).nonzero()[0, 0]), got)
    return Finding("finite", f"{subject}: {count} of {got.numel()} values are {kind}, the first at {first}")


def _value(got: torch.Tensor, expected: torch.Tensor, subject: str, tolerated: float) -> Finding | None:
    kind = torch.complex128 if got.is_complex() or expected.is_complex() else torch.float64
    exact = not got.is_floating_point() and not expected.is_floating_point() and not got.is_complex()
    left, right = (got.long(), expected.long()) if exact else (got.to(kind), expected.to(kind))
    # Integers are subtracted as floats: a difference of 2^63 would be its own negative, and less than any tolerance.
    gap = (left.double() - right.double()).abs() if exact else (left - right).abs().to(torch.float64)
    # The difference of equal infinities is NaN, and so is that of two NaN.
    gap[(left == right) | (left.isnan() & right.isnan())] = 0.0
    gap = gap.nan_to_num(math.inf)
    wrong = left != right if exact else gap > tolerated
    if not wrong.any():
        return None
    worst = int(gap.reshape(-1).argmax())
    index, count = _index(worst, got), int(wrong.sum())
    amount = f"{count} of {got.numel()} values are wrong" if got.numel() > 1 else "the value is wrong"
    amount += _magnitude(float(gap.max()), expected) + _direction(left[wrong], right[wrong])
    values = f"got {got.reshape(-1)[worst].item():.6g}, expected {expected.reshape(-1)[worst].item():.6g}"
    where = f", the worst at {index}" if got.numel() > 1 else ""
    return Finding("value", f"{subject}: {amount}{where}", f"there: {values}; tolerance {tolerated:.2g}")


def _magnitude(gap: float, expected: torch.Tensor) -> str:
    """Return the size of the largest error in words: a share of the largest expected value, without either number."""
    if not expected.is_floating_point():
        return ""
    sizes = expected[torch.isfinite(expected)].double().abs()
    largest = float(sizes.max()) if sizes.numel() else 0.0
    if not largest or not 0 < gap < math.inf:
        return ""
    share = gap / largest
    if share >= 0.1:
        return " by more than 10 % of the largest"
    if share < 1e-4:
        return f" after {int(-math.log10(share))} right digits"
    return f" by less than {10 if share >= 0.01 else 1} % of the largest"


def _direction(got: torch.Tensor, expected: torch.Tensor) -> str:
    """Return whether all wrong values are too large, or all too small, regardless of their sign."""
    if got.is_complex() or expected.is_complex() or got.numel() < 2:
        return ""
    larger = got.abs() > expected.abs()
    words = {got.numel(): "too large", 0: "too small"}.get(int(larger.sum()))
    return f", all of them {words} in size" if words else ""


def _index(flat: int, like: torch.Tensor) -> str:
    index = []
    for size in reversed(like.shape):
        index.append(flat % size)
        flat //= size
    return str(list(reversed(index)))
