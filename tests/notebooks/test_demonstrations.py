"""A demonstration runs if, and only if, code that runs may read its result."""

from __future__ import annotations

from typing import Any

import builders
import nbformat
import pytest

from foundations.config import Limits
from foundations.errors import CourseError
from foundations.notebooks.demonstrations import not_needed
from foundations.notebooks.pairing import Cell
from foundations.notebooks.source import read_released
from foundations.notebooks.submission import read_submission

SHOWN = "history = train(net)\nprint(history)"


def cells(*texts: str, demonstrations: tuple[int, ...] = (0,)) -> list[Cell]:
    return [Cell("code", text, demonstration=index in demonstrations) for index, text in enumerate(texts)]


@pytest.mark.parametrize(
    "text",
    [
        "def answer(x): return 2 * x",
        "def answer(history): return history[-1]",
        "def answer():\n    history = []\n    return history",
        "history = []\nhistory.append(1)",
        "[history for history in range(3)]",
        "print('the history of this network')",
        '"""history"""',
        "'a history'",
        "net = 3",
    ],
)
def test_cells_that_do_not_read_its_names_leave_it_out(text):
    """Parameters, local names and prose are other things of the same name."""
    assert not_needed(cells(SHOWN, text)) == {0}


@pytest.mark.parametrize(
    "text",
    [
        "print(history)",
        "assert history[-1] < 1",
        "history += [1]",
        "for epoch in history: pass",
        "best = max(epoch for epoch in history)",
        "def answer(): return history",
        "answer = lambda: history",
        "class Answer:\n    def go(self): return history",
        "globals()['history']",
        "exec('x = history[0]')",
        "f'{history}'",
        "history = history + [1]",
        "if x:\n    history = []\nprint(history)",
        "%timeit sum(history)",
        "print history",
    ],
)
def test_cells_that_read_its_names_need_it(text):
    """The cell below, or a function that is called later."""
    assert not_needed(cells(SHOWN, text)) == frozenset()


def test_a_cell_above_needs_it_only_from_a_function():
    """A function may be called below the demonstration."""
    assert not_needed(cells("print(history)", SHOWN, demonstrations=(1,))) == {1}
    assert not_needed(cells("def last(): return history[-1]", SHOWN, demonstrations=(1,))) == frozenset()


def test_a_needed_demonstration_needs_others():
    """Names that it changes count as made."""
    chain = cells("times = {}", "times['a'] = 1", "more = times", "print(more)", demonstrations=(1, 2))
    assert not_needed(chain) == frozenset()
    assert not_needed(chain[:3]) == {1, 2}


def declared(**more: Any) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """Return a source whose plain cell ``history = 1`` is declared, and its release."""
    source = builders.source_notebook()
    shown = builders.code("history = 1", id="shown")
    shown.metadata["foundations"] = {"demonstration": True}
    source.cells.insert(3, shown)
    release = builders.release()
    release.cells.insert(3, builders.code("history = 1", id="shown", **more))
    return source, release


def test_a_submitted_demonstration_is_known_by_its_text(tmp_path):
    """If the student changed it, it is the student's own cell."""
    source, release = declared()
    path = builders.write(source, tmp_path / "source.ipynb")
    read = read_submission(builders.write(release, tmp_path / "a.ipynb"), path, Limits())
    assert [cell.text for cell in read.cells if cell.demonstration] == ["history = 1"]
    release.cells[3].source = "history = 2"
    read = read_submission(builders.write(release, tmp_path / "b.ipynb"), path, Limits())
    assert [cell for cell in read.cells if cell.demonstration] == []


def test_outputs_belong_to_the_text_that_they_were_submitted_with(tmp_path):
    """A read-only cell whose text is restored has none."""
    source, release = declared(outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}])
    path = builders.write(source, tmp_path / "source.ipynb")
    builders.cell(release, "double").source += "\nprint(1)"
    builders.cell(release, "double").outputs = release.cells[3].outputs
    read = read_submission(builders.write(release, tmp_path / "a.ipynb"), path, Limits())
    assert [cell.text for cell in read.cells if cell.outputs] == ["history = 1"]


def test_only_plain_code_of_the_instructor_can_be_a_demonstration(tmp_path):
    """A graded cell that is declared is a fault of the course."""
    source = builders.source_notebook()
    builders.cell(source, "double").metadata["foundations"] = {"demonstration": True}
    with pytest.raises(CourseError, match="declared to be a demonstration"):
        read_released(builders.write(source, tmp_path / "source.ipynb"))
