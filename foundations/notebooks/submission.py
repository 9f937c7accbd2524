"""Read a submission as data and repair it against the instructor's notebook; this module never executes its code.

The structure comes from ``source/``, the student's answers and own cells from the submission. One sentence describes
each repair.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat

from foundations.config import Limits
from foundations.notebooks.file import cells_of, check_amount, check_language, parse, read_bytes
from foundations.notebooks.pairing import Cell, is_stub
from foundations.notebooks.repair import repair, show
from foundations.notebooks.source import read_released
from foundations.notebooks.written import blank_answers

__all__ = ["GradedCell", "Submission", "is_stub", "read_alone", "read_submission"]

#: Up to this many bytes, outputs are dropped without a note.
NOTABLE_OUTPUTS = 1_000_000
MAX_REPAIRS = 100


@dataclass
class GradedCell:
    """One graded cell of the repaired notebook.

    Attributes:
        exercise: the grade_id.
        index: the position in the notebook's cells.
        solution_index: the position of the exercise's answer; ``None`` for a cell graded by hand, which contains the
            answer.
        manual: whether a person scores the cell.
        stub: the text that was released for the answer.
    """

    exercise: str
    points: float
    index: int
    solution_index: int | None
    manual: bool
    stub: str = ""


@dataclass
class Submission:
    """A submission ready to run: in nbformat 4.5, without outputs, with its graded cells in order and its repairs.

    Attributes:
        cells: the repaired cells, one for each cell of ``notebook``.
        written: see :func:`foundations.notebooks.written.blank_answers`.
    """

    notebook: nbformat.NotebookNode
    graded: list[GradedCell]
    repairs: list[str]
    cells: list[Cell] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


def read_submission(path: Path, source: Path, limits: Limits) -> Submission:
    """Read the submitted notebook at ``path`` and repair it against the instructor's notebook at ``source``.

    Raises:
        SubmissionError: the file at ``path`` is not a readable Python notebook; the message is one sentence with the
            reason. The content of the file cannot raise another error.
        CourseError: the instructor's notebook is broken.
    """
    return read_content(read_bytes(path, int(limits.notebook_bytes), submitted=True), path.name, source)


def read_content(data: bytes, name: str, source: Path) -> Submission:
    """Read a submitted notebook as :func:`read_submission` does, from the content of a file called ``name``."""
    released = read_released(source)
    raw = _parsed(data, name)
    notes: list[str] = []
    submitted = cells_of(raw, name, notes)
    notes += _version_note(raw, released.minor)
    notes += _outputs_note(raw, len(data), submitted)
    cells, repairs = repair(released.cells, submitted)
    check_amount(cells, name)  # again: prose may have become code
    stubs = {cell.grade_id: cell.text for cell in released.cells if cell.open}
    notebook = _assembled(cells, released.metadata)
    return Submission(notebook, _graded(cells, stubs), _shortened(notes + repairs), cells, blank_answers(cells))


def read_alone(path: Path, limits: Limits) -> tuple[nbformat.NotebookNode, list[Cell]]:
    """Read the notebook at ``path`` as :func:`read_submission` does, but without a ``source/`` to repair it by.

    Returns:
        The notebook, ready to run, and its cells: one for each of the notebook's.

    Raises:
        SubmissionError: as in :func:`read_submission`, for the same files.
    """
    data = read_bytes(path, int(limits.notebook_bytes), submitted=True)
    cells = cells_of(_parsed(data, path.name), path.name, [])
    return _assembled([replace(cell, marks={}) for cell in cells], {}), cells


def _parsed(data: bytes, name: str) -> dict[str, Any]:
    """Return the JSON object in the content of the file ``name``."""
    raw = parse(data, name)
    check_language(raw, name)
    return raw


def _version_note(raw: dict[str, Any], released: int) -> list[str]:
    """Return a sentence if the submission is in an older nbformat 4 than the release, whose minor is ``released``."""
    minor = raw.get("nbformat_minor")
    if raw.get("nbformat") != 4 or not isinstance(minor, int) or minor >= min(released, 5):
        return []
    return [f"the notebook was in nbformat 4.{show(minor)}: read as nbformat 4.5"]


def _outputs_note(raw: dict[str, Any], size: int, cells: list[Cell]) -> list[str]:
    """Return a sentence if many outputs were left out; ``size``: bytes of the file."""
    items = raw.get("cells")
    has_outputs = isinstance(items, list) and any(isinstance(item, dict) and item.get("outputs") for item in items)
    kept = sum(len(cell.text) + sum(len(str(bundle)) for bundle in cell.attachments.values()) for cell in cells)
    if not has_outputs or size - kept <= NOTABLE_OUTPUTS:
        return []
    return [f"the notebook came with about {(size - kept) / 1e6:.0f} MB of outputs: they were left out"]


def _graded(cells: list[Cell], stubs: dict[str, str]) -> list[GradedCell]:
    places = {cell.grade_id: index for index, cell in enumerate(cells) if cell.marks}
    return [
        GradedCell(
            exercise=cell.grade_id,
            points=float(cell.marks["points"]),
            index=index,
            solution_index=None if cell.by_hand else places[f"{cell.grade_id}-solution"],
            manual=cell.by_hand,
            stub="" if cell.by_hand else stubs[f"{cell.grade_id}-solution"],
        )
        for index, cell in enumerate(cells)
        if cell.automatic or cell.by_hand
    ]


def _assembled(cells: list[Cell], metadata: dict[str, Any]) -> nbformat.NotebookNode:
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": metadata,
        "cells": [_node(cell, number) for number, cell in enumerate(cells, 1)],
    }
    return nbformat.from_dict(notebook)  # this copies, because all submissions share the release's cells


def _node(cell: Cell, number: int) -> dict[str, Any]:
    """Return the cell in nbformat's form. Ids are new and count the cells: a submission's ids may be anything."""
    node: dict[str, Any] = {"cell_type": cell.kind, "id": f"cell-{number}", "metadata": {}, "source": cell.text}
    if cell.marks:
        node["metadata"]["nbgrader"] = cell.marks
    if cell.kind == "code":
        node |= {"outputs": [], "execution_count": None}
    elif cell.kind == "raw" and not cell.marks:
        # nbconvert copies raw text into HTML unchanged, unless the cell declares another type.
        node["metadata"]["raw_mimetype"] = "text/plain"
    if cell.attachments and cell.kind != "code":
        node["attachments"] = cell.attachments
    return node


def _shortened(sentences: list[str]) -> list[str]:
    more = len(sentences) - MAX_REPAIRS
    return sentences if more <= 0 else [*sentences[:MAX_REPAIRS], f"and {more:,} more repairs of the same kinds"]
