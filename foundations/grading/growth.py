"""The growth of the number of operations with the sizes of the arguments: a check of cost that needs no clock."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundations.errors import CourseError


@dataclass(frozen=True)
class Growth:
    """The power of each size with which the number of operations grows: 0, 1, or in between (rounded to 0.1)."""

    n: float
    k: float
    m: float


#: The sizes (n, k, m) of one call.
Sizes = tuple[int, int, int]


def growth_sizes(n: int, k: int, m: int) -> list[Sizes]:
    """List the sizes at which :func:`fit_growth` needs counts: a base, and each of n, k, m doubled twice."""
    return [
        (n, k, m),
        *((n * f, k, m) for f in (2, 4)),
        *((n, k * f, m) for f in (2, 4)),
        *((n, k, m * f) for f in (2, 4)),
    ]


def fit_growth(counts: Mapping[Sizes, int]) -> Growth:
    """Fit the growth of ``counts``, the numbers of operations by sizes (n, k, m).

    The base is the smallest of the sizes. If a size is doubled twice, the exponent is fitted to the added operations,
    so that a constant offset does not count. If it is doubled once, the exponent is fitted to the counts themselves.
    An increase of at most a tenth of the base's operations is noise.

    Raises:
        CourseError: one of n, k, m was never doubled.
    """
    base = min(counts, key=lambda sizes: (sum(sizes), sizes))
    return Growth(*(_exponent([_count(counts, base, axis, factor) for factor in (1, 2, 4)], axis) for axis in range(3)))


def _count(counts: Mapping[Sizes, int], base: Sizes, axis: int, factor: int) -> int | None:
    n, k, m = (size * factor if place == axis else size for place, size in enumerate(base))
    return counts.get((n, k, m))


def _exponent(counts: Sequence[int | None], axis: int) -> float:
    once, twice, four = counts
    if once is None or twice is None:
        raise CourseError(f"growth: {'nkm'[axis]} was never doubled; count at sizes that double it", slug="growth")
    first = twice - once
    if first <= once / 10:
        return 0.0
    if four is None:
        return round(math.log2(twice / once), 1) if once > 0 else 1.0
    return max(0.0, round(math.log2(max(four - twice, 1) / first), 1))


def describe(growth: Growth) -> str:
    """Write ``growth`` as a product: ``"n·k·m"``, ``"n·m"``, ``"n"``, ``"1"``; other exponents as ``"n^0.6"``."""
    parts = []
    for name, exponent in (("n", growth.n), ("k", growth.k), ("m", growth.m)):
        if abs(exponent - 1) < 0.25:
            parts.append(name)
        elif exponent >= 0.25:
            parts.append(f"{name}^{exponent:g}")
    return "·".join(parts) or "1"
