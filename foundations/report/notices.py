"""The notice in an executed notebook that asks an instructor to look at a submission.

The notice is a raw cell of a type that nbconvert does not know and therefore leaves out of its pages. The formgrader is
configured to show it, and a page for students does not contain it, whatever settings a course has.
"""

from __future__ import annotations

import html
import shlex

import nbformat

from foundations.plain import clean, clean_name
from foundations.report.model import Report, Review

MIMETYPE = "text/x-foundations-review"
_ID = "needs-a-look"
#: The most findings that are shown, and the most characters of each text.
_MOST = 50
_MAX_TEXT = 500
_TITLE = "This submission needs a look. Its points are provisional, and students do not see this notice."


def with_notice(notebook: nbformat.NotebookNode, report: Report) -> nbformat.NotebookNode:
    """Put a notice with the open findings of ``report`` above ``notebook``, instead of an earlier one."""
    without_notice(notebook)
    if report.review:
        cell = nbformat.v4.new_raw_cell(_text(report), id=_ID, metadata={"raw_mimetype": MIMETYPE})
        notebook.cells.insert(0, cell)
    return notebook


def without_notice(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Remove the notice from ``notebook``."""
    notebook.cells = [cell for cell in notebook.cells if not _is_notice(cell)]
    return notebook


def with_shown_notice(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Turn the notice of ``notebook`` into a cell that pages show."""
    notebook.cells = [_shown(cell) if _is_notice(cell) else cell for cell in notebook.cells]
    return notebook


def place(review: Review) -> str:
    """Return the place of a finding: ``cell 5, line 2``; empty if it is unknown."""
    parts = [("cell", review.cell), ("line", review.line)]
    return ", ".join(f"{name} {number}" for name, number in parts if number is not None)


def sentence(review: Review) -> str:
    """Return a finding on one line: its place, the code or event, and the reason."""
    where = ", ".join(filter(None, (place(review), "; ".join(review.exercises))))
    text = f"{review.finding}: {review.reason}"
    return " ".join(clean(f"{where}: {text}" if where else text).split())


def command(report: Report) -> str:
    """Return the command that closes the findings of a submission, without its option."""
    return f"foundations review {shlex.quote(report.assignment)} {shlex.quote(clean_name(report.submission))}"


def _text(report: Report) -> str:
    findings = [_finding(number, review) for number, review in enumerate(report.review[:_MOST], 1)]
    if more := len(report.review) - _MOST:
        findings += [f"and {more} more"] * (more > 0)
    close = f"To close it: {command(report)} --accept, or --take EXERCISE to take the points of an exercise."
    return "\n\n".join([_TITLE, *findings, close])


def _finding(number: int, review: Review) -> str:
    where = ": ".join(filter(None, (place(review), clean(review.finding, _MAX_TEXT))))
    part = f"\n   part of: {', '.join(map(clean_name, review.exercises))}" if review.exercises else ""
    return f"{number}. {where}\n   {clean(review.reason, _MAX_TEXT)}{part}"


def _is_notice(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "raw" and cell.metadata.get("raw_mimetype") == MIMETYPE


def _shown(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    title, _, body = cell.source.partition("\n\n")
    lines = html.escape(body).replace("\n\n", "\n&nbsp;\n")  # an empty line would end the element in Markdown
    text = f'<strong>{html.escape(title)}</strong>\n<pre style="white-space: pre-wrap">{lines}</pre>'
    return nbformat.v4.new_markdown_cell(text, id=cell.id)
