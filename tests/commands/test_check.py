"""``foundations check`` runs the visible checks in a real kernel, and accepts the files that grading accepts."""

import json
from typing import Any

import builders
import pytest

from foundations.commands.check import visible_checks
from foundations.config import Limits
from foundations.errors import CourseError, SubmissionError
from foundations.notebooks.submission import read_alone


@pytest.mark.slow
def test_each_graded_cell_has_a_result(tmp_path):
    """A cell that fails does not stop the cell below it."""
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = "def double(x):\n    return x"
    results = visible_checks(builders.write(notebook, tmp_path / "mine.ipynb"))

    assert [(result.exercise, result.points, result.passed) for result in results] == [
        ("double", 5.0, False),
        ("triple", 4.0, True),
    ]


def test_a_file_that_is_not_an_assignment_is_one_sentence(tmp_path):
    """A broken file is the submission's fault, a wrong path or notebook the user's."""
    (tmp_path / "bad.ipynb").write_text("not json")
    builders.write(builders.notebook([builders.code("1")]), tmp_path / "none.ipynb")

    with pytest.raises(SubmissionError, match="is not JSON"):
        visible_checks(tmp_path / "bad.ipynb")
    for name in ("missing.ipynb", "none.ipynb", "."):
        with pytest.raises(CourseError):
            visible_checks(tmp_path / name)


@pytest.mark.slow
def test_a_kernel_that_dies_is_one_sentence(tmp_path):
    """A cell that ends the process is the submission's fault."""
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = "import os; os._exit(1)"

    with pytest.raises(SubmissionError, match="kernel died"):
        visible_checks(builders.write(notebook, tmp_path / "mine.ipynb"))


def each_cell(change):
    """Return a function that damages every cell that is not marked for grading."""

    def damage(notebook):
        for cell in notebook["cells"]:
            if "nbgrader" not in cell["metadata"]:
                change(cell)

    return damage


def add(cell):
    return lambda notebook: notebook["cells"].insert(0, cell)


def put(**values):
    return lambda table: table.update(values)


def without(key):
    return lambda table: table.pop(key)


OWN: dict[str, Any] = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
KERNEL = {"display_name": "mine", "language": "python", "name": "conda-env-mine-py"}
#: Damage to a notebook's values.
DAMAGED = {
    "no damage": lambda notebook: None,
    "no nbformat": without("nbformat"),
    "no nbformat_minor": without("nbformat_minor"),
    "nbformat of another type": put(nbformat="4"),
    "nbformat 4 of a later minor": put(nbformat_minor=99),
    "nbformat 2": put(nbformat=2),
    "nbformat 5": put(nbformat=5),
    "no metadata": without("metadata"),
    "metadata of another type": put(metadata=[]),
    "a kernel of another name": lambda notebook: notebook["metadata"].update(kernelspec=KERNEL),
    "a kernel of another language": put(metadata={"kernelspec": {**KERNEL, "language": "R"}}),
    "no cells": without("cells"),
    "cells of another type": put(cells={}),
    "a cell of another type": add(7),
    "a cell without metadata": each_cell(without("metadata")),
    "a cell without source": each_cell(without("source")),
    "a cell without type": each_cell(without("cell_type")),
    "a null source": each_cell(put(source=None)),
    "a source of numbers": each_cell(put(source=[1, 2])),
    "a source of lines": each_cell(put(source=["# one\n", "# two"])),
    "half a character": add({**OWN, "source": "x = '\ud83d'"}),
    "half a character in an output": add({**OWN, "outputs": [{"output_type": "stream", "text": "\udfff"}]}),
    "outputs of another type": add({**OWN, "outputs": "none"}),
    "outputs that are null": add({**OWN, "outputs": None}),
    "no outputs": add({"cell_type": "code", "metadata": {}, "source": ""}),
    "metadata that are null": each_cell(put(metadata=None)),
    "marks of another type": each_cell(put(metadata={"nbgrader": [1]})),
    "the same id twice": each_cell(put(id="same")),
    "an id of another type": each_cell(put(id=[1])),
    "attachments of another type": each_cell(put(attachments=3)),
    "a tag that skips": add({**OWN, "metadata": {"tags": ["skip-execution", 4]}}),
    "points of another type": lambda notebook: notebook["cells"][4]["metadata"]["nbgrader"].update(points="five"),
    "unknown keys": put(colab={"name": "mine"}, accelerator="GPU"),
}
#: Damage to a notebook's bytes.
BYTES = {
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "Latin-1": lambda data: data.replace(b"A small course", b"\xe9"),
    "cut off": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "a list": lambda data: b"[" + data + b"]",
    "text after it": lambda data: data + b"x",
    "NaN": lambda data: data.replace(b'"nbformat_minor": 5', b'"nbformat_minor": NaN'),
    "line ends of Windows": lambda data: data.replace(b", ", b",\r\n"),
}


#: Damage that both commands refuse.
REFUSED = {
    *("nbformat 2", "nbformat 5", "a kernel of another language", "no cells", "cells of another type"),
    *("UTF-16", "Latin-1", "cut off", "empty", "a list", "text after it"),
}


def refusal(read):
    try:
        read()
    except SubmissionError as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", [*DAMAGED, *BYTES])
def test_check_accepts_what_grading_accepts(tmp_path, name):
    """Both commands accept the same files, and refuse the others with the same sentence."""
    notebook = json.loads(json.dumps(builders.answered()))
    DAMAGED.get(name, lambda notebook: None)(notebook)
    desk = builders.Desk(tmp_path)
    desk.path.parent.mkdir(parents=True, exist_ok=True)
    desk.path.write_bytes(BYTES.get(name, lambda data: data)(json.dumps(notebook).encode()))

    graded, checked = refusal(lambda: desk.read(desk.path)), refusal(lambda: read_alone(desk.path, Limits()))
    assert graded == checked
    assert (graded is not None) == (name in REFUSED)


@pytest.mark.slow
def test_a_damaged_notebook_is_checked(tmp_path):
    """A file with every damage that can be ignored gives the results of an undamaged one."""
    notebook = json.loads(json.dumps(builders.answered()))
    for name in (
        "points of another type",
        "no nbformat",
        "no metadata",
        "a null source",
        "a cell without metadata",
        "half a character",
        "half a character in an output",
        "no outputs",
        "a tag that skips",
    ):
        DAMAGED[name](notebook)
    path = tmp_path / "mine.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(notebook).encode())

    assert [(result.exercise, result.passed) for result in visible_checks(path)] == [("double", True), ("triple", True)]
