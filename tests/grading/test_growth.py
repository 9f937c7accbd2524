"""The growth of the number of operations: the deterministic twin of the speed check."""

from __future__ import annotations

import pytest
import torch
from matmuls import matmul_flat, matmul_float, matmul_generator, matmul_zeros, matmul_zip, pair

from foundations.errors import CourseError
from foundations.grading.growth import Growth, describe, fit_growth, growth_sizes
from foundations.grading.trace import operations
from foundations.worker.tracing import trace_call


def elementwise(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).sum()
    return c


def python_sum(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = sum(a[i] * b[:, j])
    return c


def with_offset(a, b):
    for _ in range(40):
        torch.ones(2) + 1
    return elementwise(a, b)


def floats_of_rows(a, b):
    columns = [[float(x) for x in column] for column in b.T]
    return [[sum(float(x) * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


GROWTHS = [
    (matmul_zeros, "n·k·m"), (matmul_float, "n·k·m"), (matmul_generator, "n·k·m"), (matmul_zip, "n·k·m"),
    (matmul_flat, "n·k·m"),
    (elementwise, "n·m"), (python_sum, "n·k·m"), (with_offset, "n·m"), (floats_of_rows, "n·k·m"),
    (lambda a, b: torch.stack([torch.stack([(r * c).sum() for c in b.T]) for r in a]), "n·m"),
    (lambda a, b: torch.stack([(row[:, None] * b).sum(0) for row in a]), "n"),
    (lambda a, b: torch.stack([(a * column).sum(1) for column in b.T], 1), "m"),
    (lambda a, b: sum(a[:, k, None] * b[k] for k in range(len(b))), "k"),
    (lambda a, b: (a[:, :, None] * b).sum(1), "1"),
    (lambda a, b: torch.einsum("ik,kj->ij", a, b), "1"),
    (lambda a, b: a @ b, "1"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "expected"), GROWTHS)
def test_growth_of_the_number_of_operations(function, expected: str) -> None:
    """The number of operations grows with the sizes that the remaining Python loops run over."""
    counts = {sizes: operations(trace_call(function, pair(*sizes))[1]) for sizes in growth_sizes(2, 3, 2)}
    assert describe(fit_growth(counts)) == expected


def test_growth_from_one_doubling_includes_the_offset() -> None:
    """With one doubling the offset cannot be separated from the rest, so the exponent is between 0 and 1."""
    counts = {(n, k, m): 30 + n * k * m for n, k, m in [(2, 3, 4), (4, 3, 4), (2, 6, 4), (2, 3, 8)]}
    growth = fit_growth(counts)
    assert growth == Growth(0.5, 0.5, 0.5)
    assert describe(growth) == "n^0.5·k^0.5·m^0.5"


def test_growth_from_two_doublings_takes_the_offset_off() -> None:
    """With two doublings the offset does not count, and squares show as squares."""
    counts = {(n, k, m): 30 + n * n * k for n, k, m in growth_sizes(4, 3, 4)}
    assert fit_growth(counts) == Growth(2.0, 1.0, 0.0)


def test_growth_without_a_doubling_is_the_authors_mistake() -> None:
    """Growth with a size that never changes cannot be fitted."""
    with pytest.raises(CourseError, match="k was never doubled"):
        fit_growth({(2, 3, 4): 1, (4, 3, 4): 2})
