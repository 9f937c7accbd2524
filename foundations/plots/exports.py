"""Figures of a notebook's parts: the cells that become a script, a tolerance, and the names that a run leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from foundations.plots.picture import GREY, INK, PALE, Picture, deferrable, finished, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches of a line of code, and of the space between two boxes.
LINE, GAP = 0.21, 0.12
#: The first line of a cell that is to be kept.
MARK = "#export"
_CODE: dict[str, Any] = {"fontsize": 9, "family": "monospace", "va": "center"}

#: (kind, source): "markdown" or "code", and the text of the cell.
Cell = tuple[str, str]


@deferrable
def notebook_to_script(
    cells: Sequence[Cell], notebook: str = "00_small.ipynb", script: str = "exp/nb_00.py"
) -> Picture:
    """Draw a notebook as a column of cells, and the script made of its marked code cells.

    Kept code is grey, prose is hatched.

    Args:
        cells: in order; a few short ones can be drawn.
        notebook, script: the names of the two files.
    """
    kept = [source.split("\n")[1:] for kind, source in cells if _is_marked(kind, source)]
    header = [f"# made from {notebook}"]
    left = sum(LINE * len(source.split("\n")) + GAP + 0.14 for _, source in cells)
    right = LINE * (1 + sum(len(lines) + 1 for lines in kept)) + 0.2
    high = max(left, right) + 0.55
    figure, axes = _sheet(8.2, high)
    axes.text(0.1, high - 0.2, notebook, fontsize=10.5, weight="bold", va="center")
    axes.text(5.0, high - 0.2, script, fontsize=10.5, weight="bold", va="center")
    bottom = high - 0.45 - right
    _box(axes, 5.0, bottom, 3.1, right)
    at = _lines(axes, 5.1, high - 0.55, header)
    top = high - 0.45
    for kind, source in cells:
        lines = source.split("\n")
        tall, marked = LINE * len(lines) + 0.14, _is_marked(kind, source)
        _box(axes, 0.1, top - tall, 3.5, tall, fill=PALE if marked else "white", hatched=kind != "code")
        _lines(axes, 0.2, top - 0.07, lines, framed=kind != "code")
        if marked:
            at -= LINE
            middle = at - LINE * (len(lines) - 1) / 2
            _arrow(axes, (3.65, top - tall / 2), (4.95, middle))
            at = _lines(axes, 5.1, at, lines[1:])
        top -= tall + GAP
    cells_in_words = "; ".join(
        f"{index} {kind}{', marked' if _is_marked(kind, source) else ''}: {_in_words(source)}"
        for index, (kind, source) in enumerate(cells)
    )
    return finished(
        figure,
        f"{notebook} as a column of {len(cells)} cells, and an arrow from each code cell whose first line is {MARK} to "
        f"the file {script}, which starts with a comment that names the notebook. The cells: {cells_in_words}.",
    )


@deferrable
def tolerance(rtol: float = 1e-3, atol: float = 1e-5) -> Picture:
    """Draw the largest allowed difference ``atol + rtol · |b|`` by the size of the expected number, on log axes."""
    figure = new_figure(7.2, 3.3)
    axes = figure.add_axes((0.12, 0.17, 0.84, 0.72))
    sizes = [10 ** (exponent / 10) for exponent in range(-60, 31)]
    allowed = [atol + rtol * size for size in sizes]
    axes.fill_between(sizes, allowed, 1e-7, facecolor=PALE, linewidth=0)
    axes.plot(sizes, allowed, color=INK, linewidth=1.6)
    bend = atol / rtol
    axes.plot([bend, bend], [1e-7, 2 * atol], color=INK, linewidth=0.9, linestyle=":")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(sizes[0], sizes[-1])
    axes.set_ylim(1e-7, 10)
    words: dict[str, Any] = {"fontsize": 9.5, "ha": "center"}
    axes.text(bend / 60, atol / 12, f"near: for small b\natol = {atol:g} decides", **words)
    axes.text(bend * 400, atol / 12, f"near: for large b\nrtol = {rtol:g} decides", **words)
    axes.text(bend / 10, 0.1, "not near", **words)
    axes.set_xlabel("|b|", fontsize=9)
    axes.set_ylabel("|a − b|", fontsize=9)
    axes.set_title("Which differences are forgiven: |a − b| ≤ atol + rtol · |b|", fontsize=11, loc="left")
    axes.tick_params(labelsize=8.5)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    return finished(
        figure,
        f"Line chart on two logarithmic axes: the largest difference that is forgiven, by the size of b. Below |b| = "
        f"{bend:g} it is flat at about {atol:g}, the absolute tolerance; above, it rises with {rtol:g} times |b|, the "
        f"relative one. Below the line a is near b, above it is not.",
    )


@deferrable
def namespace_growth(steps: Sequence[tuple[str, Sequence[str]]], *, start: str = "nothing") -> Picture:
    """Draw cells from top to bottom, and next to each the names that exist once it has run; new names are black.

    Args:
        steps: for each cell its source, and all names that exist after it.
        start: the names that exist before the first cell.
    """
    tall = [max(LINE * len(source.split("\n")), LINE) + 0.16 for source, _ in steps]
    high = sum(tall) + GAP * len(tall) + 0.75
    figure, axes = _sheet(7.6, high)
    axes.text(0.1, high - 0.18, "cells, in order", fontsize=10.5, weight="bold", va="center")
    axes.text(4.3, high - 0.18, "names afterwards", fontsize=10.5, weight="bold", va="center")
    axes.text(4.3, high - 0.47, f"before: {start}", fontsize=9.5, style="italic", va="center")
    top, seen = high - 0.62, set[str]()
    for (source, names), height in zip(steps, tall, strict=True):
        _box(axes, 0.1, top - height, 3.4, height)
        _lines(axes, 0.2, top - 0.08, source.split("\n"))
        _arrow(axes, (3.55, top - height / 2), (4.2, top - height / 2))
        across = 4.3
        for name in names:
            new = name not in seen
            wide = 0.095 * len(name) + 0.16
            _box(axes, across, top - height / 2 - 0.13, wide, 0.26, fill=INK if new else PALE)
            axes.text(across + wide / 2, top - height / 2, name, ha="center", color="white" if new else INK, **_CODE)
            across += wide + 0.08
        seen |= set(names)
        top -= height + GAP
    stages = "; ".join(f"after cell {index} there are {', '.join(names)}" for index, (_, names) in enumerate(steps))
    return finished(
        figure,
        f"{len(steps)} cells run from top to bottom in one namespace. Before the first there is {start}; {stages}.",
    )


def _in_words(source: str) -> str:
    return " / ".join(line.strip() for line in source.split("\n"))


def _is_marked(kind: str, source: str) -> bool:
    return kind == "code" and source.split("\n", maxsplit=1)[0] == MARK


def _lines(axes: Axes, left: float, top: float, lines: Sequence[str], *, framed: bool = False) -> float:
    """Write ``lines`` below ``top`` and return the height at which they end.

    ``framed``: on white, if the box behind is hatched.
    """
    for number, line in enumerate(lines):
        style: dict[str, Any] = {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1.5}} if framed else {}
        weight = "bold" if line == MARK else "normal"
        axes.text(left, top - LINE * (number + 0.5), line, weight=weight, **_CODE, **style)
    return top - LINE * len(lines)


def _sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """Make a white sheet on which one unit is one inch."""
    figure = new_figure(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    return figure, axes


def _box(
    axes: Axes, left: float, bottom: float, width: float, height: float, *, fill: str = "white", hatched: bool = False
) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle((left, bottom), width, height, facecolor=fill, edgecolor=GREY, linewidth=0, hatch="///")
        if hatched
        else Rectangle((left, bottom), width, height, facecolor=fill, linewidth=0)
    )
    axes.add_patch(Rectangle((left, bottom), width, height, fill=False, edgecolor=INK, linewidth=0.9))


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.0})
