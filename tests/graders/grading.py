"""Grading answers through the real pipeline, with notebooks trimmed to their exercises."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from foundations.config import Course, read_settings
from foundations.grade import Graded, Grader
from foundations.model import Check, Exercise, Review
from foundations.notebook import read_source, release_version

ROOT = Path(__file__).parent.parent.parent
ASSIGNMENTS = tuple(sorted(path.parent.name for path in (ROOT / "source").glob("*/*.ipynb")))
#: Where each exercise stands on those above it: an answer is tried on top of the instructor's, which are given there.
STACKED = ("05_modules",)
SEED = 4711
SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
ANSWERS = Path(__file__).parent / "answers"

#: Cells of a notebook that its exercises stand on, beside "setup": what an earlier assignment built.
_GIVEN = "given-"
_NEXT_ANSWER, _NEXT_CELL = "# %% ", "# %+"


@dataclass(frozen=True)
class Answer:
    """A student's answer to one exercise: cells of source, the last of which goes where the stub was.

    ``note`` stands after ``→`` in the line that starts the answer: what a test wants to see said of it.
    """

    exercise: str
    name: str
    cells: tuple[str, ...]
    note: str = ""


def read_answers(kind: str, exercise: str) -> list[Answer]:
    """The answers in ``answers/<assignment>/<kind>_<exercise>.py``; none where there is no such file.

    One starts with ``# %% name → note``, a further cell of it with ``# %+``.
    """
    path = ANSWERS / assignment_of(exercise) / f"{kind}_{exercise}.py"
    if not path.is_file():
        return []
    text = path.read_text("utf-8")
    answers = []
    for part in ("\n" + text).split("\n" + _NEXT_ANSWER)[1:]:
        head, _, body = part.partition("\n")
        name, _, note = head.partition("→")
        cells = tuple(cell.strip("\n") for cell in ("\n" + body).split("\n" + _NEXT_CELL))
        answers.append(Answer(exercise, name.strip(), cells, note.strip()))
    return answers


def all_answers(kind: str, assignment: str) -> list[Answer]:
    return [answer for exercise in exercises(assignment) for answer in read_answers(kind, exercise)]


def rounds(answers: Iterable[Answer], *, together: bool = True) -> list[dict[str, Answer]]:
    """The first answer to each exercise, the second to each, and so on: a notebook of each round is graded at once.

    Where exercises stand on each other, or answers spoil what comes after them, a round is one answer.
    """
    waiting: dict[str, list[Answer]] = {}
    for answer in answers:
        if not together or assignment_of(answer.exercise) in STACKED:
            waiting.setdefault("", []).append(answer)
        else:
            waiting.setdefault(answer.exercise, []).append(answer)
    count = max(map(len, waiting.values()), default=0)
    taken = [[each[number] for each in waiting.values() if number < len(each)] for number in range(count)]
    return [{answer.exercise: answer for answer in one} for one in taken]


def titled(answer: Answer) -> str:
    """For pytest's ids."""
    return f"{answer.exercise}: {answer.name}"


@cache
def source(assignment: str, only: str | None = None) -> nbformat.NotebookNode:
    """The instructor's notebook without prose, figures and timings: setup, what is given, and answer and check of each
    exercise; or of ``only`` one, those above it being given.
    """
    notebook = copy.deepcopy(read_source(ROOT / "source" / assignment / f"{assignment}.ipynb"))
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    names = [_grade_id(cell) for cell in graded if cell.cell_type == "code" and not cell.metadata.nbgrader.solution]
    wanted = {"setup", *names, *(f"{name}-solution" for name in names)}
    notebook.cells = [
        cell
        for cell in notebook.cells
        if (cell_id := _grade_id(cell)) and (cell_id in wanted or cell_id.startswith(_GIVEN))
    ]
    return notebook if only is None else _narrowed(notebook, names, only)


def _narrowed(notebook: nbformat.NotebookNode, names: list[str], only: str) -> nbformat.NotebookNode:
    """Answers above that to ``only`` become cells like any other, and so do their checks, whose tensors later checks
    use; all of what is below it goes.
    """
    above = {cell_id for name in names[: names.index(only)] for cell_id in (name, f"{name}-solution")}
    others = {cell_id for name in names if name != only for cell_id in (name, f"{name}-solution")}
    for cell in notebook.cells:
        if (cell_id := _grade_id(cell)) in above:
            plain = {"grade_id": f"{_GIVEN}{cell_id}", "grade": False, "solution": False, "locked": True}
            cell.metadata.nbgrader |= plain
            cell.metadata.nbgrader.pop("points", None)
            cell.source = "\n".join(line for line in cell.source.splitlines() if "### " not in line)
    notebook.cells = [cell for cell in notebook.cells if _grade_id(cell) not in others]
    return notebook


