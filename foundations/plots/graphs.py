"""Figures of the flow through a network: computational graph, gradients as images, error of a difference quotient."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from foundations.plots.picture import GREY, INK, PALE, Picture, deferrable, finished, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: In inches: the box of an operation and the arrow of a tensor, at least; a line of numbers.
BOX, ARROW, LINE = 0.62, 0.62, 0.15
#: Width of a letter of the numbers, which use a monospaced font.
LETTER = 0.068
#: Height of the words that name the two directions.
WORDS = 0.3
#: Lines of a chart, distinguished by stroke and marker.
STROKES: tuple[dict[str, Any], ...] = (
    {"color": INK, "marker": "o", "linestyle": "-"},
    {"color": GREY, "marker": "s", "linestyle": "--"},
    {"color": INK, "marker": "^", "linestyle": ":"},
)

Name = str
#: An operation: the text of its box, then the tensors it takes in addition to the one that comes along the chain.
Operation = tuple[str, ...]


@deferrable
def computation_graph(
    chain: Sequence[Name | Operation],
    *,
    shapes: Mapping[Name, str] | None = None,
    values: Mapping[Name, torch.Tensor] | None = None,
    gradients: Mapping[Name, torch.Tensor] | None = None,
) -> Picture:
    """Draw a chain of operations from left to right: forward values above each arrow, gradients below it.

    Args:
        chain: tensors and operations in turn: ``["x", ("lin", "w", "b"), "out", ("mse", "targ"), "loss"]``.
        shapes: the text next to a tensor's name: ``{"x": "(N, 784)"}``.
        values: small tensors, drawn in white boxes.
        gradients: small tensors as well, drawn in grey boxes.
    """
    graph = _Graph(chain, shapes or {}, values or {}, gradients or {})
    figure = new_figure(graph.right - graph.left, graph.top - graph.bottom)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(graph.left, graph.right)
    axes.set_ylim(graph.bottom, graph.top)
    axes.axis("off")
    graph.draw(axes)
    return finished(figure, graph.describe())


class _Graph:
    """The positions of all parts, in inches; the arrows are at height 0."""

    def __init__(
        self,
        chain: Sequence[Name | Operation],
        shapes: Mapping[Name, str],
        values: Mapping[Name, torch.Tensor],
        gradients: Mapping[Name, torch.Tensor],
    ) -> None:
        self.tensors = [part for part in chain if isinstance(part, str)]
        self.operations = [part for part in chain if not isinstance(part, str)]
        if [isinstance(part, str) for part in chain] != [index % 2 == 0 for index in range(len(chain))] or (
            len(self.tensors) != len(self.operations) + 1
        ):
            raise ValueError("a chain has tensors and operations in turn, and a tensor at both ends")
        self.shapes, self.values, self.gradients = shapes, values, gradients
        self.arrows: list[tuple[float, float]] = []
        at = 0.0
        for name, box in zip(self.tensors, [*map(_box, self.operations), 0.0], strict=True):
            width = max(ARROW, self.width(name)) + 0.16
            self.arrows.append((at, at + width))
            at += width + box
        self.sides = {
            name: (self.side_middle(number, index), number)
            for number, operation in enumerate(self.operations)
            for index, name in enumerate(operation[1:])
        }
        edges = [middle + sign * self.width(name) / 2 for name, (middle, _) in self.sides.items() for sign in (-1, 1)]
        self.left, self.right = min(0.0, *edges, 0.0) - 0.2, max(at, *edges, at) + 0.2
        tall = max(self.height(self.values, name) for name in self.tensors)
        deep = max(self.height(self.gradients, name) for name in self.tensors)
        self.top = max(0.45, 0.44 + tall) + (WORDS if self.values else 0.0)
        #: Height of the names of tensors that come in from below.
        self.floor = -max(deep, 0.3) - 0.62
        below = [self.height(self.values, name) + self.height(self.gradients, name) for name in self.sides]
        self.bottom = self.floor - max(below) - 0.1 if self.sides else -max(deep, 0.25) - 0.1
        if self.gradients and not self.sides:
            self.bottom -= WORDS

    def side_middle(self, number: int, index: int) -> float:
        """Return the middle of the column for one of the tensors that an operation takes from below."""
        names = self.operations[number][1:]
        widths = [self.width(name) + 0.12 for name in names]
        middle = self.arrows[number][1] + _box(self.operations[number]) / 2
        return middle - sum(widths) / 2 + sum(widths[:index]) + widths[index] / 2

    def width(self, name: Name) -> float:
        label = max(0.09 * len(name), 0.072 * len(self.shapes.get(name, "")))
        blocks = [_rows(given[name]) for given in (self.values, self.gradients) if name in given]
        return max([label, *(LETTER * len(rows[0]) + 0.12 for rows in blocks)])

    def height(self, given: Mapping[Name, torch.Tensor], name: Name) -> float:
        return LINE * len(_rows(given[name])) + 0.18 if name in given else 0.0

    def draw(self, axes: Axes) -> None:
        for name, (start, end) in zip(self.tensors, self.arrows, strict=True):
            _arrow(axes, (start, 0.0), (end, 0.0))
            middle = (start + end) / 2
            self.label(axes, name, middle, 0.08)
            if name in self.values:
                bottom = 0.4 if name in self.shapes else 0.27
                _block(axes, self.values[name], middle, bottom + self.height(self.values, name) - 0.12, "white")
            if name in self.gradients:
                _block(axes, self.gradients[name], middle, -0.1, PALE)
        for operation, (_, end) in zip(self.operations, self.arrows, strict=False):
            right = end + _box(operation)
            axes.plot([end, right, right, end, end], [-0.22, -0.22, 0.22, 0.22, -0.22], color=INK, linewidth=1.4)
            axes.text((end + right) / 2, 0.0, operation[0], ha="center", va="center", fontsize=10, weight="bold")
        for name, (middle, number) in self.sides.items():
            self.draw_side(axes, name, middle, self.arrows[number][1] + _box(self.operations[number]) / 2)
        if self.values:
            axes.text(self.left + 0.12, self.top - 0.08, "values: forward  →", fontsize=8.5, va="top", style="italic")
        if self.gradients:
            axes.text(
                self.right - 0.12,
                self.bottom + 0.1,
                "←  gradients: backward",
                fontsize=8.5,
                ha="right",
                va="bottom",
                style="italic",
                bbox={"facecolor": PALE, "edgecolor": "none", "pad": 2},
            )

    def draw_side(self, axes: Axes, name: Name, middle: float, box: float) -> None:
        """Draw a tensor that comes into an operation from below."""
        lean = max(-0.2, min(0.2, middle - box))
        _arrow(axes, (middle, self.floor + 0.36), (box + lean, -0.22))
        self.label(axes, name, middle, self.floor)
        top = self.floor - 0.04
        for given, fill in ((self.values, "white"), (self.gradients, PALE)):
            if name in given:
                _block(axes, given[name], middle, top, fill)
                top -= self.height(given, name)

    def label(self, axes: Axes, name: Name, middle: float, bottom: float) -> None:
        shape = self.shapes.get(name, "")
        axes.text(middle, bottom + (0.15 if shape else 0.0), name, ha="center", va="bottom", fontsize=9, weight="bold")
        if shape:
            axes.text(middle, bottom, shape, ha="center", va="bottom", fontsize=8)

    def describe(self) -> str:
        steps = [
            f"{operation[0]}" + (f" with {' and '.join(operation[1:])}" if operation[1:] else "") + f" gives {result}"
            for operation, result in zip(self.operations, self.tensors[1:], strict=True)
        ]
        text = f"Computational graph from left to right: starting from {self.tensors[0]}, {', '.join(steps)}."
        names = [*self.tensors, *self.sides]
        parts = (
            (" Shapes: ", {name: self.shapes[name] for name in names if name in self.shapes}),
            (" Values: ", {name: _said(self.values[name]) for name in names if name in self.values}),
            (" Gradients: ", {name: _said(self.gradients[name]) for name in names if name in self.gradients}),
        )
        for head, texts in parts:
            if texts:
                text += head + ", ".join(f"{name} {value}" for name, value in texts.items()) + "."
        return text


def _box(operation: Operation) -> float:
    return max(BOX, 0.1 * len(operation[0]) + 0.16)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 1}
    )


def _block(axes: Axes, tensor: torch.Tensor, middle: float, top: float, fill: str) -> None:
    """Draw the numbers of ``tensor`` in a box that hangs down from ``top``."""
    rows = _rows(tensor)
    half, low = LETTER * len(rows[0]) / 2 + 0.05, top - LINE * len(rows) - 0.06
    axes.fill(
        [middle - half, middle + half, middle + half, middle - half],
        [low, low, top, top],
        facecolor=fill,
        edgecolor=INK,
        linewidth=0.7,
    )
    for number, row in enumerate(rows):
        height = top - 0.03 - LINE * (number + 0.5)
        axes.text(middle, height, row, ha="center", va="center", fontsize=8, family="monospace")


def _rows(tensor: torch.Tensor) -> list[str]:
    """Format a small tensor line by line, its columns aligned; a vector is one line."""
    table = [[_number(value) for value in row] for row in tensor.detach().reshape(-1, *tensor.shape[-1:] or (1,))]
    wide = max(len(cell) for row in table for cell in row)
    return [" ".join(cell.rjust(wide) for cell in row) for row in table]


def _number(value: torch.Tensor | float) -> str:
    number = float(value)
    return f"{number:.0f}" if number == round(number) else f"{number:.3g}"


def _said(tensor: torch.Tensor) -> str:
    rows = [" ".join(row.split()) for row in _rows(tensor)]
    return rows[0] if tensor.ndim < 2 else "[" + "; ".join(rows) + "]"


@deferrable
def weight_tiles(weights: torch.Tensor, *, titles: Sequence[str] = (), columns: int = 6) -> Picture:
    """Draw columns of a matrix, each folded into a tile of 28 × 28.

    Black is the most positive, white the most negative.

    Args:
        weights: (784, n), one row for each pixel: weights or their gradients; n small.
        titles: the text above each tile.
        columns: the number of tiles in a row.
    """
    pixels, count = weights.shape
    side = math.isqrt(pixels)
    if side * side != pixels:
        raise ValueError(f"{pixels} weights make no square tile")
    rows = math.ceil(count / columns)
    across = min(columns, count)
    largest = float(weights.abs().max()) or 1.0
    wide, high = side + 4, side + 9
    sheet = torch.full((rows * high, across * wide), -largest)
    width = 1.12 * across + 1.0
    figure = new_figure(width, 1.12 * high / wide * rows)
    axes = figure.add_axes((0, 0, 1.12 * across / width, 1))
    for number in range(count):
        top, left = number // columns * high + 7, number % columns * wide + 2
        sheet[top : top + side, left : left + side] = weights[:, number].detach().reshape(side, side)
        edges = ([left, left + side, left + side, left, left], [top, top, top + side, top + side, top])
        axes.plot(*[[coordinate - 0.5 for coordinate in edge] for edge in edges], color=INK, linewidth=0.8)
        if number < len(titles):
            axes.text(left + side / 2, top - 2, titles[number], fontsize=8.5, ha="center", va="bottom")
    axes.imshow(sheet.numpy(), cmap="gray_r", vmin=-largest, vmax=largest, aspect="auto")
    axes.axis("off")
    scale = figure.add_axes((1 - 0.8 / width, 0.2, 0.16 / width, 0.6))
    scale.imshow(torch.linspace(largest, -largest, 64)[:, None].numpy(), cmap="gray_r", aspect="auto")
    scale.set_xticks([])
    scale.set_yticks([0, 31.5, 63], [f"+{largest:.2g}", "0", f"−{largest:.2g}"], fontsize=8.5)
    scale.yaxis.tick_right()
    named = f", titled {', '.join(titles[:count])}" if titles else ""
    return finished(
        figure,
        f"{count} tiles of {side} by {side} pixels{named}. Dark is positive, light is negative, middle grey is zero; "
        f"the largest size is {largest:.2g}.",
    )


@deferrable
def step_errors(errors: Mapping[str, Sequence[tuple[float, float]]], *, title: str = "Error of a slope") -> Picture:
    """Draw lines on two logarithmic axes: the error of a difference quotient for steps of many sizes.

    Args:
        errors: name → (step, error) pairs; an error of 0 cannot be drawn and is left out.
        title: the quantity that was measured.
    """
    figure = new_figure(7.2, 3.4)
    axes = figure.add_axes((0.11, 0.15, 0.66, 0.75))
    descriptions = []
    for (name, pairs), stroke in zip(errors.items(), STROKES, strict=False):
        drawn = [(step, error) for step, error in pairs if error > 0 and math.isfinite(error)]
        axes.plot(*zip(*drawn, strict=True), markersize=4, linewidth=1.3, label=name, **stroke)
        # The name is at the end of the line: a legend would have to be matched by eye.
        step, error = max(drawn)
        axes.annotate(name, (step, error), (7, 0), textcoords="offset points", va="center", fontsize=9)
        best = min(drawn, key=lambda pair: pair[1])
        descriptions.append(f"{name} is best at a step of {best[0]:.0e}, with an error of {best[1]:.0e}")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("step eps", fontsize=9)
    axes.set_title(title, fontsize=11, loc="left")
    axes.tick_params(labelsize=8.5)
    axes.grid(color=PALE)
    axes.set_axisbelow(True)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    return finished(figure, f"Line chart on two logarithmic axes. {title}: {'; '.join(descriptions)}.")
