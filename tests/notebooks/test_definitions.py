"""An answer in any cell counts if it runs before its check; otherwise the message shows the student where it is."""

from __future__ import annotations

from pathlib import Path

import builders
import nbformat
import pytest

from foundations.config import Course, Limits
from foundations.grading.grader import Grader
from foundations.notebooks.definitions import Bound

GRADER = """
import torch
from foundations.grading.pytest_plugin import check

@check("the value", gate=True)
def test_value(student):
    for x in (2.0, -3.5):
        student.call(torch.tensor(x)).must_return(torch.tensor(FACTOR * x))

@check("the sources")
def test_sources(student):
    student.notes.append("\\n".join(student.sources))
"""
DOUBLE, TRIPLE = builders.ANSWERS["double-solution"], builders.ANSWERS["triple-solution"]
STUBS = {name: builders.cell(builders.release(), f"{name}-solution").source for name in ("double", "triple")}
CHECK = builders.cell(builders.release(), "double").source
BOTH = f"{DOUBLE}\n\n{TRIPLE}"


@pytest.fixture(scope="module")
def grader(tmp_path_factory, forkserver):
    root = tmp_path_factory.mktemp("course")
    builders.write(builders.source_notebook(), root / "source" / "course" / "course.ipynb")
    folder = root / "graders" / "course"
    folder.mkdir(parents=True)
    for name, factor in (("double", 2), ("triple", 3)):
        (folder / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    with Grader(Course(root, {}), "course", limits=Limits(cell_cpu_s=1, cell_wall_s=5), forkserver=forkserver) as made:
        yield made


class Notebook:
    """The release of the small course, to be filled in.

    The cells, counted from 1, are: title, setup, prose, double-solution, double, prose, triple-solution, triple, prose,
    why, end.
    """

    def __init__(self) -> None:
        self.nb = builders.release()

    def at(self, grade_id: str) -> int:
        return builders.at(self.nb, grade_id)

    def write(self, grade_id: str, text: str, kind: str = "code") -> Notebook:
        builders.cell(self.nb, grade_id).update(source=text, cell_type=kind)
        return self

    def delete(self, *grade_ids: str) -> Notebook:
        for grade_id in grade_ids:
            del self.nb.cells[self.at(grade_id)]
        return self

    def insert(self, place: int | str, text: str, kind: str = "code", after: int = 0) -> Notebook:
        index = (self.at(place) if isinstance(place, str) else place) + after
        made = builders.code(text) if kind == "code" else builders.markdown(text)
        self.nb.cells.insert(index, nbformat.from_dict({**made, "id": f"own-{index}-{len(self.nb.cells)}"}))
        return self


@pytest.fixture
def grade(grader, tmp_path: Path):
    return lambda notebook: grader.grade(builders.write(notebook.nb, tmp_path / "course.ipynb"), "s01")


def scores(graded):
    return {exercise.id: exercise.score for exercise in graded.report.exercises}


def message(graded, exercise="double"):
    return checks(graded, exercise)[0].message


def sources(graded, exercise="double"):
    """Return the source code that the hidden test got to read."""
    return checks(graded, exercise)[1].message


def checks(graded, exercise):
    return next(entry for entry in graded.report.exercises if entry.id == exercise).checks


IN_IF = "if True:\n    " + DOUBLE.replace("\n", "\n    ").rstrip()

FOUND = {
    "two answers in one cell, one stub left": lambda nb: nb.write("double-solution", BOTH),
    "two answers in one cell, one stub deleted": lambda nb: nb.write("double-solution", BOTH).delete("triple-solution"),
    "all answers at the very top, stubs left": lambda nb: nb.insert(0, BOTH),
    "all answers at the very top, stubs deleted": lambda nb: nb.insert(0, BOTH).delete(
        "double-solution", "triple-solution"
    ),
    "all answers at the top, stubs emptied": lambda nb: (
        nb.insert(0, BOTH).write("double-solution", "").write("triple-solution", " \n")
    ),
    "all answers in the read-only setup cell": lambda nb: nb.write("setup", f"import math\n{BOTH}"),
    "in an own cell above the stub": lambda nb: nb.insert("double-solution", DOUBLE).write("triple-solution", TRIPLE),
    "in an own cell below the stub": lambda nb: nb.insert("double", DOUBLE).write("triple-solution", TRIPLE),
    "above the check in its cell": lambda nb: nb.write("double", f"{DOUBLE}\n{CHECK}").write("triple-solution", TRIPLE),
    "below the check in its cell": lambda nb: nb.write("double", f"{CHECK}\n\n{DOUBLE}").write(
        "triple-solution", TRIPLE
    ),
    "instead of the check": lambda nb: nb.write("double", DOUBLE).write("triple-solution", TRIPLE),
    "answer and check merged, the check's id left": lambda nb: (
        nb.write("double", f"{DOUBLE}\n{CHECK}").delete("double-solution").write("triple-solution", TRIPLE)
    ),
    "answer and check merged, the answer's id left": lambda nb: (
        nb.write("double-solution", f"{DOUBLE}\n{CHECK}").delete("double").write("triple-solution", TRIPLE)
    ),
    "the next answer in the check of this one": lambda nb: nb.write("double-solution", DOUBLE).write(
        "double", f"{CHECK}\n{TRIPLE}"
    ),
    "everything merged into one cell": lambda nb: nb.write("double-solution", f"{DOUBLE}\n{CHECK}\n{TRIPLE}\n").delete(
        "double", "triple-solution", "triple"
    ),
    "stubs with answers exchanged": lambda nb: nb.write("double-solution", f"{TRIPLE}\n{DOUBLE}"),
    "as a lambda at the top": lambda nb: nb.insert(0, f"double = lambda x: x + x\n{TRIPLE}"),
    "by def in an if": lambda nb: nb.insert(0, f"{IN_IF}\n{TRIPLE}"),
    "by exec of a text": lambda nb: nb.insert(0, f"exec({DOUBLE!r})\n{TRIPLE}"),
    "by an import": lambda nb: nb.insert(0, f"from operator import neg as minus, add\n{TRIPLE}").write(
        "double-solution", "from functools import partial\ndouble = lambda x: add(x, x)"
    ),
    "by an assignment through globals": lambda nb: nb.insert(0, f"globals()['double'] = lambda x: 2 * x\n{TRIPLE}"),
    "the stub with other comments": lambda nb: nb.insert(0, BOTH).write(
        "double-solution", f"# see the top\n\n{STUBS['double']}  # here\n"
    ),
    "the stub pasted once more": lambda nb: nb.insert(0, BOTH).insert("double", STUBS["double"]),
    "the stub's error after a return": lambda nb: nb.write(
        "double-solution", f"{DOUBLE}    raise NotImplementedError()\n"
    ).write("triple-solution", TRIPLE),
    "a cell that fails below its definitions": lambda nb: nb.insert(0, f"{BOTH}\n1 / 0"),
    "the answer's cell re-typed": lambda nb: nb.write("double-solution", DOUBLE, "markdown").write(
        "triple-solution", TRIPLE
    ),
    "helper and answer in two copies of the cell": lambda nb: (
        nb.write("double-solution", "def plus(x, y):\n    return x + y").insert(
            "double", "def double(x):\n    return plus(x, x)"
        )
    ).write("triple-solution", TRIPLE),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_definition_that_runs_before_its_check_counts(grade, name) -> None:
    """The definition may be in any cell, and the stub may be changed, moved or deleted."""
    graded = grade(FOUND[name](Notebook()))
    assert scores(graded) == {"double": 5.0, "triple": 4.0}, [message(graded), message(graded, "triple")]
    nbformat.validate(graded.notebook)


def test_hidden_tests_read_the_code_that_ran(grade) -> None:
    """Hidden tests get the definition in the check's cell, and not the stub that was left out."""
    graded = grade(Notebook().insert(0, TRIPLE).write("double", f"{CHECK}\n{DOUBLE}"))
    assert sources(graded).endswith(DOUBLE.strip())
    assert "NotImplementedError" not in sources(graded, "triple").partition(DOUBLE.strip())[2]


def test_a_stub_that_is_left_out_shows_why(grade) -> None:
    graded = grade(Notebook().insert(0, BOTH))
    stub = builders.cell(graded.notebook, "double-solution")
    assert stub.outputs[0].text.startswith("Not run: double is already defined above")


def test_a_replayed_notebook_leaves_out_the_same_stubs(grade) -> None:
    """If a process is lost below the stub, the answer is in force in the new process, too."""
    graded = grade(Notebook().insert("double", "import os; os._exit(1)").insert(0, BOTH))
    assert scores(graded) == {"double": 5.0, "triple": 4.0}


def test_an_answer_beats_a_trial_below_the_check(grade) -> None:
    """Code below the check in its cell ran after the check, so it does not hide the answer in the answer's own cell."""
    wrong = f"{CHECK}\ndef double(x):\n    return 0 * x"
    graded = grade(Notebook().write("double-solution", DOUBLE).write("double", wrong))
    assert scores(graded)["double"] == 5.0


NOT_FOUND = {
    "nothing at all": (lambda nb: nb, "not attempted"),
    "the stub with a note and a trial": (
        lambda nb: nb.write("double-solution", f"{STUBS['double']}\n# ?\nprint(1)"),
        "not attempted",
    ),
    "an experiment of another name": (lambda nb: nb.insert(0, "def twice(x):\n    return 2 * x"), "not attempted"),
    "the stub deleted": (lambda nb: nb.delete("double-solution"), "not attempted"),
    "in the cell of the next exercise": (
        lambda nb: nb.write("triple-solution", BOTH),
        "double is still the stub where it is graded: cell 7 defines it, but is below its check (cell 5): "
        "a definition counts if it runs before the check",
    ),
    "below the check, the stub emptied": (
        lambda nb: nb.write("double-solution", "").insert("double", DOUBLE, after=1),
        "double is not defined: cell 6 defines it, but is below its check (cell 5): "
        "a definition counts if it runs before the check",
    ),
    "in a Markdown cell": (
        lambda nb: nb.insert("double", f"```python\n{DOUBLE}```", "markdown"),
        "double is still the stub where it is graded: "
        "cell 5 defines it, but is a markdown cell, and only code cells are run",
    ),
    "in an own cell that failed above it": (
        lambda nb: nb.insert(0, f"import nomodule\n{BOTH}"),
        "double is still the stub where it is graded: cell 1, which defines it, stopped with ModuleNotFoundError in "
        "line 1: No module named 'nomodule'",
    ),
    "in an own cell that is not Python": (
        lambda nb: nb.insert(0, BOTH.replace("(x):", "(x)")),
        "double is still the stub where it is graded: cell 1, which defines it, stopped with SyntaxError in line 1: "
        "expected ':'",
    ),
    "in an own cell that ended the process": (
        lambda nb: nb.insert(0, f"{BOTH}\nimport os; os._exit(3)"),
        "double is still the stub where it is graded: cell 1, which defines it, stopped with SessionLost: "
        "the code ended the process (exit code 3)",
    ),
    "in the check's cell, with an error": (
        lambda nb: nb.write("double", f"{DOUBLE.replace('(x):', '(x)')}\n{CHECK}"),
        "double is still the stub where it is graded: cell 5, which defines it, stopped with SyntaxError in line 1: "
        "expected ':'",
    ),
    "in its own cell, with an error": (
        lambda nb: nb.write("double-solution", f"1 / 0\n{DOUBLE}"),
        "double is not defined: its cell stopped with ZeroDivisionError in line 1: division by zero",
    ),
    "defined and deleted": (
        lambda nb: nb.write("double-solution", f"{DOUBLE}\ndel double"),
        "double is not defined: cell 4 defines it, but not in a line that ran, or it was deleted again",
    ),
    "its cell emptied": (
        lambda nb: nb.write("double-solution", ""),
        "double is not defined: its cell has to define it",
    ),
    "half of it written": (
        lambda nb: nb.write("double-solution", "def double(x):\n    y = x + x\n    raise NotImplementedError()"),
        "double(x) with x () stopped with NotImplementedError, line 3 of its cell: "
        "a `raise NotImplementedError()` is still reached",
    ),
    "above a stub with something added": (
        lambda nb: nb.insert(0, DOUBLE).write("double-solution", f"{STUBS['double']}\nprint(1)"),
        "double is still the stub where it is graded: cell 1 defines it, and cell 5 defines it again",
    ),
}


@pytest.mark.parametrize("name", NOT_FOUND)
def test_a_definition_that_does_not_count_is_named(grade, name) -> None:
    """Cell numbers are those of the submission; only an exercise without any definition is "not attempted"."""
    change, expected = NOT_FOUND[name]
    graded = grade(change(Notebook().write("triple-solution", TRIPLE)))
    assert (scores(graded)["double"], message(graded)) == (0.0, expected)
    assert scores(graded)["triple"] == 4.0


# ------------------------------------------------------------------------------------------------- Bound alone


def test_a_name_that_the_instructor_has_bound_is_not_answered() -> None:
    """The exercise may be to rewrite a function that a given cell, or an import, has defined before."""
    bound = Bound(["f"], stubs={2: "f"}, given=frozenset({1, 2}))
    bound.note(1, {"f": True})
    assert not bound.leaves_out(2)
    bound.note(1, {"f": False})
    bound.note(0, {"f": True})
    assert bound.leaves_out(2)


@pytest.mark.parametrize("forged", [None, [], {"g": True}, {"f": 1}, {1: True}, {"f": None}])
def test_forged_changes_bind_nothing(forged) -> None:
    """The student process may report anything; at worst, an exercise then counts as not attempted."""
    bound = Bound(["f"], stubs={2: "f"})
    bound.note(0, forged)
    assert not bound.leaves_out(2)
