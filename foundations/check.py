"""What a student may know before handing in: the notebook's own visible checks, run from top to bottom in a fresh
kernel.

Nothing of the grading stack is needed, and no hidden test is consulted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from foundations.errors import CourseError, SubmissionError

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

    notebook = _read(path)
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
    graded = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and _marks(cell).get("grade") and not _marks(cell).get("solution")
    ]
    if not graded:
        raise CourseError(f"{path} has no graded cell: is it an assignment of this course?", slug="no-graded-cell")
    return [_visible(cell) for cell in graded]


def _read(path: Path) -> nbformat.NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise CourseError(f"{path} does not exist", slug="no-submissions") from None
    except IsADirectoryError:
        raise CourseError(f"{path} is a folder; name the notebook in it", slug="no-submissions") from None
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SubmissionError(f"{path.name} cannot be read as a notebook: {reason}", slug="notebook-not-json") from None


def _visible(cell: nbformat.NotebookNode) -> Visible:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    message = errors[0].evalue.strip() or errors[0].ename if errors else ""
    return Visible(_marks(cell)["grade_id"], float(_marks(cell).get("points", 0)), not errors, message)


def _marks(cell: nbformat.NotebookNode) -> dict[str, Any]:
    marks = cell.metadata.get("nbgrader", {})
    return dict(marks) if isinstance(marks, dict) else {}
