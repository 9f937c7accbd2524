"""Timings as bars on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from foundations.plots.picture import INK, PALE, Picture, deferrable, finished, new_figure
from foundations.testing import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: From the slowest to the fastest, distinct in print by shade and hatching.
BARS = (("#3a3a3a", ""), ("#8c8c8c", "//"), ("#c8c8c8", "xx"), ("#e4e4e4", ".."), ("#ffffff", "\\\\"))


@deferrable
def timings(
    seconds: Mapping[str, float],
    *,
    title: str = "CPU time of one call",
    reference: Sequence[tuple[str, float]] = (),
) -> Picture | None:
    """Draw a bar for each of your timings on a logarithmic scale, with its factor against the slowest.

    Args:
        seconds: name → CPU seconds; entries that are not above 0 (``nan``: not written yet) are left out.
        title: the task that was timed.
        reference: timings from elsewhere, (name, seconds): drawn below, dashed, with their own factors.

    Returns:
        The picture; ``None``, with one printed line, if no timing can be drawn yet.
    """
    own = {name: value for name, value in seconds.items() if math.isfinite(value) and value > 0}
    if waiting := [name for name in seconds if name not in own]:
        print(f"Not timed yet: {', '.join(waiting)}. Run this cell again once there is something to time.")
    if not own and not reference:
        return None
    blocks = [list(own.items()), list(reference)]
    rows = sum(len(block) for block in blocks) + (0.6 if own and reference else 0)
    figure = new_figure(7.2, 0.85 + 0.42 * rows)
    axes = figure.add_subplot()
    labels: dict[float, str] = {}
    height = 0.0
    for number, block in enumerate(blocks):
        slowest = max((value for _, value in block), default=0.0)
        for rank, (name, value) in enumerate(block):
            color, hatch = BARS[min(rank, len(BARS) - 1)] if number == 0 else ("white", "")
            axes.barh(
                height, value, 0.7, color=color, edgecolor=INK, hatch=hatch, linestyle="--" if number else "-", zorder=2
            )
            axes.annotate(_bar_text(value, slowest), (value, height), (5, 0), textcoords="offset points", va="center")
            labels[height] = name
            height += 1
        height += 0.6 if block and number == 0 else 0
    _log_axis(axes, [value for block in blocks for _, value in block])
    axes.set_yticks(list(labels), list(labels.values()))
    axes.set_ylim(max(labels) + 0.6, -0.6)
    axes.set_title(title, fontsize=11, loc="left")
    # Room for the longest name, by its number of letters: tight_layout would draw everything a second time to measure
    # it.
    width, tall = figure.get_size_inches()
    left = (0.35 + 0.082 * max(len(name) for name in labels.values())) / width
    figure.subplots_adjust(left=left, right=0.98, bottom=0.35 / tall, top=1 - 0.35 / tall)
    descriptions = "; ".join(
        f"{name} {_bar_text(value, max(other for _, other in block), ', ')}"
        for block in blocks
        for name, value in block
    )
    return finished(figure, f"Bar chart on a logarithmic scale. {title}: {descriptions}.")


def _bar_text(value: float, slowest: float, gap: str = "   ") -> str:
    """Format the time and its factor against the slowest with three digits, because more digits were not measured."""
    factor = float(f"{slowest / value:.3g}")
    if factor < 1.05:
        return readable(value)
    return f"{readable(value)}{gap}×{factor:,.0f}" if factor >= 10 else f"{readable(value)}{gap}×{factor:.1f}"


def _log_axis(axes: Axes, values: list[float]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    # Bars on a logarithmic axis have no zero to start from, and the words at their ends need room.
    lowest = math.floor(math.log10(min(values)) - 0.3)
    span = max(math.log10(max(values)) - lowest, 1.5)
    axes.set_xlim(10.0**lowest, 10.0 ** (lowest + 1.35 * span))
    axes.xaxis.set_major_locator(LogLocator(10))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: readable(value) if value < 60 else f"{value:,.0f} s"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x", color=PALE, zorder=0)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
