"""Grading answers through the real pipeline, with notebooks trimmed to their exercises."""

from __future__ import annotations

import ast
import copy
import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from foundations.config import Course, read_settings
from foundations.grading.grader import Graded, Grader
from foundations.notebooks.submission import read_source, release_version
from foundations.report.model import Check, Exercise, Review

ROOT = Path(__file__).parent.parent.parent
ASSIGNMENTS = tuple(sorted(path.parent.name for path in (ROOT / "source").glob("*/*.ipynb")))
#: Where exercises stand on each other: an answer is tried on top of the instructor's, which are given there.
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


@cache
def in_file_names(exercise: str) -> str:
    """The name of an exercise in the names of files, which have to differ by more than upper and lower case."""
    named = f'\nEXERCISE = "{exercise}"\n'
    files = (ROOT / "graders" / assignment_of(exercise)).glob("test_*.py")
    return next((path.stem.removeprefix("test_") for path in files if named in path.read_text("utf-8")), exercise)


def read_answers(kind: str, exercise: str) -> list[Answer]:
    """The answers in ``answers/<assignment>/<kind>_<exercise in file names>.py``; none where there is no such file.

    One starts with ``# %% name → note``, a further cell of it with ``# %+``.
    """
    path = ANSWERS / assignment_of(exercise) / f"{kind}_{in_file_names(exercise)}.py"
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

    Where exercises stand on each other, a round has those of one level; where answers spoil what comes after them, it
    is one answer.
    """
    if not together:
        return [{answer.exercise: answer} for answer in answers]
    waiting: dict[tuple[str, ...], dict[str, list[Answer]]] = {}
    for answer in answers:
        waiting.setdefault(beside(answer.exercise), {}).setdefault(answer.exercise, []).append(answer)
    return [one for level in waiting.values() for one in _taken(level)]


def _taken(waiting: Mapping[str, Sequence[Answer]]) -> Iterator[dict[str, Answer]]:
    for number in range(max(map(len, waiting.values()))):
        yield {exercise: answers[number] for exercise, answers in waiting.items() if number < len(answers)}


def round_cases(
    answers_to: Callable[[str], Iterable[Answer]], *, together: bool = True, quick: int | None = None
) -> list[Any]:
    """For pytest's parametrize: assignment and round, for all rounds of answers to each assignment.

    ``quick``: a round is slow when each of its exercises has had that many answers before it; default: none is.
    """
    made = []
    for assignment in ASSIGNMENTS:
        seen: Counter[str] = Counter()
        for one in rounds(answers_to(assignment), together=together):
            slow = quick is not None and min(seen[exercise] for exercise in one) >= quick
            seen.update(one.keys())
            marks = [pytest.mark.slow] if slow else []
            name = f"{assignment}: {', '.join(answer.name for answer in one.values())}"
            made.append(pytest.param(assignment, one, id=name, marks=marks))
    return made


@cache
def stands_on(exercise: str) -> frozenset[str]:
    """The exercises whose names are used in its solution, in theirs, and so on."""
    own = solutions(assignment_of(exercise))
    used = {node.id for node in ast.walk(ast.parse(own[exercise][0])) if isinstance(node, ast.Name)}
    direct = (used & own.keys()) - {exercise}
    return frozenset(direct).union(*(stands_on(name) for name in direct))


@cache
def _level(exercise: str) -> int:
    """0 for an exercise that stands on no other, neither with its answer nor with the tensors of its check."""
    names = exercises(assignment_of(exercise))
    used = {node.id for node in ast.walk(_check_of(exercise)) if isinstance(node, ast.Name)} - _bound_by(exercise)
    above = names[: names.index(exercise)]
    below = [name for name in above if name in stands_on(exercise) or not used.isdisjoint(_bound_by(name))]
    return 1 + max(map(_level, below), default=-1)


def _bound_by(exercise: str) -> set[str]:
    """The names that its visible check gives to tensors."""
    assigned = [part for part in _check_of(exercise).body if isinstance(part, ast.Assign)]
    nodes = [node for part in assigned for target in part.targets for node in ast.walk(target)]
    return {node.id for node in nodes if isinstance(node, ast.Name)}


@cache
def _check_of(exercise: str) -> ast.Module:
    return ast.parse(next(cell.source for cell in source(assignment_of(exercise)).cells if _grade_id(cell) == exercise))


@cache
def beside(exercise: str) -> tuple[str, ...]:
    """The exercises that can be answered in one notebook with ``exercise``, which is one of them: where exercises stand
    on each other, those of its level; elsewhere all of its assignment, for which this is empty.
    """
    assignment = assignment_of(exercise)
    if assignment not in STACKED:
        return ()
    return tuple(name for name in exercises(assignment) if _level(name) == _level(exercise))


def alone(answers: Collection[str]) -> tuple[str, ...]:
    """The exercises that a notebook with answers to some has; empty for all of the assignment. A single answer is tried
    on all that is above it, several are those of one round.
    """
    exercise = next(iter(answers), None)
    if exercise is None or assignment_of(exercise) not in STACKED:
        return ()
    return (exercise,) if len(answers) == 1 else beside(exercise)


def titled(answer: Answer) -> str:
    """For pytest's ids."""
    return f"{answer.exercise}: {answer.name}"


@cache
def source(assignment: str, only: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    """The instructor's notebook without prose, figures and timings: setup, what is given, and answer and check of each
    exercise; or of ``only`` some, those above that stand on none of these being given.
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
    return _narrowed(notebook, names, only) if only else notebook


def _narrowed(notebook: nbformat.NotebookNode, names: list[str], only: tuple[str, ...]) -> nbformat.NotebookNode:
    """Answers above the last of ``only`` become cells like any other, and so do their checks, whose tensors later
    checks use, unless they stand on one of ``only``; all others go.
    """
    before = names[: max(map(names.index, only))]
    free = [name for name in before if name not in only and stands_on(name).isdisjoint(only)]
    above = {cell_id for name in free for cell_id in (name, f"{name}-solution")}
    others = {cell_id for name in names if name not in only for cell_id in (name, f"{name}-solution")}
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


def make_course(root: Path, only: tuple[str, ...] = ()) -> Course:
    """A course of the trimmed notebooks and the real graders under ``root``, with the real settings; or of ``only``
    some exercises of one assignment.
    """
    for assignment in (assignment_of(only[0]),) if only else ASSIGNMENTS:
        folder = root / "source" / assignment
        folder.mkdir(parents=True)
        nbformat.write(source(assignment, only), folder / f"{assignment}.ipynb")
    others = [
        f"test_{in_file_names(name)}.py"
        for name in (exercises(assignment_of(only[0])) if only else ())
        if name not in only
    ]
    shutil.copytree(ROOT / "graders", root / "graders", ignore=shutil.ignore_patterns("__pycache__", *others))
    return Course(root, read_settings(ROOT / "pyproject.toml"))


def submission(
    assignment: str, answers: Mapping[str, Sequence[str]], only: tuple[str, ...] = ()
) -> nbformat.NotebookNode:
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
class GradingClient:
    """Hands answers in to one grader: of a whole assignment, or of ``only`` some exercises."""

    grader: Grader
    folder: Path
    only: tuple[str, ...] = ()

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
