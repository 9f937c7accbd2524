"""The instructor's notebook is checked when it is read, and released as nbgrader would release it."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import nbformat
import pytest
from builders import (
    Desk,
    at,
    cell,
    code,
    graded,
    markdown,
    marks,
    nbgrader_release,
    notebook,
    solution,
    source_notebook,
    write,
)
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from foundations.errors import CourseError
from foundations.notebooks.source import read_source, release_version

REGION = "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"


def test_source_is_read_unchanged(tmp_path: Path) -> None:
    """One reader's changes to the notebook do not reach the next reader."""
    source = source_notebook()
    path = write(source, tmp_path / "a.ipynb")
    first = read_source(path)
    assert first == source
    first.cells.clear()
    assert read_source(path) == source


def test_source_written_in_lines_is_joined(tmp_path: Path) -> None:
    """Jupyter writes a cell's text as a list of lines, and readers get one string."""
    source = source_notebook()
    path = tmp_path / "a.ipynb"
    nbformat.write(source, path)
    assert isinstance(json.loads(path.read_text())["cells"][3]["source"], list)
    assert [c.source for c in read_source(path).cells] == [c.source for c in source.cells]


def test_release_is_nbgraders_to_the_last_field(tmp_path: Path) -> None:
    """The release has the cells, flags, checksums and text of ``nbgrader generate_assignment``, without nbgrader."""
    source = source_notebook()
    source.cells[at(source, "setup")].outputs = [{"output_type": "stream", "name": "stdout", "text": "hello"}]
    source.cells[at(source, "setup")].metadata["collapsed"] = True
    source.cells.append(code("open_ended = 1", marks("free", solution=True), id="free"))
    source.cells.append(code("by_hand = 1", marks("judged", grade=True, solution=True, points=0.5), id="judged"))
    source.cells.append(
        markdown(
            "Draw\n### BEGIN MARK SCHEME\n1\n### END MARK SCHEME",
            marks("task", locked=True, task=True, points=1),
            id="t",
        )
    )
    source.metadata["celltoolbar"] = "Create Assignment"
    desk = Desk(tmp_path, source)
    released = nbformat.read(nbgrader_release(tmp_path), as_version=4)
    assert release_version(read_source(desk.source)).cells == released.cells


@pytest.mark.parametrize(
    "text",
    [
        REGION,
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n",
        "def f():\n\t### BEGIN SOLUTION\n\treturn 1\n\t### END SOLUTION\n\nif x:\n  # BEGIN SOLUTION\n  # END SOLUTION",
        "x = 1",
        "",
        "### END SOLUTION\nx",
        "\n\n   \u00a0### BEGIN SOLUTION\r\n1\r\n### END SOLUTION\r\ny\r\n\x0c",
    ],
)
@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_solutions_are_cleared_as_nbgrader_clears_them(text: str, kind: str) -> None:
    """Byte for byte the text of nbgrader's ClearSolutions with this course's stub."""
    flags = marks("f-solution", solution=True, grade=kind == "markdown", points=1)
    nb = notebook([(code if kind == "code" else markdown)(text, flags)])
    config = Config()
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
    theirs, _ = ClearSolutions(config=config).preprocess(copy.deepcopy(nb), {})
    assert release_version(nb).cells[0].source == theirs.cells[0].source


def broken(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return notebook(list(cells))


ANSWER = solution("f", "def f(): ...")


@pytest.mark.parametrize(
    ("nb", "message"),
    [
        (broken(solution("f", "### BEGIN SOLUTION\n1")), "a solution region that has no end: add '### END SOLUTION'"),
        (broken(solution("f", "BEGIN SOLUTION\nBEGIN SOLUTION\n")), "a solution region inside another"),
        (broken(code(REGION)), "has a solution region, but is not marked as a solution cell"),
        (broken(markdown("BEGIN MARK SCHEME\nEND MARK SCHEME")), "has a mark scheme, but is not marked as a task"),
        (broken(code("### BEGIN HIDDEN TESTS")), "cell 1: it has hidden tests"),
        (broken(ANSWER, code("f()", marks("f", grade=True))), "cell 2 ('f'): it is graded, but its points are None"),
        (broken(ANSWER, graded("f", True, "f()")), "its points are True"),
        (broken(ANSWER, graded("f", -1, "f()")), "its points are -1"),
        (broken(ANSWER, graded("f", 1, ""), graded("f", 1, "")), "its grade_id is that of cell 2 already"),
        (broken(graded("f", 1, "f()")), "there is no cell with grade_id 'f-solution' for its answer"),
        (broken(graded("f", 1, "f()"), ANSWER), "its answer's cell 'f-solution' comes after it"),
        (broken(code("", marks("f-solution", locked=True)), graded("f", 1, "")), "is not a code cell marked as"),
        (broken(solution("f-2", ""), graded("f-2", 1, "")), "and is not a valid name"),
        (broken(solution("class", ""), graded("class", 1, "")), "and is not a valid name"),
        (broken(markdown("", marks("f", grade=True, points=1))), "is a markdown cell"),
        (broken(code("", marks("a b", locked=True))), "its grade_id 'a b' is not made of letters"),
        (broken(code("", {"locked": True})), "its grade_id None is not made of letters"),
        (broken(code("", {"locked": True, "grade_id": []})), "its grade_id [] is not made of letters"),
        (broken(nbformat.from_dict(code("") | {"metadata": {"nbgrader": 5}})), "has nbgrader metadata 5"),
        ({"cells": [5], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}, "is not valid at cells/0"),
        ({"cells": [], "nbformat": 3, "nbformat_minor": 0, "metadata": {}}, "is not in nbformat 4"),
        ({"worksheets": [], "nbformat": 3, "nbformat_minor": 0, "metadata": {}}, "is not in nbformat 4"),
        ({"cells": [], "nbformat": 4, "nbformat_minor": "5", "metadata": {}}, "is not in nbformat 4"),
        (notebook([], kernelspec={"language": "julia", "name": "j", "display_name": "j"}), "of language 'julia'"),
        ([], "the instructor's notebook 'course.ipynb' is JSON, but not a notebook"),
    ],
)
def test_authors_mistakes_are_course_errors(tmp_path: Path, nb: object, message: str) -> None:
    """The message has the place and the fault; grading raises a CourseError, too."""
    desk = Desk(tmp_path)
    write(nb, desk.source)
    with pytest.raises(CourseError) as caught:
        read_source(desk.source)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.slug != ""
    with pytest.raises(CourseError):
        desk.hand_in(source_notebook())


def test_missing_source_is_a_course_error(tmp_path: Path) -> None:
    """A missing source is not the student's fault."""
    with pytest.raises(CourseError, match=r"the instructor's notebook 'none.ipynb' does not exist"):
        read_source(tmp_path / "none.ipynb")


def test_changed_source_is_read_again(tmp_path: Path) -> None:
    """The cache is by content: an edit between two submissions takes effect."""
    desk = Desk(tmp_path)
    assert [g.points for g in desk.hand_in(source_notebook()).graded] == [5.0, 4.0, 3.0]
    source = source_notebook()
    cell(source, "double").metadata.nbgrader.points = 7
    write(source, desk.source)
    assert [g.points for g in desk.hand_in(source_notebook()).graded] == [7.0, 4.0, 3.0]
