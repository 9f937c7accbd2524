"""Students' changes to the structure of a notebook are undone, and their own text is kept."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from builders import (
    ANSWERS,
    ORDER,
    Desk,
    answered,
    answers,
    assert_whole,
    at,
    cell,
    code,
    grade_ids,
    graded,
    markdown,
    marks,
    nbgrader_release,
    notebook,
    outline,
    release,
    solution,
    source_notebook,
    write,
)

from foundations.notebooks.pairing import Cell
from foundations.notebooks.repair import repair
from foundations.notebooks.submission import is_stub

STUB = "def double(x):\n    raise NotImplementedError()\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# ------------------------------------------------------------------------------------------------- no repairs


def test_worked_notebook_needs_no_repair(desk: Desk) -> None:
    """A student who only fills in the answers gets no repairs, and every cell keeps its place."""
    nb = answered()
    nb.cells[at(nb, "double")].outputs = [{"output_type": "stream", "name": "stdout", "text": "hello"}]
    nb.cells[at(nb, "double")].execution_count = 7
    nb.cells[0].metadata["collapsed"] = True
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert submission.repairs == []
    assert outline(submission.notebook) == outline(nb)
    assert answers(submission) == ANSWERS
    assert submission.notebook.cells[0].metadata == {}


def test_untouched_release_made_by_nbgrader_needs_no_repair(tmp_path: Path) -> None:
    """The notebook that ``nbgrader generate_assignment`` makes has no repairs if the student did not edit it."""
    desk = Desk(tmp_path)
    submission = desk.read(nbgrader_release(tmp_path))
    assert_whole(submission)
    assert submission.repairs == []
    assert [c.source for c in submission.notebook.cells] == [c.source for c in release().cells]


def test_editors_own_changes_need_no_repair(desk: Desk) -> None:
    """An editor may change line ends, trailing blanks and the blank line at the end of a read-only cell."""
    nb = answered()
    cell(nb, "double").source = "assert double(2) == 4  \r\n\n"
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert submission.repairs == []


def test_plain_cells_with_idle_metadata_need_no_repair(tmp_path: Path) -> None:
    """nbgrader metadata with every flag false mean an ordinary cell, in the source as in the submission."""
    source = source_notebook()
    source.cells[0].metadata["nbgrader"] = marks("cell-1")
    submission = Desk(tmp_path, source).hand_in(source)
    assert submission.repairs == []


# -------------------------------------------------------------------------------- one change, one repair, one kept


def edit(grade_id: str, **fields: object) -> Callable[[nbformat.NotebookNode], None]:
    def change(nb: nbformat.NotebookNode) -> None:
        cell(nb, grade_id).update(fields)

    return change


def mark(cell_id: str, **fields: object) -> Callable[[nbformat.NotebookNode], None]:
    def change(nb: nbformat.NotebookNode) -> None:
        cell(nb, cell_id).metadata.nbgrader.update(fields)

    return change


def delete(grade_id: str) -> Callable[[nbformat.NotebookNode], None]:
    def change(nb: nbformat.NotebookNode) -> None:
        del nb.cells[at(nb, grade_id)]

    return change


def spoil(grade_id: str, metadata: object) -> Callable[[nbformat.NotebookNode], None]:
    def change(nb: nbformat.NotebookNode) -> None:
        cell(nb, grade_id)["metadata"] = metadata

    return change


def move_above_solution(nb: nbformat.NotebookNode) -> None:
    nb.cells.insert(at(nb, "double-solution"), nb.cells.pop(at(nb, "double")))


def retype(grade_id: str, kind: str) -> Callable[[nbformat.NotebookNode], None]:
    return edit(grade_id, cell_type=kind)


LOST = "had lost its grade_id: recognised by its"


@pytest.mark.parametrize(
    ("change", "repair_made"),
    [
        (delete("double"), "graded cell 'double' had been deleted: put back"),
        (delete("setup"), "read-only cell 'setup' had been deleted: put back"),
        (edit("double", source=""), "graded cell 'double' had been emptied: the released text is back"),
        (edit("double", source="pass"), "graded cell 'double' had been edited: the released text is back"),
        (edit("setup", source="math.inf"), "read-only cell 'setup' had been edited: the released text is back"),
        (retype("double", "markdown"), "graded cell 'double' had been turned from code into markdown: turned back"),
        (
            retype("double-solution", "raw"),
            "solution cell 'double-solution' had been turned from code into raw: turned back",
        ),
        (retype("why", "code"), "hand-graded cell 'why' had been turned from markdown into code: turned back"),
        (move_above_solution, "graded cell 'double' had been moved: back in its place"),
        (
            mark("double", grade=False),
            "graded cell 'double' had its flag 'grade' changed from True to False: changed back",
        ),
        (
            mark("double", solution=True),
            "graded cell 'double' had its flag 'solution' changed from False to True: changed back",
        ),
        (
            mark("setup", locked="no"),
            "read-only cell 'setup' had its flag 'locked' changed from True to 'no': changed back",
        ),
        (mark("double", points=1000), "graded cell 'double' had its points changed from 5 to 1000: changed back"),
        (
            mark("double", points=[[[9]]]),
            "graded cell 'double' had its points changed from 5 to [[[...]]]: changed back",
        ),
        (mark("double-solution", points=9), "solution cell 'double-solution' had its points changed from None to 9:"),
        (spoil("double", {}), f"graded cell 'double' {LOST} cell id and restored"),
        (spoil("double", {"nbgrader": "none"}), f"graded cell 'double' {LOST} text and restored"),
        (spoil("double-solution", 5), f"solution cell 'double-solution' {LOST} cell id and restored"),
        (mark("double", grade_id=["double"]), f"graded cell 'double' {LOST} text and restored"),
        (mark("why", grade_id="because"), f"hand-graded cell 'why' {LOST} cell id and restored"),
    ],
)
def test_one_change_gives_one_repair_and_loses_no_answer(
    desk: Desk, change: Callable[[nbformat.NotebookNode], None], repair_made: str
) -> None:
    """Each way to change the structure is undone and reported in one sentence; every answer keeps its place."""
    nb = answered()
    change(nb)
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert [sentence[: len(repair_made)] for sentence in submission.repairs] == [repair_made]
    assert answers(submission) == ANSWERS
    assert outline(submission.notebook) == outline(release())


def test_deleted_solution_comes_back_as_the_stub(desk: Desk) -> None:
    """A deleted answer is the released stub again, in its place."""
    nb = answered()
    delete("double-solution")(nb)
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert submission.repairs == ["solution cell 'double-solution' had been deleted: put back as it was released"]
    assert outline(submission.notebook) == outline(release())
    assert is_stub(cell(submission.notebook, "double-solution").source, cell(release(), "double-solution").source)


@pytest.mark.parametrize("above", ["prose", "test"])
def test_answer_moved_into_an_extra_cell_still_counts(desk: Desk, above: str) -> None:
    """If the answer's cell is gone and an own cell answers, the stub is restored before the own cell."""
    nb = answered()
    place = at(nb, "double-solution")
    nb.cells[place] = code(ANSWERS["double-solution"], id="mine")
    if above == "prose":
        nb.cells.insert(place - 1, nb.cells.pop(place))
    submission = desk.hand_in(nb)
    assert_whole(submission)
    order = outline(submission.notebook)
    assert order.index("double-solution") < order.index("def double(x):") < order.index("double")


