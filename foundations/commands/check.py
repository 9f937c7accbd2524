"""What a student may know before handing in: the notebook's own visible checks, run from top to bottom in a fresh
kernel.

The file is read as grading reads it, so that whatever is accepted here is accepted there. No hidden test is consulted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import nbformat

from foundations.config import Limits
from foundations.errors import CourseError, SubmissionError
from foundations.notebooks.pairing import Cell
from foundations.notebooks.submission import read_alone
from foundations.plain import plain

_CELL_S = 120


@dataclass(frozen=True)
class Visible:
    """One exercise's visible check: passed, or the last line of what it said."""

    exercise: str
    points: float
    passed: bool
    message: str


def visible_checks(path: Path) -> list[Visible]:
    """Run the notebook at ``path`` and say how its graded cells went; a cell that fails does not stop the ones below.

    Raises:
        CourseError: there is no notebook at ``path``, or none of its cells is graded.
        SubmissionError: the notebook cannot be read or its kernel cannot be started or was lost.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    if path.is_dir():
        raise CourseError(f"{path} is a folder; name the notebook in it", slug="no-submissions")
    if not path.exists():
        raise CourseError(f"{path} does not exist", slug="no-submissions")
    notebook, cells = read_alone(path, Limits())
    client = NotebookClient(notebook, timeout=_CELL_S, allow_errors=True, kernel_name="python3")
    try:
        client.execute(cwd=str(path.resolve().parent))
    except CellTimeoutError:
        raise SubmissionError(
            f"{path.name}: a cell ran for more than {_CELL_S} s; look for a loop without an end", slug="timeout"
        ) from None
    except DeadKernelError:
        raise SubmissionError(
            f"{path.name}: the kernel died; does a cell end the process or use too much memory?", slug="kernel"
        ) from None
    graded = [place for place, cell in enumerate(cells) if cell.kind == "code" and cell.automatic]
    if not graded:
        raise CourseError(f"{path} has no graded cell: is it an assignment of this course?", slug="no-graded-cell")
    return [_visible(cells[place], notebook.cells[place]) for place in graded]


def _visible(cell: Cell, ran: nbformat.NotebookNode) -> Visible:
    errors = [output for output in ran.outputs if output.output_type == "error"]
    message = errors[0].evalue.strip() or errors[0].ename if errors else ""
    name = plain(cell.grade_id) or f"cell {cell.number}"
    return Visible(name, _points(cell), not errors, plain(message))


def _points(cell: Cell) -> float:
    """The points of a graded cell, as far as its metadata can be read: here they are shown and not given."""
    points = cell.marks.get("points")
    return float(points) if isinstance(points, int | float) and math.isfinite(points) else 0.0
