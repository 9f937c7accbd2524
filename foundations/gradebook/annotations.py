"""Notes for students, put above the notebook that nbgrader shows them."""

from __future__ import annotations

import html

import nbformat

from foundations.config import Course
from foundations.notebooks.source import read_source, release_version
from foundations.plain import clean
from foundations.report.model import NOT_CREDITABLE


def placeholder(course: Course, assignment: str, reason: str = "") -> nbformat.NotebookNode:
    """Return the notebook that nbgrader shows instead of an unreadable one: the release, below the reason."""
    notebook = release_version(read_source(course.notebook(assignment)))
    return with_reason(notebook, reason) if reason else notebook


def with_reason(notebook: nbformat.NotebookNode, reason: str) -> nbformat.NotebookNode:
    """Put a cell above ``notebook`` that shows why it has no score."""
    return _with_note(
        notebook,
        "not-graded",
        "This submission is not graded yet: a person has to look at it.",
        reason,
        "Below is the notebook as it was released. Does the file that you submitted open in JupyterLab? If it does not,"
        " submit one that does.",
    )


def with_repairs(notebook: nbformat.NotebookNode, repairs: list[str]) -> nbformat.NotebookNode:
    """Put a cell above ``notebook`` that lists the repairs made before it was graded."""
    return _with_note(
        notebook,
        "repaired",
        "This notebook was repaired before it was graded:",
        "\n".join(f"- {repair}" for repair in repairs),
        "The repairs themselves cost no points.",
    )


def without_credit(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Put a cell above ``notebook`` that warns that its scores do not count."""
    return _with_note(
        notebook,
        "not-creditable",
        "The scores below do not count.",
        NOT_CREDITABLE,
        "They are preliminary until a person confirms them or the notebook is graded again.",
    )


def _with_note(notebook: nbformat.NotebookNode, name: str, title: str, body: str, advice: str) -> nbformat.NotebookNode:
    text = f'<strong>{title}</strong>\n<pre style="white-space: pre-wrap">{html.escape(clean(body))}</pre>\n\n{advice}'
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id=name))
    return notebook
