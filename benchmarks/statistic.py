"""The statistic that several benchmarks share."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the value at ``percent`` of the way through ``ordered``, smallest first; nan if it is empty."""
    return ordered[round((len(ordered) - 1) * percent / 100)] if ordered else float("nan")
