"""All solutions of an assignment, moved to other cells of its notebook, earn full marks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import builders
import nbformat
import pytest
from grading import ASSIGNMENTS, ROOT, exercises

from foundations.config import find_course
from foundations.grading.grader import Grader
from foundations.notebooks.source import read_source, release_version
from foundations.notebooks.statements import bound_names, parse
from foundations.session.forkserver import ForkServer

#: In `make test`: functions, and classes that are derived from one another.
QUICK = ("01_matmul", "05_modules")
#: Code of later cells that an answer at the top already needs.
NEEDED = {"05_modules": "from torch import nn\n"}


class Notebook:
    """A released notebook, and the instructor's solutions to be put into it somewhere."""

    def __init__(self, assignment: str) -> None:
        source = read_source(find_course(ROOT).notebook(assignment))
        self.nb = release_version(source)
        self.names = exercises(assignment)
        self.solutions = {name: builders.cell(source, f"{name}-solution").source for name in self.names}
        self.merged = NEEDED.get(assignment, "") + "\n\n".join(self.solutions.values())

    def insert(self, index: int, text: str) -> None:
        self.nb.cells.insert(index, builders.code(text, id="own"))

    def delete_stubs(self) -> None:
        for name in self.names:
            del self.nb.cells[builders.at(self.nb, f"{name}-solution")]

    def after_setup(self) -> None:
        self.insert(builders.at(self.nb, "setup") + 1, self.merged)

    def at_the_very_top(self) -> None:
        self.insert(0, builders.cell(self.nb, "setup").source + "\n" + self.merged)

    def stubs_deleted(self) -> None:
        self.after_setup()
        self.delete_stubs()

    def in_the_first_answer(self) -> None:
        builders.cell(self.nb, f"{self.names[0]}-solution").source = self.merged

    def above_each_check(self) -> None:
        for name, text in self.solutions.items():
            check = builders.cell(self.nb, name)
            check.source = f"{text}\n\n{check.source}"

    def below_each_check(self) -> None:
        for name, text in self.solutions.items():
            builders.cell(self.nb, name).source += f"\n\n{text}"

    def in_own_cells_without_stubs(self) -> None:
        for name, text in self.solutions.items():
            index = builders.at(self.nb, f"{name}-solution")
            self.nb.cells[index] = builders.code(text, id=f"own-{name}")


CHANGES: dict[str, Callable[[Notebook], None]] = {
    change.__name__: change
    for change in (
        Notebook.after_setup,
        Notebook.at_the_very_top,
        Notebook.stubs_deleted,
        Notebook.in_the_first_answer,
        Notebook.above_each_check,
        Notebook.below_each_check,
        Notebook.in_own_cells_without_stubs,
    )
}
CASES = [
    pytest.param(
        assignment,
        change,
        marks=[] if assignment in QUICK and change in ("at_the_very_top", "below_each_check") else [pytest.mark.slow],
    )
    for assignment in ASSIGNMENTS
    for change in CHANGES
]


@pytest.mark.parametrize(("assignment", "change"), CASES)
def test_solutions_in_other_cells_earn_full_marks(
    forkserver: ForkServer, tmp_path: Path, assignment: str, change: str
) -> None:
    """Stubs that are left or put back do not hide them, and rules read the code that ran."""
    notebook = Notebook(assignment)
    CHANGES[change](notebook)
    with Grader(find_course(ROOT), assignment, forkserver=forkserver) as grader:
        report = grader.grade(builders.write(notebook.nb, tmp_path / f"{assignment}.ipynb"), "s01").report
    failed = {
        f"{exercise.id}: {check.name}": check.message
        for exercise in report.exercises
        for check in exercise.checks
        if check.outcome != "pass"
    }
    assert failed == {}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_release_binds_no_exercise_before_its_stub(assignment: str) -> None:
    """Otherwise the given value would be graded if a student deleted the stub; a given name is never an answer."""
    source = read_source(find_course(ROOT).notebook(assignment))
    bound: set[str] = set()
    for cell in release_version(copy.deepcopy(source)).cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-solution")
        if name in exercises(assignment) and cell.metadata.nbgrader.solution:
            assert name not in bound
        if cell.cell_type == "code":
            tree = parse(cell.source)
            assert tree is not None
            bound |= {name_bound for statement in tree.body for name_bound in bound_names(statement)}
    assert bound.issuperset(exercises(assignment))


def test_answers_in_the_next_exercises_cell_are_found(forkserver: ForkServer, tmp_path: Path) -> None:
    """Each is below its own check, and the feedback names the cell."""
    notebook = Notebook("01_matmul")
    first, second = notebook.names[:2]
    builders.cell(notebook.nb, f"{second}-solution").source = "\n\n".join(notebook.solutions.values())
    number = builders.at(notebook.nb, f"{second}-solution") + 1
    with Grader(find_course(ROOT), "01_matmul", forkserver=forkserver) as grader:
        report = grader.grade(builders.write(notebook.nb, tmp_path / "01_matmul.ipynb"), "s01").report
    assert [exercise.score == exercise.max_score for exercise in report.exercises] == [False, True, True]
    assert (
        report.exercises[0]
        .checks[0]
        .message.startswith(
            f"{first} is still the stub where it is graded: cell {number} defines it, but is below its check"
        )
    )
    nbformat.validate(notebook.nb)
