"""Small notebooks for tests: an instructor's source, its release, and students' versions of it."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from foundations.config import Limits
from foundations.notebooks.source import release_version
from foundations.notebooks.submission import Submission, read_submission

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

#: The settings with which nbgrader's release equals this package's.
NBGRADER_CONFIG = 'c = get_config()\nc.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}\n'

DOUBLE = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
'''
TRIPLE = """def triple(x):
    # about 1 line
    ### BEGIN SOLUTION
    return 3 * x
    ### END SOLUTION
"""

#: The grade_ids of :func:`source_notebook`.
ORDER = ["setup", "double-solution", "double", "triple-solution", "triple", "why"]

#: Right answers in students' words, by grade_id of the cell they go into.
ANSWERS = {
    "double-solution": 'def double(x):\n    """Twice x."""\n    return x + x\n',
    "triple-solution": "def triple(x):\n    # about 1 line\n    return x + x + x\n",
    "why": "Because addition is repeated.",
}


def marks(grade_id: str, **flags: Any) -> dict[str, Any]:
    """Return nbgrader metadata (schema 3) with every flag false except the given ones; ``points=`` adds points."""
    return {"schema_version": 3, "grade_id": grade_id, "grade": False, "solution": False, "locked": False, **flags}


def code(text: str, nbgrader: dict[str, Any] | None = None, **more: Any) -> nbformat.NotebookNode:
    cell = {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None, **more}
    return _marked(cell, nbgrader)


def markdown(text: str, nbgrader: dict[str, Any] | None = None, **more: Any) -> nbformat.NotebookNode:
    return _marked({"cell_type": "markdown", "metadata": {}, "source": text, **more}, nbgrader)


def _marked(cell: dict[str, Any], nbgrader: dict[str, Any] | None) -> nbformat.NotebookNode:
    if nbgrader is not None:
        cell["metadata"]["nbgrader"] = nbgrader
    return nbformat.from_dict(cell)


def solution(exercise: str, text: str) -> nbformat.NotebookNode:
    return code(text, marks(f"{exercise}-solution", solution=True))


def graded(exercise: str, points: float, text: str) -> nbformat.NotebookNode:
    return code(text, marks(exercise, grade=True, locked=True, points=points))


def notebook(cells: list[nbformat.NotebookNode], **metadata: Any) -> nbformat.NotebookNode:
    """Make a notebook of nbformat 4.5 with ``cells``, each with its own id."""
    for number, cell in enumerate(cells):
        cell.setdefault("id", f"made-{number}")
    return nbformat.from_dict(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or copy.deepcopy(KERNEL), "cells": cells}
    )


def source_notebook() -> nbformat.NotebookNode:
    """Make an instructor's notebook: exercises double (5 points) and triple (4), one written answer (3), a locked cell.

    Its cells: title, setup, prose, double-solution, double, prose, triple-solution, triple, prose, why, end.
    """
    return notebook(
        [
            markdown("# A small course"),
            code("import math", marks("setup", locked=True)),
            markdown("## Twice\nAdd a number to itself."),
            solution("double", DOUBLE),
            graded("double", 5, "assert double(2) == 4"),
            markdown("## Thrice\nAnd again."),
            solution("triple", TRIPLE),
            graded("triple", 4, "assert triple(2) == 6"),
            markdown("## In words\nWhy does it work?"),
            markdown("It adds up.", marks("why", grade=True, solution=True, points=3)),
            markdown("That is all."),
        ]
    )


def write(nb: Any, path: Path) -> Path:
    """Write ``nb`` as JSON to ``path``, folders made as needed; lone surrogates are written as JSON escapes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(nb), "utf-8")
    return path


def release() -> nbformat.NotebookNode:
    """Return the students' version of :func:`source_notebook`."""
    return release_version(source_notebook())


def at(nb: nbformat.NotebookNode, grade_id: str) -> int:
    """Return the index of the first cell with ``grade_id``."""
    return next(i for i, c in enumerate(nb.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def cell(nb: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    return nb.cells[at(nb, grade_id)]


def answered(nb: nbformat.NotebookNode | None = None) -> nbformat.NotebookNode:
    """Return a student's worked notebook: the release with :data:`ANSWERS` in it."""
    nb = nb or release()
    for grade_id, text in ANSWERS.items():
        cell(nb, grade_id).source = text
    return nb


def grade_ids(nb: nbformat.NotebookNode) -> list[str]:
    """List the grade_ids of nbgrader's cells, in order."""
    return [c.metadata.nbgrader.grade_id for c in nb.cells if "nbgrader" in c.metadata]


def outline(nb: nbformat.NotebookNode) -> list[str]:
    """List one word a cell: its grade_id, or the first line of its text."""
    return [c.metadata.get("nbgrader", {}).get("grade_id") or c.source.partition("\n")[0] for c in nb.cells]


class Desk:
    """A folder with the instructor's notebook; :meth:`hand_in` writes a submission and reads it back repaired."""

    def __init__(self, root: Path, source: nbformat.NotebookNode | None = None) -> None:
        self.root = root
        self.source = write(source or source_notebook(), root / "source" / "course" / "course.ipynb")
        self.path = root / "submitted" / "s01" / "course" / "course.ipynb"

    def hand_in(self, nb: Any, limits: Limits | None = None) -> Submission:
        return self.read(write(nb, self.path), limits)

    def hand_in_bytes(self, data: bytes, limits: Limits | None = None) -> Submission:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(data)
        return self.read(self.path, limits)

    def read(self, path: Path, limits: Limits | None = None) -> Submission:
        return read_submission(path, self.source, limits or Limits())


def assert_whole(submission: Submission) -> None:
    """Assert that every cell of the release is there once and in order, and every graded cell is described.

    Locked cells and metadata are those of the release, ids are unique, outputs and execution counts are gone.
    """
    nb = submission.notebook
    nbformat.validate(nb)
    assert grade_ids(nb) == ORDER
    assert [(g.exercise, g.points, g.manual) for g in submission.graded] == [
        ("double", 5.0, False),
        ("triple", 4.0, False),
        ("why", 3.0, True),
    ]
    assert [g.index for g in submission.graded] == [at(nb, g.exercise) for g in submission.graded]
    assert [g.solution_index for g in submission.graded] == [at(nb, "double-solution"), at(nb, "triple-solution"), None]
    locked = ("setup", "double", "triple")
    assert [cell(nb, name).source for name in locked] == [cell(release(), name).source for name in locked]
    assert [cell(nb, name).metadata.nbgrader for name in ORDER] == [
        cell(release(), name).metadata.nbgrader for name in ORDER
    ]
    assert len({c.id for c in nb.cells}) == len(nb.cells)
    assert [c.outputs for c in nb.cells if c.cell_type == "code" and c.outputs] == []
    assert [c.execution_count for c in nb.cells if c.cell_type == "code" and c.execution_count is not None] == []


def answers(submission: Submission) -> dict[str, str]:
    return {name: cell(submission.notebook, name).source for name in ANSWERS}


def nbgrader_release(root: Path) -> Path:
    """Run ``nbgrader generate_assignment course`` on the :class:`Desk` at ``root``; return the release's path."""
    (root / "nbgrader_config.py").write_text(NBGRADER_CONFIG)
    # nbgrader starts `alembic` by name, which is installed next to this interpreter.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "course"]
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return root / "release" / "course" / "course.ipynb"
