"""Figures of broadcasting: in a spreadsheet, as two aligned shapes, and in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from foundations.plots.picture import GREY, INK, PALE, Picture, deferrable, finished, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Shape = tuple[int, ...]
Cell = tuple[int, int]

OPERATIONS: Mapping[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "+": torch.add,
    "−": torch.sub,
    "×": torch.mul,
    ">": torch.gt,
}
#: Cells that are read and do not exist: distinct in print by hatching and by the grey of their words.
GHOST = "#9a9a9a"


@deferrable
def spreadsheet(left: torch.Tensor, right: torch.Tensor, operation: str = "+", *, sums: bool = False) -> Picture:
    """Draw ``left operation right`` as three small spreadsheets. Cells that are stretched, not stored, are hatched.

    Args:
        left, right: of at most two axes; small ones can be drawn.
        operation: one of ``+``, ``−``, ``×`` and ``>``.
        sums: draw the sum of each column of the result below it.
    """
    result = OPERATIONS[operation](left, right)
    rows, columns = result.shape
    wide, apart = columns + 0.75, 0.95
    figure, axes = _sheet(3 * wide + 2 * apart + 0.4, rows + 1.9 + (1.6 if sums else 0), top=-0.85)
    for number, (name, operand) in enumerate([("left", left), ("right", right), ("result", result)]):
        corner = (0.75 + number * (wide + apart), 0.0)
        whole = operand.expand(rows, columns)
        _cells(axes, corner, _texts(whole), ghosts=_stretched(operand, (rows, columns)))
        _headers(axes, corner, rows, columns)
        shape = "" if operand.shape == result.shape else f"{_words(operand)}  →  "
        axes.text(corner[0] + columns / 2, rows + 0.45, f"{shape}{_words(result)}", ha="center", **_SMALL)
        if name != "result":
            axes.text(corner[0] + columns + apart / 2, rows / 2, "=" if name == "right" else operation, **_SIGN)
    if sums:
        _cells(axes, (corner[0], rows + 1.25), [[_number(value) for value in result.sum(0)]])
        axes.text(corner[0] - 0.25, rows + 1.75, "sum(dim=0)", ha="right", **_SMALL)
    return finished(figure, _told(left, right, operation, result, sums))


@deferrable
def aligned_shapes(s: Shape, t: Shape) -> Picture:
    """Draw two shapes on top of each other, flush right, with the result below them, or a cross if they do not fit."""
    rank = max(len(s), len(t))
    figure, axes = _sheet(1.25 * rank + 8.6, 4.6, top=-0.8)
    fits = []
    for axis in range(-rank, 0):
        left = 1.95 + 1.25 * (rank + axis)
        sizes = [shape[axis] if -axis <= len(shape) else None for shape in (s, t)]
        for row, size in enumerate(sizes):
            _size(axes, left, row * 1.12, size)
        p, q = (1 if size is None else size for size in sizes)
        fits.append(p == q or 1 in (p, q))
        _outcome(axes, left, 2.55, (q if p == 1 else p) if fits[-1] else None)
        axes.text(left + 0.5, -0.3, f"{axis}", color=GREY, ha="center", **_SMALL)
    for height, name in ((0.5, f"s = {s}"), (1.62, f"t = {t}"), (3.05, "result" if all(fits) else "no result")):
        axes.text(1.7, height, name.split(" = ", maxsplit=1)[0], ha="right", weight="bold", **_SMALL)
        axes.text(1.25 * rank + 2.05, height, _remark(name, s, t, fits), ha="left", **_SMALL)
    outcome = f"{tuple(torch.broadcast_shapes(s, t))}" if all(fits) else f"none, {_misfits(fits)}"
    return finished(
        figure,
        f"The shapes {s} and {t} are written below each other, flush right; missing sizes are dashed ones. "
        f"The result: {outcome}.",
    )


@deferrable
def memory(t: torch.Tensor) -> Picture:
    """Draw the entries of ``t``, each with the position in its storage that it is read from, and that storage.

    Args:
        t: of two axes; small ones can be drawn.
    """
    rows, columns = t.shape
    step_down, step_right = (int(step) for step in t.stride())
    stored = torch.empty(0, dtype=t.dtype).set_(t.untyped_storage())
    places = [[int(t.storage_offset()) + i * step_down + j * step_right for j in range(columns)] for i in range(rows)]
    beside = max(1.35 * columns, 4.2) + 1.3
    figure, axes = _sheet(beside + max(1.35 * len(stored), 7.6) + 0.4, max(rows, 3.1) + 1.2, top=-0.9)
    texts = [[f"{_number(t[i, j])}  ↦ {places[i][j]}" for j in range(columns)] for i in range(rows)]
    _cells(axes, (0.1, 0), texts, ghosts=_seen_before(places), wide=1.35)
    axes.text(0.1, -0.4, f"seen: {rows * columns} numbers, {_words(t)}", **_SMALL)
    _cells(axes, (beside, 0.0), [[_number(value) for value in stored]], wide=1.35)
    axes.text(beside, -0.4, f"stored: {_counted(len(stored), 'number')}", **_SMALL)
    for index in range(len(stored)):
        axes.text(beside + 1.35 * (index + 0.5), 1.35, f"{index}", color=GREY, ha="center", **_SMALL)
    axes.text(beside, 2.15, f"stride {t.stride()}: a row down is {_counted(step_down, 'place')} on,", **_SMALL)
    axes.text(beside, 2.75, f"a column to the right is {_counted(step_right, 'place')} on", **_SMALL)
    return finished(
        figure,
        f"A tensor of shape {_words(t)} and stride {t.stride()}: it shows {rows * columns} numbers, each with the "
        f"place in memory that it is read from. The storage holds {len(stored)} numbers.",
    )


# ------------------------------------------------------------------------------------------------------- words

_SMALL: dict[str, Any] = {"fontsize": 9.5, "va": "center"}
_INSIDE: dict[str, Any] = {"fontsize": 12, "ha": "center", "va": "center"}
_SIGN: dict[str, Any] = {"fontsize": 14, "ha": "center", "va": "center"}


def _words(t: torch.Tensor) -> str:
    return str(tuple(t.shape))


def _number(value: torch.Tensor) -> str:
    return f"{value.item():g}" if value.dtype is not torch.bool else str(value.item())


def _texts(m: torch.Tensor) -> list[list[str]]:
    return [[_number(value) for value in row] for row in m]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _told(left: torch.Tensor, right: torch.Tensor, operation: str, result: torch.Tensor, sums: bool) -> str:
    stretched = [
        f"{side} operand of shape {_words(operand)} is stretched to {_words(result)}, its copies hatched"
        for side, operand in (("the left", left), ("the right", right))
        if operand.shape != result.shape
    ]
    values = "; ".join(", ".join(row) for row in _texts(result))
    description = (
        f"Spreadsheet: {_words(left)} {operation} {_words(right)}; {' and '.join(stretched) or 'nothing is stretched'}."
    )
    description += f" The result, row by row: {values}."
    return description + (f" Sums of its columns: {', '.join(map(_number, result.sum(0)))}." if sums else "")


def _remark(name: str, s: Shape, t: Shape, fits: Sequence[bool]) -> str:
    if name == "no result":
        return _misfits(fits)
    return f"= {tuple(torch.broadcast_shapes(s, t))}" if name == "result" else f"= {name.split(' = ', maxsplit=1)[1]}"


def _misfits(fits: Sequence[bool]) -> str:
    places = [f"{axis}" for axis, fit in zip(range(-len(fits), 0), fits, strict=True) if not fit]
    return f"dimension {' and '.join(places)}: unequal, and no 1"


# ------------------------------------------------------------------------------------------------------- cells


def _sheet(width: float, height: float, *, top: float) -> tuple[Any, Axes]:
    """Make a figure whose units are cells, with y downwards from ``top``."""
    figure = new_figure(0.46 * width, 0.46 * height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-0.1, width - 0.1)
    axes.set_ylim(top + height, top)
    axes.axis("off")
    return figure, axes


def _stretched(operand: torch.Tensor, shape: Cell) -> set[Cell]:
    """Return the cells that ``operand`` does not have and that broadcasting reads all the same."""
    real = (1,) * (2 - operand.ndim) + tuple(operand.shape)
    return {(i, j) for i in range(shape[0]) for j in range(shape[1]) if i >= real[0] or j >= real[1]}


def _seen_before(places: Sequence[Sequence[int]]) -> set[Cell]:
    """Return the cells whose place in memory an earlier cell has read already."""
    flat = [position for row in places for position in row]
    width = len(places[0])
    return {divmod(number, width) for number, position in enumerate(flat) if position in flat[:number]}


def _cells(
    axes: Axes,
    corner: tuple[float, float],
    texts: Sequence[Sequence[str]],
    *,
    ghosts: Collection[Cell] = (),
    wide: float = 1.0,
) -> None:
    from matplotlib.collections import PolyCollection

    real: list[Any] = []
    ghostly: list[Any] = []
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            left, top = corner[0] + wide * j, corner[1] + i
            square = [(left, top), (left + wide, top), (left + wide, top + 1), (left, top + 1)]
            is_ghost = (i, j) in ghosts
            (ghostly if is_ghost else real).append(square)
            size = 9.5 if len(text) < 4 else 8
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2} if is_ghost else None
            axes.text(
                left + wide / 2, top + 0.5, text, ha="center", va="center", fontsize=size,
                color="#5a5a5a" if is_ghost else INK, bbox=box, style="italic" if is_ghost else "normal",
            )  # fmt: skip
    axes.add_collection(PolyCollection(real, facecolors="white", edgecolors=INK, linewidths=1.1, zorder=1))
    if ghostly:
        axes.add_collection(
            PolyCollection(ghostly, facecolors="white", edgecolors=GHOST, linewidths=0.7, hatch="////", zorder=0)
        )


def _headers(axes: Axes, corner: tuple[float, float], rows: int, columns: int) -> None:
    """Write the letters and numbers at the edges of a spreadsheet."""
    for j in range(columns):
        axes.text(corner[0] + j + 0.5, corner[1] - 0.35, chr(ord("A") + j), color=GREY, ha="center", **_SMALL)
    for i in range(rows):
        axes.text(corner[0] - 0.3, corner[1] + i + 0.5, str(i + 1), color=GREY, ha="center", **_SMALL)


def _size(axes: Axes, left: float, top: float, size: int | None) -> None:
    """Draw a box with one size of a shape; a missing one counts as 1 and is dashed."""
    from matplotlib.patches import Rectangle

    color, line = (GREY, "--") if size is None else (INK, "-")
    axes.add_patch(Rectangle((left, top), 1, 1, facecolor="white", linewidth=1.1, edgecolor=color, linestyle=line))
    axes.text(left + 0.5, top + 0.5, f"{1 if size is None else size}", color=color, **_INSIDE)


def _outcome(axes: Axes, left: float, top: float, size: int | None) -> None:
    from matplotlib.patches import Rectangle

    shade = PALE if size is None else "#3a3a3a"
    hatch = "xxxx" if size is None else None
    axes.add_patch(Rectangle((left, top), 1, 1, facecolor=shade, edgecolor=INK, linewidth=1.1, hatch=hatch))
    if size is not None:
        axes.text(left + 0.5, top + 0.5, f"{size}", color="white", **_INSIDE)
