"""The command ``foundations check``: a notebook's own visible checks, run from top to bottom in a fresh kernel.

Students run it before they submit. It reads the file as grading does, so that both accept the same files. It runs no
hidden test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from foundations.config import Limits
from foundations.errors import CourseError, SubmissionError
from foundations.notebooks.pairing import Cell
from foundations.notebooks.submission import read_alone
from foundations.plain import plain

#: Seconds on the clock that one cell may run.
_CELL_S = 120


@dataclass(frozen=True)
class Visible:
    """The result of one exercise's visible check. ``message``: the text of its error; empty if it passed."""

    exercise: str
    points: float
    passed: bool
    message: str


def visible_checks(path: Path) -> list[Visible]:
    """Run the notebook at ``path``, and return the results of its graded cells.

    A cell that fails does not stop the cells below it.

    Raises:
        CourseError: ``path`` is not a notebook, or has no graded cell.
        SubmissionError: the notebook cannot be read, a cell does not end, or the kernel does not start or ends.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    if path.is_dir():
        raise CourseError(f"{path} is a folder; pass the path of the notebook in it", slug="no-submissions")
    if not path.exists():
        raise CourseError(f"{path} does not exist; pass the path of a notebook", slug="no-submissions")
    notebook, cells = read_alone(path, Limits())
    client = NotebookClient(notebook, timeout=_CELL_S, allow_errors=True, kernel_name="python3")
    try:
        client.execute(cwd=str(path.resolve().parent))
    except CellTimeoutError:
        raise SubmissionError(
            f"{path.name}: a cell ran for more than {_CELL_S} s; look for a loop that never ends", slug="timeout"
        ) from None
    except DeadKernelError:
        raise SubmissionError(
            f"{path.name}: the kernel died; look for a cell that ends the process or uses too much memory",
            slug="kernel",
        ) from None
    graded = [index for index, cell in enumerate(cells) if cell.kind == "code" and cell.automatic]
    if not graded:
        raise CourseError(
            f"{path} has no graded cell, so there is no check to run; pass a notebook of this course",
            slug="no-graded-cell",
        )
    return [_visible(cells[index], notebook.cells[index]) for index in graded]


def show(results: Sequence[Visible], out: Console) -> None:
    """Print a table of the results, and their number."""
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("exercise", "points", "", "message"):
        table.add_column(title, overflow="fold")
    for result in results:
        word = "✓ passed" if result.passed else "✗ not yet"
        table.add_row(escape(result.exercise), f"{result.points:g}", word, escape(result.message))
    out.print(table)
    passed = sum(result.passed for result in results)
    out.print(f"  {passed} of {len(results)} visible checks pass. Hidden tests will try more.", highlight=False)


def _visible(cell: Cell, executed: nbformat.NotebookNode) -> Visible:
    errors = [output for output in executed.outputs if output.output_type == "error"]
    message = errors[0].evalue.strip() or errors[0].ename if errors else ""
    name = plain(cell.grade_id) or f"cell {cell.number}"
    return Visible(name, _points(cell), not errors, plain(message))


def _points(cell: Cell) -> float:
    """Return the points in a graded cell's metadata; 0 if they are not a number. They are shown here, not given."""
    points = cell.marks.get("points")
    return float(points) if isinstance(points, int | float) and math.isfinite(points) else 0.0