def test_every_nbgrader_cell_deleted(desk: Desk) -> None:
    """If all of nbgrader's cells are deleted, the notebook is the release again, and the prose keeps its place."""
    nb = answered()
    nb.cells = [c for c in nb.cells if "nbgrader" not in c.metadata]
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert outline(submission.notebook) == outline(release())
    assert len(submission.repairs) == 6


def test_no_cells_at_all(desk: Desk) -> None:
    """An empty notebook is graded as the release without its other cells."""
    submission = desk.hand_in(notebook([]))
    assert_whole(submission)
    assert outline(submission.notebook) == ORDER


def test_cells_in_reverse_are_put_in_order(desk: Desk) -> None:
    """nbgrader's cells get the order of the source, whatever order was submitted."""
    nb = answered()
    nb.cells.reverse()
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert answers(submission) == ANSWERS
    assert [s for s in submission.repairs if not s.endswith("had been moved: back in its place")] == []


def test_of_answer_and_test_the_test_has_moved(tmp_path: Path) -> None:
    """If an answer and its test changed places, the report names the test, because only its place can matter."""
    desk = Desk(tmp_path, notebook([solution("f", "def f(): ..."), graded("f", 2, "f()")]))
    submission = desk.hand_in(notebook([graded("f", 2, "f()"), solution("f", "def f(): 1")]))
    assert grade_ids(submission.notebook) == ["f-solution", "f"]
    assert submission.repairs == ["graded cell 'f' had been moved: back in its place"]


# ------------------------------------------------------------------------------------------------ own cells


def test_own_cells_run_at_their_places(desk: Desk) -> None:
    """The student's code and prose stay behind the cell that they were behind, also if cells are restored."""
    nb = answered()
    for grade_id in ("setup", "double-solution", "double", "triple", "why"):
        nb.cells.insert(at(nb, grade_id) + 1, code(f"print({grade_id!r})", id=f"mine-{grade_id}"))
    nb.cells.insert(0, markdown("My own notes.", id="name"))
    expected = outline(nb)
    delete("triple-solution")(nb)
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert outline(submission.notebook) == expected


def test_own_cell_behind_a_moved_one_goes_with_it(desk: Desk) -> None:
    """Code below a test stays below that test when the test goes back to its place."""
    nb = answered()
    nb.cells.insert(at(nb, "double") + 1, code("print('after')", id="after"))
    test = at(nb, "double")
    pair, nb.cells[test : test + 2] = nb.cells[test : test + 2], []
    solution_at = at(nb, "double-solution")
    nb.cells[solution_at:solution_at] = pair
    submission = desk.hand_in(nb)
    assert_whole(submission)
    order = outline(submission.notebook)
    assert order[order.index("double-solution") :][:3] == ["double-solution", "double", "print('after')"]


