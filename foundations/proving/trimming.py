"""A notebook trimmed to its exercises: without prose, figures and timings, so that it is graded many times faster."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence

import nbformat

from foundations.notebooks.names import Names, names_in, needed_cells
from foundations.notebooks.source import release_version
from foundations.proving.answers import Answer
from foundations.proving.source import SourceAssignment, grade_id
from foundations.release.probes import names_of_probes


def trimmed(source: SourceAssignment, answers: Iterable[Answer] = ()) -> nbformat.NotebookNode:
    """Return the source notebook with the exercises' cells, and the cells that bind names which these need.

    Args:
        source: the assignment.
        answers: answers whose names are needed as well.
    """
    cells = source.notebook.cells
    names = [names_in(cell.source) if cell.cell_type == "code" else Names() for cell in cells]
    own = {place for exercise in source.exercises for place in (exercise.solution_cell, exercise.check_cell)}
    first = min((exercise.solution_cell for exercise in source.exercises), default=0)
    needs = [(source.exercise(answer.exercise).solution_cell, _read(answer.cells)) for answer in answers]
    probed = names_of_probes(source.course, source.name)
    kept = needed_cells(names, own, [*needs, (first, probed)])
    notebook = copy.deepcopy(source.notebook)
    notebook.cells = [cell for place, cell in enumerate(notebook.cells) if place in kept]
    return notebook


def _read(texts: Iterable[str]) -> set[str]:
    """Return the names that an answer reads, and has not bound in an earlier cell."""
    read: set[str] = set()
    bound: set[str] = set()
    for names in map(names_in, texts):
        read |= names.read - bound
        bound |= names.bound
    return read


def submission(notebook: nbformat.NotebookNode, answers: Mapping[str, Sequence[str]]) -> nbformat.NotebookNode:
    """Return the release of ``notebook`` with ``answers``: cells by exercise, the last of which replaces the stub."""
    submitted = release_version(notebook)
    for exercise, cells in answers.items():
        place = next(index for index, cell in enumerate(submitted.cells) if grade_id(cell) == f"{exercise}-solution")
        submitted.cells[place].source = cells[-1]
        submitted.cells[place:place] = [nbformat.v4.new_code_cell(text) for text in cells[:-1]]
    return submitted


def solutions(source: SourceAssignment) -> dict[str, list[str]]:
    """Return the instructor's own answers, by exercise."""
    return {exercise.name: [exercise.solution] for exercise in source.exercises}
