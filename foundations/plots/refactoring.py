"""Figures of refactoring: the memory of a layer, the order of calls, the cost of a gradient, PyTorch's names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from foundations.plots.picture import GREY, INK, PALE, Picture, deferrable, finished, new_figure
from foundations.plots.timings import BARS
from foundations.testing import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches of a cell of a matrix.
CELL = 0.19
#: The lines of the notebook's classes and the corresponding lines of PyTorch's.
BESIDE: tuple[tuple[str, str], ...] = (
    ("class Network(Module)", "class TorchNetwork(nn.Module)"),
    ("Module.__call__ saves, then forward", "nn.Module.__call__, then forward"),
    ("forward(x, targ)", "forward(x, targ)"),
    ("bwd(out, x, targ), by hand", "autograd, recorded on the way"),
    ("network.backward()", "loss.backward()"),
    ("Linear(w, b), w as (in, out)", "nn.Linear(in, out), weight as (out, in)"),
    ("[Linear, ReLU, Linear]", "nn.Sequential(...), registered"),
    ("w1, b1, w2, b2", "network.parameters()"),
    ("w.g, replaced", "weight.grad, added to"),
)


@deferrable
def layer_life() -> Picture:
    """Draw a layer as a box: forward passes above, the gradient below, and between the two the values it keeps."""
    figure, axes = _sheet(7.0, 2.5)
    _box(axes, 2.3, 0.35, 2.4, 1.8)
    axes.text(3.5, 1.98, "layer", fontsize=11, weight="bold", ha="center", va="center")
    _box(axes, 2.75, 0.93, 1.5, 0.62, fill=PALE)
    axes.text(3.5, 1.24, "remembers\ninp and out", fontsize=9.5, ha="center", va="center")
    for start, end, height, above, inside, stroke in (
        (0.9, 2.3, 1.72, "inp", "", "-"),
        (4.7, 6.1, 1.72, "out", "__call__(inp)", "-"),
        (6.1, 4.7, 0.66, "out.g", "backward()", "--"),
        (2.3, 0.9, 0.66, "inp.g", "", "--"),
    ):
        _arrow(axes, (start, height), (end, height), stroke)
        axes.text((start + end) / 2, height + 0.1, above, fontsize=10, ha="center", va="bottom", family="monospace")
        axes.text(3.5, height, inside, fontsize=10, ha="center", va="center", family="monospace")
    axes.text(0.1, 1.72, "forward", fontsize=9.5, style="italic", va="center")
    axes.text(6.25, 0.66, "backward", fontsize=9.5, style="italic", va="center")
    return finished(
        figure,
        "A layer drawn as a box. Forward: inp goes in on the left, __call__(inp) runs, out leaves on the right. In the "
        "middle the layer remembers inp and out. Backward: out.g comes in on the right, backward() runs, and inp.g "
        "leaves on the left.",
    )


@deferrable
def layer_walk(layers: Sequence[str] = ("Lin", "Relu", "Lin", "Mse")) -> Picture:
    """Draw a row of layers, numbered in the order of the forward calls and in the order of the backward calls."""
    step = 1.55
    figure, axes = _sheet(step * len(layers) + 1.7, 2.3)
    for index, name in enumerate(layers):
        left = 0.95 + index * step
        _box(axes, left, 0.75, 0.95, 0.8, fill=PALE if index == len(layers) - 1 else "white")
        axes.text(left + 0.475, 1.15, name, fontsize=11, weight="bold", ha="center", va="center")
        _number(axes, left + 0.475, 1.82, index + 1, "white")
        _number(axes, left + 0.475, 0.48, 2 * len(layers) - index, INK)
        if index:
            _arrow(axes, (left - step + 0.95, 1.35), (left, 1.35), "-")
            _arrow(axes, (left, 0.95), (left - step + 0.95, 0.95), "--")
    end = 0.95 + (len(layers) - 1) * step + 0.95
    _arrow(axes, (0.4, 1.35), (0.95, 1.35), "-")
    _arrow(axes, (0.95, 0.95), (0.4, 0.95), "--")
    _arrow(axes, (end, 1.35), (end + 0.5, 1.35), "-")
    small: dict[str, Any] = {"fontsize": 10, "va": "center", "family": "monospace"}
    axes.text(0.35, 1.35, "x", ha="right", **small)
    axes.text(0.35, 0.95, "x.g", ha="right", **small)
    axes.text(end + 0.55, 1.35, "loss", **small)
    axes.text(0.1, 2.13, "forward: white numbers  →", fontsize=9.5, style="italic", va="center")
    axes.text(end + 0.6, 0.15, "←  backward: black numbers", fontsize=9.5, style="italic", va="center", ha="right")
    back = ", ".join(f"{len(layers) + 1 + index} {name}" for index, name in enumerate(reversed(layers)))
    there = ", ".join(f"{index} {name}" for index, name in enumerate(layers, 1))
    return finished(
        figure,
        f"{len(layers)} layers in a row between x and the loss. Forward they are called in the order {there}; backward "
        f"in the order {back}, until x.g is there.",
    )


@deferrable
def outer_products(rows: int = 5, n_in: int = 6, n_out: int = 4) -> Picture:
    """Draw a column and a row for each image of a batch, the stack of their outer products, and the sum of all."""
    figure, axes = _sheet(7.6, 2.75)
    tall, wide = n_in * CELL, n_out * CELL
    shift = 0.16
    for index in reversed(range(rows)):
        across, up = 0.55 + shift * index, 0.6 + 0.75 * shift * index
        _cells(axes, (across, up), (n_in, 1), PALE)
        _cells(axes, (across + 1.75, up + tall - CELL), (1, n_out), "#b4b4b4")
        _cells(axes, (across + 3.6, up), (n_in, n_out), "white")
    _cells(axes, (6.5, 0.6), (n_in, n_out), GREY)
    for text, across in (("×", 1.9), ("=", 3.75), ("Σ →", 6.02)):
        axes.text(across, 0.6 + tall / 2, text, fontsize=13, ha="center", va="center")
    deep = 0.75 * shift * (rows - 1)
    small: dict[str, Any] = {"fontsize": 8.5, "ha": "center", "va": "top"}
    axes.text(0.95, 0.51, "inp\n(N, n_in, 1)", **small)
    axes.text(2.7, 0.51, "out.g\n(N, 1, n_out)", **small)
    axes.text(4.4, 0.51, "all outer products\n(N, n_in, n_out)", **small)
    axes.text(6.5 + wide / 2, 0.51, "w.g\n(n_in, n_out)", **small)
    axes.text(
        0.55, 0.6 + tall + deep + 0.16, f"one sheet for each of the N = {rows} images", fontsize=9, style="italic"
    )
    return finished(
        figure,
        f"For each of {rows} images a column of {n_in} inputs times a row of {n_out} gradients gives a sheet of {n_in} "
        f"by {n_out} products. The {rows} sheets lie behind each other, a stack of shape (N, n_in, n_out); their sum "
        f"is one sheet, w.g of shape (n_in, n_out).",
    )


@deferrable
def time_and_memory(
    seconds: Mapping[str, float], sizes: Mapping[str, float], *, title: str = "Time and memory of one call"
) -> Picture | None:
    """Draw two bars for each way to do the same: its time and its largest tensor, on logarithmic scales.

    Args:
        seconds: name → CPU seconds, as :func:`foundations.testing.stopwatch` returns them.
        sizes: name → bytes, as :func:`foundations.testing.largest_tensor` returns them.
        title: the task that was measured.

    Returns:
        The picture of the ways for which both were measured; ``None``, with one printed line, if there are none.
    """
    names = [name for name in seconds if all(_known(given.get(name, math.nan)) for given in (seconds, sizes))]
    if waiting := [name for name in seconds if name not in names]:
        print(f"Not measured yet: {', '.join(waiting)}. Run this cell again once there is something to measure.")
    if not names:
        return None
    figure = new_figure(7.6, 1.05 + 0.42 * len(names))
    width, height = figure.get_size_inches()
    left = (0.3 + 0.085 * max(map(len, names))) / width
    panel = (0.985 - left - 0.03) / 2
    for number, (given, says, head) in enumerate(
        ((seconds, readable, "time, logarithmic"), (sizes, _size, "largest tensor, logarithmic"))
    ):
        box = (left + number * (panel + 0.03), 0.12 / height, panel, 1 - 0.85 / height)
        axes = figure.add_axes(box)
        _bars(axes, [given[name] for name in names], says)
        axes.set_title(head, fontsize=10, loc="left")
        axes.set_yticks(range(len(names)), names if number == 0 else [""] * len(names))
    figure.text(0.12 / width, 1 - 0.2 / height, title, fontsize=11, va="center")
    descriptions = "; ".join(f"{name} {readable(seconds[name])} and {_size(sizes[name])}" for name in names)
    return finished(figure, f"Two bar charts on logarithmic scales, time and largest tensor. {title}: {descriptions}.")


@deferrable
def own_beside_torch(rows: Sequence[tuple[str, str]] = BESIDE) -> Picture:
    """Draw the course's own network and PyTorch's, corresponding lines next to each other."""
    line = 0.3
    figure, axes = _sheet(8.0, 0.75 + line * len(rows))
    top = 0.75 + line * len(rows) - 0.3
    axes.text(0.2, top, "own", fontsize=11, weight="bold", va="center")
    axes.text(4.35, top, "torch.nn", fontsize=11, weight="bold", va="center")
    axes.plot([0.1, 7.9], [top - 0.2, top - 0.2], color=INK, linewidth=1.2)
    for number, (own, theirs) in enumerate(rows):
        height = top - 0.4 - line * number
        if number % 2:
            axes.fill_between([0.1, 7.9], height - line / 2, height + line / 2, color=PALE, linewidth=0, zorder=0)
        axes.text(0.2, height, own, fontsize=9.5, va="center", family="monospace")
        axes.text(4.35, height, theirs, fontsize=9.5, va="center", family="monospace")
        axes.text(4.0, height, "↔", fontsize=10, va="center", ha="center")
    descriptions = "; ".join(f"{own} corresponds to {theirs}" for own, theirs in rows)
    return finished(figure, f"A table of two columns, the own network and torch.nn: {descriptions}.")


def _bars(axes: Axes, values: Sequence[float], says: Any) -> None:
    for index, value in enumerate(values):
        color, hatch = BARS[min(index, len(BARS) - 1)]
        axes.barh(index, value, 0.66, color=color, edgecolor=INK, hatch=hatch, zorder=2)
        factor = max(values) / value
        words = says(value) if factor < 1.05 else f"{says(value)}   ÷{factor:.2g}" if factor < 10 else ""
        axes.annotate(
            words or f"{says(value)}   ÷{factor:,.0f}", (value, index), (4, 0), textcoords="offset points", va="center"
        )
    axes.set_xscale("log")
    lowest = math.floor(math.log10(min(values)) - 0.4)
    span = max(math.log10(max(values)) - lowest, 1.0)
    axes.set_xlim(10.0**lowest, 10.0 ** (lowest + 1.75 * span))
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.tick_params(axis="x", which="both", bottom=False, labelbottom=False)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def _known(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _size(count: float) -> str:
    """Format ``count`` bytes with three digits: ``157 MB``."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= 0.9995 * size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} bytes"


