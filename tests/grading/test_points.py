"""The points of checks are tenths that add up to the exercise's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.grading.points import points_of_checks, share


@pytest.mark.parametrize(
    ("points", "weights", "expected"),
    [
        (2, [3, 2, 1, 1], [0.8, 0.6, 0.3, 0.3]),
        (1, [1] * 10, [0.1] * 10),
        (1, [5, 1, 1, 1, 1, 1, 1, 1], [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]),
        (4, [1, 1, 1], [1.4, 1.3, 1.3]),
        (3, [1], [3.0]),
        (0, [1, 1], [0, 0]),
        (0.2, [1, 1, 2], [0.05, 0.05, 0.1]),
        (0.25, [1], [0.25]),
    ],
)
def test_shares(points: float, weights: list[float], expected: list[float]) -> None:
    """They are in proportion as far as tenths allow; with fewer tenths than checks they are fractions."""
    assert share(points, weights) == pytest.approx(expected)


@given(st.integers(1, 200), st.lists(st.floats(0.1, 10), min_size=1, max_size=12))
def test_shares_add_up(tenths: int, weights: list[float]) -> None:
    """No share is empty, and together they are the exercise's points."""
    shares = share(tenths / 10, weights)
    assert sum(shares) == pytest.approx(tenths / 10)
    assert min(shares) > 0
    if tenths >= len(weights):
        assert all(part == pytest.approx(round(part, 1)) for part in shares)


def test_declared_points_are_kept() -> None:
    """They are used as they are if they add up; checks without points share equally."""
    assert points_of_checks([1.5, 0.5], 2) == [1.5, 0.5]
    assert points_of_checks([None, None], 5) == [2.5, 2.5]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ([1.0, None], "1 of 2 checks declare points: give points to all of them or to none"),
        ([1.0, 0.5], "its checks are worth 1.5 points together, and the notebook gives the exercise 2: change one"),
        ([1.95, 0.05], "a check is worth 1.95 points: use tenths of a point"),
    ],
)
def test_points_that_do_not_add_up(declared: list[float | None], message: str) -> None:
    """One sentence names the numbers."""
    with pytest.raises(ValueError, match=message):
        points_of_checks(declared, 2)
