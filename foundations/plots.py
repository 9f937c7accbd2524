"""Figures drawn by code, for notebooks: black on white, telling things apart by shade, hatching and words.

Each function returns a :class:`Picture`, which a notebook shows when it is the last thing in a cell.
"""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from foundations.testing import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GREY, PALE = "#000000", "#8c8c8c", "#e4e4e4"
DPI = 110
#: From the slowest to the fastest: told apart in print by shade and hatching.
BARS = (("#3a3a3a", ""), ("#8c8c8c", "//"), ("#c8c8c8", "xx"), ("#e4e4e4", ".."), ("#ffffff", "\\\\"))


class Picture:
    """A PNG image with a text alternative for readers who cannot see it.

    ``png``: the encoded image. ``alt``: what it shows, in one or two sentences.
    """

    def __init__(self, png: bytes, alt: str, width: int) -> None:
        self.png, self.alt, self.width = png, alt, width

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        # JupyterLab draws image/png without any alt attribute, whatever the metadata say, and nbconvert writes one of
        # its own that says nothing. An <img> in text/html keeps ours in both; both prefer HTML to PNG where a cell
        # gives both. The PNG beside it is for readers of the file that throw HTML away. Text is for terminals.
        image = base64.b64encode(self.png).decode("ascii")
        tag = (
            f'<img alt="{html.escape(self.alt, quote=True)}" width="{self.width}" '
            f'style="max-width: 100%; background: white" src="data:image/png;base64,{image}">'
        )
        data = {"text/html": tag, "image/png": image, "text/plain": repr(self)}
        return data, {"image/png": {"alt": self.alt, "width": self.width}}

    def __repr__(self) -> str:
        return f"[figure: {self.alt}]"


def digits(images: torch.Tensor, labels: torch.Tensor, *, columns: int = 10) -> Picture:
    """A grid of MNIST digits, each under its label.

    Args:
        images: (n, 784), 0 is paper and 1 is ink.
        labels: (n,), the digits.
        columns: how many stand in a row.
    """
    rows = math.ceil(len(images) / columns)
    # One picture of all digits on one pair of axes: twenty pairs take five times as long to draw.
    wide, high = 32, 41
    sheet = torch.zeros(rows * high, columns * wide)
    figure = _figure(0.8 * columns, 1.02 * rows)
    axes = figure.add_axes((0, 0, 1, 1))
    for position, (image, label) in enumerate(zip(images, labels, strict=True)):
        top, left = position // columns * high + 11, position % columns * wide + 2
        sheet[top : top + 28, left : left + 28] = image.detach().view(28, 28)
        axes.text(left + 14, top - 3, f"{int(label)}", fontsize=10, ha="center", va="bottom")
        edges = ([left, left + 28, left + 28, left, left], [top, top, top + 28, top + 28, top])
        axes.plot(*[[place - 0.5 for place in edge] for edge in edges], color=INK, linewidth=0.9)
    axes.imshow(sheet.numpy(), cmap="gray_r", vmin=0, vmax=1, aspect="auto")
    axes.axis("off")
    read = ", ".join(str(int(label)) for label in labels)
    return _picture(figure, f"{len(images)} handwritten digits of 28 by 28 pixels, dark on white, labelled {read}.")


