"""Written answers whose cell was submitted without an answer: the student left it out, or wrote it elsewhere."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence

import nbformat

from foundations.notebooks.pairing import Cell
from foundations.plain import clean

_MOST_NAMED = 5


def blank_answers(cells: Sequence[Cell]) -> dict[str, str]:
    """Describe the answers graded by hand whose cell holds the released text, in a repaired notebook's ``cells``.

    Returns:
        By grade_id, a sentence that shows a person where the answer may be. It is empty if the cell was submitted as it
        was released and the student has no own cells around it, so that the person need not look.
    """
    return {
        cell.grade_id: _where(index, cells)
        for index, cell in enumerate(cells)
        if cell.by_hand and not cell.marks.get("task") and cell.given
    }


def with_places(notebook: nbformat.NotebookNode, written: Mapping[str, str]) -> nbformat.NotebookNode:
    """Put a cell above each blank answer of ``notebook`` that shows a person where the answer may be."""
    cells: list[nbformat.NotebookNode] = []
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if where := written.get(name):
            text = f"<strong>For the person who grades {html.escape(name)}:</strong> {html.escape(clean(where))}"
            cells.append(nbformat.v4.new_markdown_cell(text, id=f"place-{len(cells)}"))
        cells.append(cell)
    notebook.cells = cells
    return notebook


def _where(index: int, cells: Sequence[Cell]) -> str:
    cell = cells[index]
    above, below = _around(cells[:index][::-1]), _around(cells[index + 1 :])
    sentences = []
    if not cell.number:
        sentences.append("The cell of this answer was missing and has been put back as it was released.")
    elif cell.repaired:
        sentences.append("The cell of this answer had been moved or changed and has been put back.")
    if above or below:
        places = [_named(above[::-1], "above"), _named(below, "below")]
        sentences.append(f"The answer may be {' or '.join(filter(None, places))}.")
    elif sentences:
        texts = [other for other in cells if _is_own(other) and not other.marks and other.kind != "code"]
        sentences.append(
            f"The answer may be {_named(texts, '')}." if texts else "No other text was found in this notebook."
        )
    return " ".join(sentences)


def _around(cells: Sequence[Cell]) -> list[Cell]:
    """Return the student's own cells up to the nearest cell that is as it was released, or is another answer's."""
    return list(_own_until_released(cells))


def _own_until_released(cells: Sequence[Cell]) -> Iterator[Cell]:
    for cell in cells:
        if cell.marks:
            if cell.edited:  # its own text is back, so this is the only trace of the text that was there
                yield cell
            return
        if _is_own(cell):
            yield cell
        elif cell.text.strip():
            return


def _is_own(cell: Cell) -> bool:
    return not cell.given and bool(cell.text.strip() or cell.attachments)


def _named(cells: Sequence[Cell], direction: str) -> str:
    numbers = list(dict.fromkeys(str(cell.number) for cell in cells))
    if not numbers:
        return ""
    more = f" and {len(numbers) - _MOST_NAMED} more" if len(numbers) > _MOST_NAMED else ""
    listed = f"cell{'s' if len(numbers) > 1 else ''} {', '.join(numbers[:_MOST_NAMED])}{more}"
    if not direction:
        return f"in {listed}"
    return f"in the cell{'s' if len(numbers) > 1 else ''} {direction} ({listed})"
