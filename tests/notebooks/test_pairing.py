"""The choice among several cells with one id, cells that lost their id, and cells that count as not worked on."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest
from builders import (
    ANSWERS,
    Desk,
    answered,
    answers,
    assert_whole,
    at,
    cell,
    outline,
    release,
)

from foundations.notebooks.submission import is_stub

STUB = "def double(x):\n    raise NotImplementedError()\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# ------------------------------------------------------------------------------------------------ duplicates


def stub_cell() -> nbformat.NotebookNode:
    return copy.deepcopy(cell(release(), "double-solution"))


@pytest.mark.parametrize("worked_first", [True, False])
def test_untouched_copy_never_beats_a_worked_answer(desk: Desk, worked_first: bool) -> None:
    """Of two cells with one id the worked one is the answer, and the stub does not run after it."""
    nb = answered()
    copied = stub_cell()
    copied.id = "copy"
    copied.source = copied.source.replace("raise", "# my notes\n\n    raise")
    nb.cells.insert(at(nb, "double-solution") + worked_first, copied)
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert answers(submission) == ANSWERS
    assert outline(submission.notebook) == outline(release())
    numbers = (4, 5) if worked_first else (5, 4)
    assert submission.repairs == [
        "solution cell 'double-solution' was there more than once: "
        f"cell {numbers[0]} counts, cell {numbers[1]} left out because unchanged"
    ]


def test_worked_copy_below_the_test_beats_the_stub_above(desk: Desk) -> None:
    """An answer in a copy elsewhere counts, and moves to the place where the test can use it."""
    nb = answered()
    worked = copy.deepcopy(cell(nb, "double-solution"))
    cell(nb, "double-solution").source = stub_cell().source
    nb.cells.insert(at(nb, "triple"), worked)
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert answers(submission) == ANSWERS


def test_second_worked_copy_runs_at_its_place(desk: Desk) -> None:
    """Of two worked cells the first is the answer; the second stays behind it, as an ordinary cell."""
    nb = answered()
    second = copy.deepcopy(cell(nb, "double-solution"))
    second.source = "def double(x):\n    return x * 2\n"
    nb.cells.insert(at(nb, "double"), second)
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert answers(submission) == ANSWERS
    place = at(submission.notebook, "double-solution")
    assert submission.notebook.cells[place + 1].source == second.source
    assert submission.notebook.cells[place + 1].metadata == {}
    assert submission.repairs == [
        "solution cell 'double-solution' was there more than once: cell 4 counts, cell 5 kept as the student's own"
    ]


def test_an_old_version_at_the_top_stays_the_older(desk: Desk) -> None:
    """A copy above the instructor's cells runs before the answer in its place, as it did for the student."""
    nb = answered()
    old = copy.deepcopy(cell(nb, "double-solution"))
    old.source = "def double(x):\n    return 0\n"
    nb.cells.insert(0, old)
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert answers(submission) == ANSWERS
    assert submission.notebook.cells[0].source == old.source


def test_duplicated_graded_cell_counts_once(desk: Desk) -> None:
    """A copied test cell counts once; a copy that was changed stays as the student's own experiment."""
    nb = answered()
    mine = copy.deepcopy(cell(nb, "double"))
    mine.source = "print(double(21))"
    nb.cells.insert(at(nb, "double"), mine)
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert submission.repairs == [
        "graded cell 'double' was there more than once: cell 6 counts, cell 5 kept as the student's own"
    ]
    assert "print(double(21))" in outline(submission.notebook)


@pytest.mark.parametrize("keep_ids", [True, False])
def test_exchanged_ids_do_not_cost_the_answer(desk: Desk, keep_ids: bool) -> None:
    """If answer and test changed ids, the test is recognised by its text, and the other cell is the answer."""
    nb = answered()
    mine, test = cell(nb, "double-solution"), cell(nb, "double")
    mine.metadata.nbgrader, test.metadata.nbgrader = test.metadata.nbgrader, mine.metadata.nbgrader
    if not keep_ids:
        mine.id, test.id = "a", "b"
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert answers(submission) == ANSWERS


def test_answer_with_the_id_of_its_test_is_not_overwritten(desk: Desk) -> None:
    """If the answer's cell has the test's id, too, the real test counts."""
    nb = answered()
    cell(nb, "double-solution").metadata.nbgrader = cell(nb, "double").metadata.nbgrader
    for number, copied in enumerate(nb.cells):
        copied.id = f"other-{number}"
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert answers(submission) == ANSWERS


@pytest.mark.parametrize("keep_ids", [True, False])
def test_notebook_stripped_of_all_metadata(desk: Desk, keep_ids: bool) -> None:
    """A tool that drops all metadata costs no exercise: cells are recognised by id, or by text and definition."""
    nb = answered()
    for number, stripped in enumerate(nb.cells):
        stripped.metadata = {}
        stripped.id = stripped.id if keep_ids else f"other-{number}"
    submission = desk.hand_in(nb)
    assert_whole(submission)
    exercises = ("double-solution", "triple-solution")
    assert [answers(submission)[name] for name in exercises] == [ANSWERS[name] for name in exercises]
    assert "Because addition is repeated." in [c.source for c in submission.notebook.cells]


# ---------------------------------------------------------------------------------------------------- stubs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (STUB, True),
        ("def double(x):  # twice\n\n    # my idea\n\traise   NotImplementedError()", True),
        ("\n\n" + STUB + "\n\n# later\n", True),
        ("def double(x):\n    return 2 * x\n", False),
        (STUB + "double(2)\n", False),
        ("", False),
        ("def double(x:\n    raise NotImplementedError()", False),
        ("def double(x):\n    raise NotImplementedError('#')\n", False),
        ("\x00", False),
        ("\ud800", False),
        ("(" * 5000, False),
        (STUB + "x = 1\n" * 100_000, False),
    ],
)
def test_stub_is_recognised_by_its_code(text: str, expected: bool) -> None:
    """Only whitespace and comments may differ; text that is not Python is compared line by line."""
    assert is_stub(text, STUB) is expected


def test_is_stub_of_a_cell_with_a_magic() -> None:
    """A released cell that is not pure Python is compared line by line."""
    released = "!ls 'x\nraise NotImplementedError()"
    assert is_stub(released + "\n# done", released) is True
    assert is_stub(released + "\n1", released) is False
