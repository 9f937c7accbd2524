"""Matrices drawn as grids of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foundations.plots.picture import INK, Picture, deferrable, finished, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@deferrable
def matrix_product(
    a: tuple[int, int] = (3, 4),
    b: tuple[int, int] = (4, 5),
    *,
    cell: tuple[int, int] = (1, 2),
    highlight_k: int | None = None,
    names: tuple[str, str, str] = ("a", "b", "c"),
    letters: tuple[str, str, str] = ("i", "k", "j"),
) -> Picture:
    """Draw ``c = a b``: ``a`` left of ``c``, ``b`` above it, so that a row and a column meet in a cell.

    Args:
        a, b: their shapes, (n, k) and (k, m); small ones can be drawn.
        cell: the entry [i, j] of ``c`` to point out, with the row and the column that make it.
        highlight_k: one step of the sum to point out in that row and that column.
        names: the names of the three matrices.
        letters: the indices of the rows of ``a``, of the steps of the sum, and of the columns of ``b``.
    """
    row, step, column = letters
    (n, inner), (i, j) = a, cell
    m = b[1]
    if inner != b[0]:
        raise ValueError(f"a has {inner} columns and b has {b[0]} rows: there is no product to draw")
    left, right, top, bottom = -1.0, inner + m + 4.3, -0.7, n + inner + 1.7
    figure = new_figure(0.52 * (right - left), 0.52 * (bottom - top))
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
    axes.text(a_corner[0], a_corner[1] + n + 0.4, f"{names[0]}   shape ({n}, {inner})", **bold)
    axes.text(b_corner[0] + m + 0.25, inner / 2, f"{names[1]}   shape ({inner}, {m})", **bold)
    axes.text(c_corner[0], c_corner[1] + n + 0.4, f"{names[2]}   shape ({n}, {m})", **bold)
    small: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9}
    axes.text(-0.15, a_corner[1] + i + 0.5, f"{row} = {i}", **{**small, "ha": "right"})
    axes.text(b_corner[0] + j + 0.5, -0.3, f"{column} = {j}", **small)
    steps = range(inner) if highlight_k is None else (highlight_k,)
    for k in steps:
        axes.text(k + 0.5, a_corner[1] - 0.3, f"{step} = {k}", **small)
        axes.text(b_corner[0] - 0.15, k + 0.5, f"{step} = {k}", **{**small, "ha": "right"})
    entry = names[2] if names[2].isidentifier() else ""
    axes.text(
        c_corner[0] + j + 0.5, c_corner[1] + i + 0.5, f"{entry}[{i},{j}]", **{**small, "fontsize": 7, "color": "white"}
    )
    return finished(
        figure,
        f"Matrix {names[0]} of shape ({n}, {inner}) stands left of the result {names[2]} of shape ({n}, {m}), matrix "
        f"{names[1]} of shape ({inner}, {m}) above it. Row {i} of {names[0]} and column {j} of {names[1]} are shaded; "
        f"they meet in the entry {entry}[{i}, {j}], which is black."
        + (f" Step {step}={highlight_k} is marked in both." if highlight_k is not None else ""),
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
