"""The two tiers of tests: a test is quick unless it has the mark "slow"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

#: Numbers of quick tests (False) and slow tests (True) in each file that pytest has read.
TIERS = pytest.StashKey[dict[Path, Counter[bool]]]()


def is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


def tiers(items: Iterable[pytest.Item]) -> dict[Path, Counter[bool]]:
    """Count the quick and the slow tests of each file."""
    counts: dict[Path, Counter[bool]] = {}
    for item in items:
        counts.setdefault(item.path, Counter())[is_slow(item)] += 1
    return counts


def a_third_quick(cases: Iterable[Any]) -> list[Any]:
    """Return parameters for pytest: the first of each three cases is quick, and the others are slow."""
    return [
        case if number % 3 == 0 else pytest.param(case, marks=pytest.mark.slow) for number, case in enumerate(cases)
    ]
