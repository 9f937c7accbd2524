"""A written answer counts as left out only if the student wrote no other text near its cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from builders import Desk, answered, at, cell, code, markdown, release

from foundations.notebooks.written import with_places

BLANK = cell(release(), "why").source


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def blank() -> nbformat.NotebookNode:
    """A worked notebook whose written answer is as it was released: cell 10 of 11, between a question and an end."""
    nb = answered()
    cell(nb, "why").source = BLANK
    return nb


def insert(offset: int, *cells: nbformat.NotebookNode) -> Callable[[nbformat.NotebookNode], None]:
    def change(nb: nbformat.NotebookNode) -> None:
        place = at(nb, "why") + offset
        nb.cells[place:place] = cells

    return change


def edit(offset: int, text: str) -> Callable[[nbformat.NotebookNode], None]:
    def change(nb: nbformat.NotebookNode) -> None:
        nb.cells[at(nb, "why") + offset].source += text

    return change


def spaced(nb: nbformat.NotebookNode) -> None:
    cell(nb, "why").source = f"\r\n{BLANK}  \n\n"


@pytest.mark.parametrize(
    "change",
    [edit(0, ""), spaced, insert(1, markdown(" \n")), insert(2, markdown("My notes.")), edit(-2, f"\n# {BLANK}")],
)
def test_a_cell_as_released_with_no_own_text_around_it_needs_no_person(
    desk: Desk, change: Callable[[nbformat.NotebookNode], None]
) -> None:
    """Whitespace makes no difference, and text behind the next released cell belongs to that cell."""
    nb = blank()
    change(nb)
    assert desk.hand_in(nb).written == {"why": ""}


ANSWER = "Because addition is repeated."


def delete(nb: nbformat.NotebookNode) -> None:
    del nb.cells[at(nb, "why")]


def replace_by_own(nb: nbformat.NotebookNode) -> None:
    nb.cells[at(nb, "why")] = markdown(ANSWER, id="mine")


def move(nb: nbformat.NotebookNode) -> None:
    nb.cells.insert(0, nb.cells.pop(at(nb, "why")))


def retype(nb: nbformat.NotebookNode) -> None:
    cell(nb, "why").cell_type = "raw"


def end_of_the_notebook(nb: nbformat.NotebookNode) -> None:
    delete(nb)
    nb.cells += [markdown(ANSWER, id="mine")]


def picture(nb: nbformat.NotebookNode) -> None:
    cell(nb, "why")["attachments"] = {"drawing.png": {"image/png": "iVBORw0K"}}


MISSING = "The cell of this answer was missing and has been put back as it was released."


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (insert(1, markdown(ANSWER, id="mine")), "The answer may be in the cell below (cell 11)."),
        (insert(0, markdown(ANSWER, id="mine")), "The answer may be in the cell above (cell 10)."),
        (insert(1, code("# it adds up", id="mine")), "The answer may be in the cell below (cell 11)."),
        (
            insert(1, markdown(ANSWER, id="a"), markdown("More.", id="b")),
            "The answer may be in the cells below (cells 11, 12).",
        ),
        (edit(-1, f"\n{ANSWER}"), "The answer may be in the cell above (cell 9)."),
        (edit(1, f"\n{ANSWER}"), "The answer may be in the cell below (cell 11)."),
        (delete, f"{MISSING} No other text was found in this notebook."),
        (replace_by_own, f"{MISSING} The answer may be in the cell below (cell 10)."),
        (end_of_the_notebook, f"{MISSING} The answer may be in cell 11."),
        (move, "The cell of this answer had been moved or changed and has been put back."),
        (retype, "The cell of this answer had been moved or changed and has been put back."),
    ],
)
def test_a_person_is_shown_where_the_answer_may_be(
    desk: Desk, change: Callable[[nbformat.NotebookNode], None], where: str
) -> None:
    """Cell numbers are those of the submission."""
    nb = blank()
    change(nb)
    assert desk.hand_in(nb).written["why"].startswith(where)


@pytest.mark.parametrize("text", [ANSWER, "", "It adds up. Yes."])
def test_a_cell_with_another_text_is_not_blank(desk: Desk, text: str) -> None:
    """An emptied cell is not blank either, because the student has edited it."""
    nb = blank()
    cell(nb, "why").source = text
    assert desk.hand_in(nb).written == {}


def test_a_cell_with_a_picture_is_not_blank(desk: Desk) -> None:
    nb = blank()
    picture(nb)
    assert desk.hand_in(nb).written == {}


def test_text_in_a_locked_question_is_kept_and_found(tmp_path: Path) -> None:
    """The released question is restored, and the added text is in its own cell next to it."""
    source = release()
    question = source.cells[at(source, "why") - 1]
    question.metadata.nbgrader = {
        "schema_version": 3, "grade_id": "question", "grade": False, "solution": False, "locked": True,
    }  # fmt: skip
    desk = Desk(tmp_path, source)
    nb = blank()
    nb.cells[at(nb, "why") - 1] = nbformat.from_dict({**question, "source": f"{question.source}\n\n{ANSWER}"})
    submission = desk.hand_in(nb)
    place = at(submission.notebook, "question")
    assert [shown.source for shown in submission.notebook.cells[place : place + 2]] == [question.source, ANSWER]
    assert submission.written == {"why": "The answer may be in the cell above (cell 9)."}


def test_the_place_is_shown_above_the_answer() -> None:
    """The place is escaped, whatever characters it has."""
    nb = with_places(blank(), {"why": "The answer may be in the cell <below>."})
    notice = nb.cells[at(nb, "why") - 1]
    assert "For the person who grades why" in notice.source
    assert "the cell &lt;below&gt;." in notice.source
    nbformat.validate(nb)
    assert len(with_places(blank(), {"why": ""}).cells) == len(blank().cells)