def exercises(assignment: str) -> list[str]:
    """The ids of its automatically graded exercises, in order."""
    return [name for cell in source(assignment).cells if cell.metadata.nbgrader.grade and (name := _grade_id(cell))]


@cache
def assignment_of(exercise: str) -> str:
    return next(assignment for assignment in ASSIGNMENTS if exercise in exercises(assignment))


def make_course(root: Path, only: str | None = None) -> Course:
    """A course of the trimmed notebooks and the real graders under ``root``, with the real settings; or of ``only`` one
    exercise.
    """
    for assignment in ASSIGNMENTS if only is None else (assignment_of(only),):
        folder = root / "source" / assignment
        folder.mkdir(parents=True)
        nbformat.write(source(assignment, only), folder / f"{assignment}.ipynb")
    others = [] if only is None else [f"test_{name}.py" for name in exercises(assignment_of(only)) if name != only]
    shutil.copytree(ROOT / "graders", root / "graders", ignore=shutil.ignore_patterns("__pycache__", *others))
    return Course(root, read_settings(ROOT / "pyproject.toml"))


def submission(assignment: str, answers: Mapping[str, Sequence[str]], only: str | None = None) -> nbformat.NotebookNode:
    """The released notebook with ``answers``: cells of source by exercise, all but the last being the student's own."""
    notebook = release_version(source(assignment, only))
    for exercise, cells in answers.items():
        index = next(i for i, cell in enumerate(notebook.cells) if _grade_id(cell) == f"{exercise}-solution")
        notebook.cells[index].source = cells[-1]
        notebook.cells[index:index] = [nbformat.v4.new_code_cell(text) for text in cells[:-1]]
    return notebook


def solutions(assignment: str) -> dict[str, list[str]]:
    """The instructor's own answers."""
    cells = {_grade_id(cell): cell.source for cell in source(assignment).cells}
    return {exercise: [cells[f"{exercise}-solution"]] for exercise in exercises(assignment)}


@dataclass
class Desk:
    """Hands answers in to one grader: of a whole assignment, or of ``only`` one exercise."""

    grader: Grader
    folder: Path
    only: str | None = None

    def grade(self, answers: Mapping[str, Sequence[str]]) -> Graded:
        """Where the machine was too busy to decide about speed it is graded again, as the message says."""
        path = self.folder / "submitted.ipynb"
        nbformat.write(submission(self.grader.assignment, answers, self.only), path)
        graded = self.grader.grade(path, "student")
        checks = [check for exercise in graded.report.exercises for check in exercise.checks]
        if any(check.outcome == "inconclusive" for check in checks):
            return self.grader.grade(path, "student")
        return graded

    def grade_round(self, answers: Mapping[str, Answer]) -> dict[str, Exercise]:
        """Each answered exercise of one notebook that holds them all."""
        report = self.grade({name: answer.cells for name, answer in answers.items()}).report
        assert report.reason is None
        return {name: result(report.exercises, name) for name in answers}

    def reviews(self, answer: Answer) -> tuple[Exercise, list[Review]]:
        """The exercise of a notebook in which ``answer`` is the only one, and what a person should look at."""
        report = self.grade({answer.exercise: answer.cells}).report
        assert report.reason is None
        return result(report.exercises, answer.exercise), report.review

    def grade_one(self, answer: Answer) -> Exercise:
        """The exercise of a notebook in which ``answer`` is the only one."""
        return self.grade_round({answer.exercise: answer})[answer.exercise]


def result(exercises: Iterable[Exercise], name: str) -> Exercise:
    return next(exercise for exercise in exercises if exercise.id == name)


def failing(exercise: Exercise) -> list[Check]:
    """The checks that failed by themselves, not those that a closed gate left out."""
    return [
        check for check in exercise.checks if check.outcome == "fail" and not check.message.startswith("not looked at")
    ]


def said(exercise: Exercise) -> str:
    """All that a student reads about ``exercise``, for a failing test to show."""
    lines = [f"{check.outcome}: {check.name}: {check.message} [{check.misconception}]" for check in exercise.checks]
    return "\n".join([f"{exercise.id} {exercise.score}/{exercise.max_score}", *lines])


def outputs_of(graded: Graded, grade_id: str) -> list[Any]:
    """What the executed notebook shows below the cell ``grade_id``, without the table of checks."""
    assert graded.notebook is not None
    return next(cell.outputs for cell in graded.notebook.cells if _grade_id(cell) == grade_id)[:-1]


def _grade_id(cell: nbformat.NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")
