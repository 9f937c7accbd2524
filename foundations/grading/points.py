"""The points of an exercise's checks, in tenths of a point, which add up to the points of the exercise."""

from __future__ import annotations

from collections.abc import Sequence

#: Differences of sums of tenths that come from rounding.
_ROUNDING = 1e-6


def is_tenths(points: float) -> bool:
    """Check whether ``points`` is a whole number of tenths."""
    return abs(points * 10 - round(points * 10)) < _ROUNDING


def share(points: float, weights: Sequence[float]) -> list[float]:
    """Share ``points`` among checks in proportion to ``weights``, in tenths of at least one each.

    The shares add up to ``points``. If there are fewer tenths than checks, or ``points`` is not a whole number of
    tenths, the shares are exact fractions instead.
    """
    total, count = sum(weights), round(points * 10)
    if count < len(weights) or not is_tenths(points):
        return [points * weight / total for weight in weights]
    exact = [count * weight / total for weight in weights]
    tenths = [max(1, int(part + _ROUNDING)) for part in exact]
    while (missing := count - sum(tenths)) != 0:
        # Give a tenth to the share that is furthest below its exact value, or take one from the furthest above.
        step = 1 if missing > 0 else -1
        able = [index for index, part in enumerate(tenths) if part + step >= 1]
        tenths[max(able, key=lambda index: step * (exact[index] - tenths[index]))] += step
    return [part / 10 for part in tenths]


def points_of_checks(declared: Sequence[float | None], points: float) -> list[float]:
    """Return the points of each check of an exercise that is worth ``points``.

    If no check declares points, the checks share them equally.

    Raises:
        ValueError: with one sentence, if only some checks declare points, or if the declared points are not tenths
            that add up to ``points``.
    """
    given = [value for value in declared if value is not None]
    if not given:
        return share(points, [1.0] * len(declared))
    if len(given) < len(declared):
        raise ValueError(
            f"{len(given)} of {len(declared)} checks declare points: give points to all of them or to none"
        )
    if not all(is_tenths(value) for value in given):
        worst = next(value for value in given if not is_tenths(value))
        raise ValueError(f"a check is worth {worst:g} points: use tenths of a point")
    if abs(sum(given) - points) > _ROUNDING:
        raise ValueError(
            f"its checks are worth {round(sum(given), 4):g} points together, and the notebook gives the exercise "
            f"{points:g}: change one of the two"
        )
    return given
