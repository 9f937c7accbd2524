"""Read and check the instructor's notebook, and make the version that students get.

:func:`release_version` changes the cells as ``nbgrader generate_assignment`` does, but without nbgrader, so that a
submission can be graded if nbgrader is not installed. A test compares the two.
"""

from __future__ import annotations

import copy
import hashlib
import keyword
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.validator import iter_validate

from foundations.errors import CourseError, SubmissionError
from foundations.notebooks.file import check_language, parse, read_bytes
from foundations.notebooks.pairing import FLAGS, Cell

CODE_STUB = "raise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"

#: The lines around a solution.
_MARKS = re.compile(r"^.*### (?:BEGIN|END) SOLUTION.*\n?", re.MULTILINE)

#: Bytes. The instructor's own notebook is trusted; the limit only keeps a wrong path from filling memory.
MAX_SOURCE = 256 << 20


def read_source(path: Path) -> nbformat.NotebookNode:
    """Return the instructor's notebook at ``path`` unchanged, but with each cell's source as one string.

    Raises:
        CourseError: the notebook cannot be read, is not valid, or its nbgrader cells do not make exercises: a solution
            region without an end, a graded code cell without points, a grade_id used twice or not an identifier, a
            graded cell without its ``<id>-solution`` cell above it, hidden tests in a notebook.
    """
    path = path.resolve()
    try:
        return copy.deepcopy(_checked(read_bytes(path, MAX_SOURCE), path.name)[0])
    except SubmissionError as error:
        raise CourseError(f"the instructor's {error}", slug=error.slug) from error


@dataclass(frozen=True)
class Released:
    """The parts of the release that grading needs; all submissions of a run share them, so they must not be changed.

    Attributes:
        metadata: the notebook's kernelspec and language_info.
        minor: x of the notebook's version 4.x of nbformat.
    """

    cells: list[Cell]
    metadata: dict[str, Any]
    minor: int


def without_marks(text: str) -> str:
    """Return the text of a cell without the lines ``### BEGIN SOLUTION`` and ``### END SOLUTION``."""
    return _MARKS.sub("", text)


def read_released(path: Path) -> Released:
    """Return the release of the instructor's notebook at ``path``.

    Raises:
        CourseError: as in :func:`read_source`.
    """
    path = path.resolve()
    try:
        return _checked(read_bytes(path, MAX_SOURCE), path.name)[1]
    except SubmissionError as error:
        raise CourseError(f"the instructor's {error}", slug=error.slug) from error


@lru_cache(maxsize=16)  # by content: a class of submissions has one source, which is read for each submission
def _checked(data: bytes, name: str) -> tuple[nbformat.NotebookNode, Released]:
    raw = parse(data, name)
    check_language(raw, name)
    if raw.get("nbformat") != 4 or not isinstance(raw.get("nbformat_minor"), int):
        raise CourseError(f"source notebook {name!r} is not in nbformat 4: save it in JupyterLab first", slug="source")
    if error := next(iter(iter_validate(raw)), None):
        where = "/".join(map(str, error.absolute_path)) or "its top"
        raise CourseError(f"source notebook {name!r} is not valid at {where}: {_line(error.message)}", slug="source")
    notebook = nbformat.from_dict(raw)
    for cell in notebook.cells:
        cell.source = cell.source if isinstance(cell.source, str) else "".join(cell.source)
    _check_exercises(notebook, name)
    release = release_version(notebook)
    metadata = {key: notebook.metadata[key] for key in ("kernelspec", "language_info") if key in notebook.metadata}
    return notebook, Released([_plain(cell) for cell in release.cells], metadata, notebook.nbformat_minor)


def _line(message: str) -> str:
    """Return the first line of nbformat's message, because the rest may print the whole cell."""
    return message.partition("\n")[0][:200]


def _plain(cell: nbformat.NotebookNode) -> Cell:
    marks = _marks(cell)
    attachments = copy.deepcopy(dict(cell.get("attachments", {})))
    return Cell(
        cell.cell_type,
        cell.source,
        cell.get("id", ""),
        marks,
        bool(marks),
        attachments=attachments,
        demonstration=_is_demonstration(cell),
    )


def _is_demonstration(cell: nbformat.NotebookNode) -> bool:
    """Return whether the instructor has declared that no check needs the cell."""
    declared = cell.metadata.get("foundations", {})
    return isinstance(declared, dict) and declared.get("demonstration") is True


def _marks(cell: nbformat.NotebookNode) -> dict[str, Any]:
    """Return a cell's nbgrader metadata; empty if no flag is set, because nbgrader treats such a cell as ordinary."""
    marks = cell.metadata.get("nbgrader") or {}
    if not isinstance(marks, dict):
        raise CourseError(f"a cell of the source notebook has nbgrader metadata {marks!r}", slug="source-cell")
    return dict(marks) if any(marks.get(flag) for flag in FLAGS) else {}


# ------------------------------------------------------------------------------------------------- the checks


def _check_exercises(notebook: nbformat.NotebookNode, name: str) -> None:
    cells = [_plain(cell) for cell in notebook.cells]
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        places.setdefault(cell.grade_id, place)
    for place, cell in enumerate(cells):
        for wrong in _faults(place, cells, places):
            subject = f"cell {place + 1} ({cell.grade_id!r})" if cell.grade_id else f"cell {place + 1}"
            raise CourseError(f"source notebook {name!r}, {subject}: {wrong}", slug="source-cell")