def matrix_product(
    a: tuple[int, int] = (3, 4),
    b: tuple[int, int] = (4, 5),
    *,
    cell: tuple[int, int] = (1, 2),
    highlight_k: int | None = None,
) -> Picture:
    """The picture of ``c = a b``: ``a`` left of ``c``, ``b`` above it, so that a row and a column meet in a cell.

    Args:
        a, b: their shapes, (n, k) and (k, m); small ones can be drawn.
        cell: the entry [i, j] of ``c`` to point out, with the row and the column that make it.
        highlight_k: one step of the sum to point out in that row and that column.
    """
    (n, inner), (i, j) = a, cell
    m = b[1]
    if inner != b[0]:
        raise ValueError(f"a has {inner} columns and b has {b[0]} rows: there is no product to draw")
    left, right, top, bottom = -1.0, inner + m + 4.3, -0.7, n + inner + 1.7
    figure = _figure(0.52 * (right - left), 0.52 * (bottom - top))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.axis("off")
    axes.set_aspect("equal")
    a_corner, b_corner, c_corner = (0.0, inner + 0.9), (inner + 0.9, 0.0), (inner + 0.9, inner + 0.9)
    _grid(axes, a_corner, (n, inner), {(i, k) for k in range(inner)}, (i, highlight_k))
    _grid(axes, b_corner, (inner, m), {(k, j) for k in range(inner)}, (highlight_k, j))
    _grid(axes, c_corner, (n, m), set(), (i, j))
    bold: dict[str, Any] = {"fontsize": 11, "weight": "bold", "va": "center"}
    axes.text(a_corner[0], a_corner[1] + n + 0.4, f"a   shape ({n}, {inner})", **bold)
    axes.text(b_corner[0] + m + 0.25, inner / 2, f"b   shape ({inner}, {m})", **bold)
    axes.text(c_corner[0], c_corner[1] + n + 0.4, f"c   shape ({n}, {m})", **bold)
    small: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9}
    axes.text(-0.15, a_corner[1] + i + 0.5, f"i = {i}", **{**small, "ha": "right"})
    axes.text(b_corner[0] + j + 0.5, -0.3, f"j = {j}", **small)
    steps = range(inner) if highlight_k is None else (highlight_k,)
    for k in steps:
        axes.text(k + 0.5, a_corner[1] - 0.3, f"k = {k}", **small)
        axes.text(b_corner[0] - 0.15, k + 0.5, f"k = {k}", **{**small, "ha": "right"})
    axes.text(c_corner[0] + j + 0.5, c_corner[1] + i + 0.5, f"c[{i},{j}]", **{**small, "fontsize": 7, "color": "white"})
    return _picture(
        figure,
        f"Matrix a of shape ({n}, {inner}) stands left of the result c of shape ({n}, {m}), matrix b of shape "
        f"({inner}, {m}) above it. Row {i} of a and column {j} of b are shaded; they meet in the entry c[{i}, {j}], "
        f"which is black." + (f" Step k={highlight_k} is marked in both." if highlight_k is not None else ""),
    )


def _grid(
    axes: Axes,
    corner: tuple[float, float],
    shape: tuple[int, int],
    shaded: set[tuple[int, int]],
    black: tuple[int | None, int | None],
) -> None:
    from matplotlib.collections import PolyCollection

    squares, colors = [], []
    for row in range(shape[0]):
        for column in range(shape[1]):
            left, top = corner[0] + column, corner[1] + row
            squares.append([(left, top), (left + 1, top), (left + 1, top + 1), (left, top + 1)])
            is_black = (row, column) == black
            colors.append(INK if is_black else "#b4b4b4" if (row, column) in shaded else "white")
    axes.add_collection(PolyCollection(squares, facecolors=colors, edgecolors=INK, linewidths=0.9))


def timings(
    seconds: Mapping[str, float],
    *,
    title: str = "CPU time of one call",
    reference: Sequence[tuple[str, float]] = (),
) -> Picture | None:
    """A bar for each of your timings on a logarithmic scale, with its factor against the slowest.

    Args:
        seconds: name to CPU seconds; entries that are not above 0 (``nan``: not written yet) are left out.
        title: what was timed.
        reference: measured elsewhere, (name, seconds): drawn below, dashed, with factors of their own.

    Returns:
        The picture; ``None``, with one printed line, where there is nothing to draw yet.
    """
    own = {name: value for name, value in seconds.items() if math.isfinite(value) and value > 0}
    if waiting := [name for name in seconds if name not in own]:
        print(f"Not timed yet: {', '.join(waiting)}. Run this cell again once there is something to time.")
    if not own and not reference:
        return None
    blocks = [list(own.items()), list(reference)]
    rows = sum(len(block) for block in blocks) + (0.6 if own and reference else 0)
    figure = _figure(7.2, 0.85 + 0.42 * rows)
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
    # Room for the longest name, by its number of letters: tight_layout would draw everything once more to find out.
    width, tall = figure.get_size_inches()
    left = (0.35 + 0.082 * max(len(name) for name in labels.values())) / width
    figure.subplots_adjust(left=left, right=0.98, bottom=0.35 / tall, top=1 - 0.35 / tall)
    told = "; ".join(
        f"{name} {_bar_text(value, max(other for _, other in block), ', ')}"
        for block in blocks
        for name, value in block
    )
    return _picture(figure, f"Bar chart on a logarithmic scale. {title}: {told}.")


def _bar_text(value: float, slowest: float, gap: str = "   ") -> str:
    """The time, and how many times faster that is than the slowest: three digits, for no more were measured."""
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


def _figure(width: float, height: float) -> Figure:
    # Imported here: a notebook that draws nothing, and a test of the text alone, need not wait for matplotlib. A Figure
    # made without pyplot belongs to nobody: it is not shown twice by the inline backend, and is freed with its name.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, facecolor="white")


def _picture(figure: Figure, alt: str) -> Picture:
    buffer = io.BytesIO()
    # No date and no version in the file: the same figure is the same bytes.
    figure.savefig(buffer, format="png", dpi=1.5 * DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 2})
    return Picture(buffer.getvalue(), alt, round(figure.get_size_inches()[0] * DPI))