def _sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """Make a figure and axes that count in inches from the lower left corner."""
    figure = new_figure(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    return figure, axes


def _box(axes: Axes, left: float, bottom: float, width: float, height: float, *, fill: str = "white") -> None:
    right, top = left + width, bottom + height
    axes.fill([left, right, right, left], [bottom, bottom, top, top], facecolor=fill, edgecolor=INK, linewidth=1.4)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], stroke: str) -> None:
    style = {"arrowstyle": "-|>", "linestyle": stroke, "color": INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)


def _number(axes: Axes, across: float, up: float, number: int, fill: str) -> None:
    axes.plot([across], [up], marker="o", markersize=17, color=fill, markeredgecolor=INK)
    color = "white" if fill == INK else INK
    axes.text(across, up - 0.01, str(number), fontsize=9.5, ha="center", va="center", color=color)


def _cells(axes: Axes, corner: tuple[float, float], shape: tuple[int, int], fill: str) -> None:
    """Draw a grid of ``shape`` (rows, columns) above its lower left ``corner``."""
    from matplotlib.collections import PolyCollection

    squares = [
        [(x, y), (x + CELL, y), (x + CELL, y + CELL), (x, y + CELL)]
        for x in (corner[0] + CELL * column for column in range(shape[1]))
        for y in (corner[1] + CELL * row for row in range(shape[0]))
    ]
    axes.add_collection(PolyCollection(squares, facecolors=fill, edgecolors=INK, linewidths=0.7))
