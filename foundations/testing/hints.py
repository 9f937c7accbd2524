"""Likely causes of a wrong value: one sentence for the last line of a failed check.

Each guess is made by computing the wrong answer on the same inputs and comparing. The guesses cover visible examples
only: the graders know more mistakes and share no code with this module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

#: A wrong way to multiply matrices of sizes (n, k) and (k, m), float64, and its hint.
PRODUCTS: tuple[tuple[Callable[[Tensor, Tensor], Tensor], str], ...] = (
    (
        lambda a, b: a[:, -1:] * b[-1:],
        "each entry is its last product alone: `=` replaces what was there, `+=` adds to it",
    ),
    (lambda a, b: a[:, :1] * b[:1], "each entry is its first product alone: the sum over k stops too early"),
    (lambda a, b: a[:, :-1] @ b[:-1], "the last product of each sum is missing: where does the range over k end?"),
    (lambda a, b: a[:, 1:] @ b[1:], "the first product of each sum is missing: where does the range over k begin?"),
    (lambda a, b: a * b, "that is `a * b`, entry by entry, and nothing was summed"),
    (lambda a, b: a @ b.t(), "rows of `a` meet rows of `b`: it is row by COLUMN"),
    (lambda a, b: a.t() @ b, "columns of `a` meet columns of `b`: it is ROW by column"),
    (lambda a, b: b @ a, "that is b times a: the order of the two matters"),
    (lambda a, b: a.sum(1, keepdim=True) * b.sum(0), "the sums are multiplied: multiply pair by pair first, then sum"),
    (lambda a, b: a.sum(1, keepdim=True) + b.sum(0), "row and column are added where they should be multiplied"),
    (lambda a, b: (a @ b) / a.shape[1], "it is the mean of the products, not their sum"),
)

#: A wrong way to take the Frobenius norm of a matrix.
NORMS: tuple[tuple[Callable[[Tensor], Tensor], str], ...] = (
    (lambda m: (m * m).sum(), "that is the sum of the squares: the square root is still to come"),
    (lambda m: (m * m).mean().sqrt(), "that is the root of the MEAN square: Σ is a sum"),
    (lambda m: m.abs().sum(), "that is the sum of the sizes: square every entry before you sum"),
    (lambda m: m.sum().abs(), "entries are summed and not squared: plus and minus cancel"),
    (lambda m: m.sum(), "entries are summed and not squared: plus and minus cancel"),
    (lambda m: m.abs().sum().sqrt(), "the entries are not squared before they are summed"),
    (lambda m: (m * m).sum(0).sqrt().sum(), "the root is taken column by column: it is one root, over the whole sum"),
    (lambda m: (m * m).sum(1).sqrt().sum(), "the root is taken row by row: it is one root, over the whole sum"),
    (lambda m: m.diagonal().square().sum().sqrt(), "only the diagonal is summed: i and j run on their own"),
    (lambda m: m.abs().max(), "that is the largest entry alone"),
    (lambda m: (m @ m).sum().abs().sqrt(), "`m @ m` is a matrix product: the formula squares entry by entry, `m * m`"),
)


def value_hint(got: Tensor, expected: Tensor, arguments: Sequence[Any], allowed: float) -> str:
    """Return one sentence on why ``got`` (right shape and dtype, wrong values) is not ``expected``; may be empty."""
    got, expected = got.double(), expected.double()

    def equals(other: Tensor) -> bool:
        return other.shape == got.shape and bool(((got - other).abs() <= 2 * allowed).all())

    for guess in (_nothing_written, _transposed, _one_entry_only):
        if sentence := guess(got, expected, equals):
            return sentence
    for wrong, sentence in _suspects(expected, arguments):
        if equals(wrong):
            return sentence
    for guess in (_too_coarse, _constant_factor, _unfilled, _partly_right):
        if sentence := guess(got, expected, equals):
            return sentence
    return ""


def _suspects(expected: Tensor, arguments: Sequence[Any]) -> list[tuple[Tensor, str]]:
    """Yield wrong answers on these very inputs, provided that ``expected`` is a product or a norm of them."""
    tensors = [value.double() for value in arguments if isinstance(value, Tensor)]
    shapes = [value.ndim for value in tensors]
    mistakes: tuple[tuple[Callable[..., Tensor], str], ...] = ()
    if shapes == [2, 2] and tensors[0].shape[1] == tensors[1].shape[0]:
        mistakes = PRODUCTS if torch.allclose(tensors[0] @ tensors[1], expected) else ()
    elif shapes == [2] and expected.ndim == 0:
        mistakes = NORMS if torch.allclose((tensors[0] ** 2).sum().sqrt(), expected) else ()
    results = []
    for mistake, sentence in mistakes:
        try:
            value = mistake(*tensors)
        except RuntimeError:  # the sizes do not fit this mistake, so it was not made
            continue
        if value.shape == expected.shape and not torch.allclose(value, expected):
            results.append((value, sentence))
    return results


Equals = Callable[[Tensor], bool]


def _nothing_written(got: Tensor, expected: Tensor, equals: Equals) -> str:
    return "all of it is 0: is the result ever written to?" if not got.any() else ""


def _transposed(got: Tensor, expected: Tensor, equals: Equals) -> str:
    return "it is the expected matrix transposed: [j, i] for [i, j]" if got.ndim == 2 and equals(expected.t()) else ""


def _one_entry_only(got: Tensor, expected: Tensor, equals: Equals) -> str:
    first = got.flatten()[:1]
    if got.numel() > 1 and first.any() and not got.flatten()[1:].any():
        return "only the first entry was written: is `return` indented into a loop?"
    return ""


def _constant_factor(got: Tensor, expected: Tensor, equals: Equals) -> str:
    usable = expected != 0
    if int(usable.sum()) < 2:
        return ""
    ratio = float((got[usable] / expected[usable]).median())
    return f"every entry is {ratio:.4g} times what it should be" if equals(ratio * expected) else ""


def _unfilled(got: Tensor, expected: Tensor, equals: Equals) -> str:
    if got.ndim != 2:
        return ""
    rows = [i for i in range(got.shape[0]) if expected[i].any() and not got[i].any()]
    columns = [j for j in range(got.shape[1]) if expected[:, j].any() and not got[:, j].any()]
    if rows:
        return f"row {rows[0]} was never written: how far does the range over the rows go?"
    return f"column {columns[0]} was never written: how far does the range over the columns go?" if columns else ""


def _too_coarse(got: Tensor, expected: Tensor, equals: Equals) -> str:
    close = (got - expected).abs().max() <= 1e-4 * expected.abs().max()
    return "right but for rounding: something on the way was computed in a coarser dtype" if close else ""


def _partly_right(got: Tensor, expected: Tensor, equals: Equals) -> str:
    right = int(torch.isclose(got, expected).sum())
    return f"{right} of {got.numel()} entries are right: what is different about the others?" if right else ""


def type_hint(got: Any) -> str:
    """Explain why a value that is not a tensor may have been returned."""
    if got is None:
        return "is a `return` missing at the end of the function, or does it stand there without a value?"
    if isinstance(got, int | float):
        return "a Python number (from `.item()`, `float()` or `math`) has left torch: keep the tensor"
    if isinstance(got, list | tuple):
        return "fill a tensor made by `torch.zeros` instead"
    return ""


def shape_hint(got: Tensor, expected: Tensor, arguments: Sequence[Any]) -> str:
    """Explain the difference between the axes."""
    matrices = [value.shape for value in arguments if isinstance(value, Tensor) and value.ndim == 2]
    hints = {
        "rows and columns have changed places": got.ndim == 2 and got.shape == expected.shape[::-1],
        "it is a list of one number: a sum over everything has no axis left, and its shape is ()": (
            expected.ndim == 0 and got.numel() == 1
        ),
        "the sum has left an axis standing: one single number is asked for": expected.ndim == 0,
        "an axis was added and never summed away": got.ndim > expected.ndim,
        "an axis is missing: was one too many summed away, or one never added?": got.ndim < expected.ndim,
        "that is the shape of an input: the result has the rows of the first and the columns of the second": (
            len(matrices) == 2 and got.shape in matrices and expected.shape == (matrices[0][0], matrices[1][1])
        ),
    }
    return next((hint for hint, fits in hints.items() if fits), "")


def dtype_hint(got: Tensor, expected: Tensor) -> str:
    """Explain where another dtype may have come from."""
    if expected.dtype is torch.bool:
        return "a comparison gives booleans by itself: what made numbers of them?"
    if got.dtype == torch.get_default_dtype():
        made = str(got.dtype).removeprefix("torch.")
        return f"`torch.zeros` makes {made} unless told otherwise: give it the dtype of the input"
    if expected.is_floating_point() and not got.is_floating_point():
        return "a whole-number dtype cuts off what comes after the point"
    return "the result takes the dtype of the inputs"