def test_test_put_back_runs_after_the_students_helpers(desk: Desk) -> None:
    """A deleted test is restored behind own code that the answer may need, before the next exercise's heading."""
    nb = answered()
    nb.cells[at(nb, "double")] = code("def helper(): ...", id="helper")
    submission = desk.hand_in(nb)
    assert_whole(submission)
    order = outline(submission.notebook)
    assert order[order.index("double-solution") :][:4] == [
        "double-solution",
        "def helper(): ...",
        "double",
        "## Thrice",
    ]


def test_foreign_nbgrader_metadata_are_removed(desk: Desk) -> None:
    """A cell that pretends to be graded becomes an ordinary cell, and a repair reports it to the instructor."""
    nb = answered()
    nb.cells.append(code("1", marks("bonus", grade=True, points=100), id="bonus"))
    nb.cells.append(code("2", id="garbage", metadata={"nbgrader": ["grade"]}))
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert submission.repairs == [
        "cell 12 bore nbgrader metadata of no released cell: it is an ordinary cell now",
        "cell 13 bore nbgrader metadata of no released cell: it is an ordinary cell now",
    ]
    assert [c.metadata for c in submission.notebook.cells[-2:]] == [{}, {}]


def test_own_raw_cells_are_inert(desk: Desk) -> None:
    """nbconvert copies raw cells into HTML unless they declare another type."""
    nb = answered()
    raw = {"cell_type": "raw", "id": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": "<script>"}
    nb.cells.append(nbformat.from_dict(raw))
    submission = desk.hand_in(nb)
    assert submission.notebook.cells[-1].metadata == {"raw_mimetype": "text/plain"}


def test_only_pictures_in_an_answer_are_kept(desk: Desk) -> None:
    """A drawing pasted into a written answer reaches the person who grades it; scripts do not."""
    nb = answered()
    cell(nb, "why")["attachments"] = {
        "drawing.png": {"image/png": ["iVBO", "Rw0K"]},
        "bad.png": {"image/png": '"><script>'},
        'on"error.png': {"image/png": "iVBO"},
        "page.html": {"text/html": "iVBO"},
        "none": None,
    }
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert cell(submission.notebook, "why")["attachments"] == {"drawing.png": {"image/png": "iVBORw0K"}}


def test_task_cells_keep_the_students_text(tmp_path: Path) -> None:
    """nbgrader's task cells are graded by hand, so a person judges the student's text."""
    source = source_notebook()
    task = marks("essay", locked=True, task=True, points=2)
    source.cells.append(markdown("Draw it.\n### BEGIN MARK SCHEME\n1 point\n### END MARK SCHEME", task, id="essay"))
    desk = Desk(tmp_path, source)
    nb = copy.deepcopy(source)
    nb.cells[-1].source = "My essay"
    submission = desk.hand_in(nb)
    assert submission.notebook.cells[-1].source == "My essay"
    last = submission.graded[-1]
    assert (last.exercise, last.points, last.manual, last.solution_index) == ("essay", 2.0, True, None)
    assert desk.hand_in(notebook([])).notebook.cells[-1].source == "Draw it."


def test_many_repairs_are_cut_short(desk: Desk) -> None:
    """A submission made to flood the report gets a hundred sentences and a count."""
    nb = answered()
    nb.cells += [code("", marks(f"x{i}", grade=True), id=f"x{i}") for i in range(150)]
    submission = desk.hand_in(nb)
    assert_whole(submission)
    assert len(submission.repairs) == 101
    assert submission.repairs[-1] == "and 50 more repairs of the same kinds"


def test_submissions_do_not_share_cells(desk: Desk) -> None:
    """Changes to one repaired notebook do not reach the next one that is read against the same source."""
    for _ in range(2):
        submission = desk.hand_in(notebook([]))
        assert_whole(submission)
        for repaired in submission.notebook.cells:
            repaired.metadata.nbgrader.clear()
        submission.notebook.metadata.clear()


def test_repair_leaves_its_arguments_alone() -> None:
    """All submissions of a run share the release, so a repair must not write into it."""
    released = [Cell("code", STUB, marks=marks("double-solution", solution=True), marked=True)]
    submitted = [Cell("markdown", "own", marks={"grade": 1}, marked=True, number=1)]
    before = copy.deepcopy((released, submitted))
    cells, _ = repair(released, submitted)
    assert [c.text for c in cells] == [STUB, "own"]
    assert (released, submitted) == before


def test_builders_make_a_course_that_can_be_read(tmp_path: Path) -> None:
    """The sample cells from which other tests are built have the metadata that they promise."""
    nb = notebook([solution("f", "def f(): ..."), graded("f", 2, "f()")])
    desk = Desk(tmp_path, nb)
    assert [(g.exercise, g.points) for g in desk.hand_in(nb).graded] == [("f", 2.0)]
    assert write({}, tmp_path / "deep" / "x.json").read_text() == "{}"