def _faults(place: int, cells: list[Cell], places: dict[str, int]) -> Iterator[str]:
    """Describe the faults of one of the instructor's cells; ``places`` has the first place of each grade_id."""
    cell = cells[place]
    if "BEGIN HIDDEN TESTS" in cell.text:
        yield "it has hidden tests, which students could read: move them to graders/"
    if cell.demonstration and (cell.kind != "code" or cell.open or cell.automatic):
        yield "it is declared to be a demonstration, and only a code cell of yours that is not graded can be one"
    if not cell.marks:
        return
    if not re.fullmatch(r"[A-Za-z0-9_-]+", cell.grade_id):
        yield f"its grade_id {cell.marks.get('grade_id')!r} is not made of letters, digits, _ and -"
    if places[cell.grade_id] != place:
        yield f"its grade_id is that of cell {places[cell.grade_id] + 1} already: each cell needs its own"
    if (cell.automatic or cell.by_hand) and not _is_points(cell.marks.get("points")):
        yield f"it is graded, but its points are {cell.marks.get('points')!r}: give it a number of points"
    if cell.automatic:
        yield from _exercise_faults(place, cells, places)


def _exercise_faults(place: int, cells: list[Cell], places: dict[str, int]) -> Iterator[str]:
    """Describe the faults of an automatically graded cell."""
    cell = cells[place]
    if cell.kind != "code":
        yield f"it is graded automatically, but is a {cell.kind} cell: make it code, or a solution graded by hand"
    if not cell.grade_id.isidentifier() or keyword.iskeyword(cell.grade_id):
        yield "its grade_id must be the name of the exercise's function or class, and is not a valid name"
    answer = f"{cell.grade_id}-solution"
    if answer not in places:
        yield f"there is no cell with grade_id {answer!r} for its answer"
    elif places[answer] > place:
        yield f"its answer's cell {answer!r} comes after it: put the graded cell below the answer"
    elif not cells[places[answer]].open or cells[places[answer]].kind != "code":
        yield f"its answer's cell {answer!r} is not a code cell marked as a solution"


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


# ------------------------------------------------------------------------------------------------ the release


def release_version(source_nb: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook that students get: solutions, mark schemes and outputs cleared, cells locked, checksums set.

    Raises:
        CourseError: a solution region has no end, is inside another, or is in a cell that is not a solution cell.
    """
    release = copy.deepcopy(source_nb)
    release.metadata.pop("celltoolbar", None)
    for number, cell in enumerate(release.cells, 1):
        marks = _marks(cell)
        cell.source = _without_solution(cell, marks, f"cell {number} ({marks.get('grade_id', 'an ordinary cell')!r})")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            for field in ("collapsed", "scrolled"):
                cell.metadata.pop(field, None)
        if marks.get("solution") or _is_locked(marks):
            cell.metadata["deletable"] = False
            if _is_locked(marks):
                cell.metadata["editable"] = False
            cell.metadata["nbgrader"].update(checksum=_checksum(cell, marks), cell_type=cell.cell_type)
    return release


def _without_solution(cell: nbformat.NotebookNode, marks: dict[str, Any], where: str) -> str:
    stub = CODE_STUB if cell.cell_type == "code" else TEXT_STUB
    text, cleared = _clear(cell.source, "SOLUTION", stub, where)
    if cleared and not marks.get("solution"):
        raise CourseError(f"{where} has a solution region, but is not marked as a solution cell", slug="source-region")
    if marks.get("solution") and not cleared:
        return stub  # a solution cell without a region is all solution
    text, cleared = _clear(text, "MARK SCHEME", None, where)
    if cleared and not marks.get("task"):
        raise CourseError(f"{where} has a mark scheme, but is not marked as a task cell", slug="source-region")
    return text


def _clear(text: str, region: str, stub: str | None, where: str) -> tuple[str, bool]:
    """Replace each BEGIN … END ``region`` of ``text`` by ``stub`` at its indentation.

    Returns:
        The new text, and whether there was a region.
    """
    lines: list[str] = []
    inside = cleared = False
    for line in text.split("\n"):
        if f"BEGIN {region}" in line:
            if inside:
                raise CourseError(f"{where} begins a {region.lower()} region inside another", slug="source-region")
            inside = cleared = True
            if stub is not None:
                lines.append(line[: len(line) - len(line.lstrip())] + stub)
        elif f"END {region}" in line:
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        end = f"### END {region}"
        raise CourseError(
            f"{where} begins a {region.lower()} region that has no end: add {end!r}", slug="source-region"
        )
    return "\n".join(lines), cleared


def _checksum(cell: nbformat.NotebookNode, marks: dict[str, Any]) -> str:
    """Return nbgrader's own checksum, by which nbgrader recognises, among others, an answer that was never written."""
    flags = (marks.get("grade", False), marks.get("solution", False), _is_locked(marks))
    parts = [cell.source, cell.cell_type, *map(str, flags), marks["grade_id"]]
    if marks.get("grade"):
        parts.append(str(float(marks["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _is_locked(marks: dict[str, Any]) -> bool:
    return not marks.get("solution") and bool(marks.get("grade") or marks.get("locked"))
