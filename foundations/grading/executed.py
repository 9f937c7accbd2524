"""The executed notebook: a submission with the outputs of its grading, and the table of checks in each graded cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import nbformat

from foundations.notebooks.demonstrations import not_needed
from foundations.notebooks.outputs import valid_outputs
from foundations.notebooks.submission import Submission
from foundations.notebooks.submitted_outputs import repeated, with_figures
from foundations.report.check_table import check_table_html, check_table_text
from foundations.report.model import Report
from foundations.session.replies import CellRun
from foundations.session.sparing import NOTHING_SPARED, Sparing
from foundations.worker.protocol import UNDRAWN


def sparing_of(read: Submission) -> Sparing:
    """Return the work that the cells of a submission are spared.

    Times are measured as usual in graded cells and in code that the student wrote, which may use them.
    """
    graded = {index for cell in read.graded for index in (cell.index, cell.solution_index)}
    given = {index for index, cell in enumerate(read.cells) if cell.kind == "code" and cell.given}
    return Sparing(figures=True, timed_once=frozenset(given - graded), not_run=not_needed(read.cells))


def executed(
    read: Submission, runs: Mapping[int, CellRun], report: Report, sparing: Sparing = NOTHING_SPARED
) -> nbformat.NotebookNode:
    """Return the notebook with its outputs, and the student's own for figures and cells that grading left out.

    Args:
        read: the submission; its notebook is filled.
        runs: the run of each cell, by index.
        report: the outcomes of the checks.
        sparing: the work that the cells were spared.
    """
    notebook = read.notebook
    for index, run in runs.items():
        cell, submitted = notebook.cells[index], read.cells[index].outputs
        cell.execution_count = run.execution_count if isinstance(run.execution_count, int) else None
        cell.outputs = repeated(submitted) if index in sparing.not_run else _shown(run.outputs, submitted)
    results = {exercise.id: exercise for exercise in report.exercises}
    for graded in read.graded:
        if graded.exercise in results:
            exercise = results[graded.exercise]
            credit = report.creditable
            data = {
                "text/plain": check_table_text(exercise, creditable=credit),
                "text/html": check_table_html(exercise, creditable=credit),
            }
            notebook.cells[graded.index].outputs.append(nbformat.v4.new_output("display_data", data=data))
    return notebook


def _shown(outputs: list[Any], submitted: Sequence[Any]) -> list[nbformat.NotebookNode]:
    """Return the valid outputs of a cell, with the figures that were submitted instead of undrawn ones."""
    shown = valid_outputs(outputs)
    undrawn = [output.get("metadata", {}).pop(UNDRAWN, False) is True for output in shown]
    return with_figures(shown, undrawn, submitted)
