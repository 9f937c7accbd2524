"""Grading of answers through the real pipeline, with notebooks trimmed to their exercises."""

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
from foundations.notebooks.source import read_source, release_version
from foundations.report.model import Check, Exercise, Review

ROOT = Path(__file__).parent.parent.parent
ASSIGNMENTS = tuple(sorted(path.parent.name for path in (ROOT / "source").glob("*/*.ipynb")))
#: Assignments whose exercises build on each other: an answer is tried on top of the instructor's other answers.
STACKED = ("05_modules",)
SEED = 4711
SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
ANSWERS = Path(__file__).parent / "answers"

#: Cells of a notebook that its exercises need, in addition to "setup": the results of an earlier assignment.
_GIVEN = "given-"
_NEXT_ANSWER, _NEXT_CELL = "# %% ", "# %+"


@dataclass(frozen=True)
class Answer:
    """A student's answer to one exercise: cells of source, the last of which replaces the stub.

    ``note`` follows ``→`` in the line that starts the answer: text that a test expects in the feedback.
    """

    exercise: str
    name: str
    cells: tuple[str, ...]
    note: str = ""


@cache
def in_file_names(exercise: str) -> str:
    """Return the name of an exercise for names of files, which must differ by more than upper and lower case."""
    named = f'\nEXERCISE = "{exercise}"\n'
    files = (ROOT / "graders" / assignment_of(exercise)).glob("test_*.py")
    return next((path.stem.removeprefix("test_") for path in files if named in path.read_text("utf-8")), exercise)


def read_answers(kind: str, exercise: str) -> list[Answer]:
    """Read the answers in ``answers/<assignment>/<kind>_<exercise in file names>.py``; without a file, there are none.

    An answer starts with ``# %% name → note``, a further cell of it with ``# %+``.
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
    """Group answers into rounds: the first answer to each exercise, the second to each, and so on.

    A notebook of each round is graded at once. If exercises build on each other, a round has those of one level. If
    answers spoil later ones (``together=False``), a round is one answer.
    """
    if not together:
        return [{answer.exercise: answer} for answer in answers]
    waiting: dict[tuple[str, ...], dict[str, list[Answer]]] = {}
    for answer in answers:
        waiting.setdefault(same_level(answer.exercise), {}).setdefault(answer.exercise, []).append(answer)
    return [round_ for level in waiting.values() for round_ in _taken(level)]


def _taken(waiting: Mapping[str, Sequence[Answer]]) -> Iterator[dict[str, Answer]]:
    for number in range(max(map(len, waiting.values()))):
        yield {exercise: answers[number] for exercise, answers in waiting.items() if number < len(answers)}


def round_cases(
    answers_to: Callable[[str], Iterable[Answer]], *, together: bool = True, quick: int | None = None
) -> list[Any]:
    """List assignment and round for pytest's parametrize, for all rounds of answers to each assignment.

    ``quick``: a round is slow when each of its exercises has had that many answers before it; default: none is.
    """
    made = []
    for assignment in ASSIGNMENTS:
        seen: Counter[str] = Counter()
        for answers in rounds(answers_to(assignment), together=together):
            slow = quick is not None and min(seen[exercise] for exercise in answers) >= quick
            seen.update(answers.keys())
            marks = [pytest.mark.slow] if slow else []
            name = f"{assignment}: {', '.join(answer.name for answer in answers.values())}"
            made.append(pytest.param(assignment, answers, id=name, marks=marks))
    return made


@cache
def builds_on(exercise: str) -> frozenset[str]:
    """Return the exercises whose names its solution uses, directly or through their solutions."""
    own = solutions(assignment_of(exercise))
    used = {node.id for node in ast.walk(ast.parse(own[exercise][0])) if isinstance(node, ast.Name)}
    direct = (used & own.keys()) - {exercise}
    return frozenset(direct).union(*(builds_on(name) for name in direct))


@cache
def _level(exercise: str) -> int:
    """Return 1 more than the highest level among the exercises it needs, or 0 if it needs none.

    An exercise needs another for its answer, or for the tensors of its check.
    """
    names = exercises(assignment_of(exercise))
    used = {node.id for node in ast.walk(_check_of(exercise)) if isinstance(node, ast.Name)} - _bound_by(exercise)
    above = names[: names.index(exercise)]
    below = [name for name in above if name in builds_on(exercise) or not used.isdisjoint(_bound_by(name))]
    return 1 + max(map(_level, below), default=-1)


def _bound_by(exercise: str) -> set[str]:
    """Return the names that its visible check gives to tensors."""
    assigned = [part for part in _check_of(exercise).body if isinstance(part, ast.Assign)]
    nodes = [node for part in assigned for target in part.targets for node in ast.walk(target)]
    return {node.id for node in nodes if isinstance(node, ast.Name)}


@cache
def _check_of(exercise: str) -> ast.Module:
    return ast.parse(next(cell.source for cell in source(assignment_of(exercise)).cells if _grade_id(cell) == exercise))


@cache
def same_level(exercise: str) -> tuple[str, ...]:
    """Return the exercises that one notebook can answer together with ``exercise``, including ``exercise``.

    If exercises build on each other, they are those of its level; otherwise all of its assignment, for which the result
    is empty.
    """
    assignment = assignment_of(exercise)
    if assignment not in STACKED:
        return ()
    return tuple(name for name in exercises(assignment) if _level(name) == _level(exercise))


def alone(answers: Collection[str]) -> tuple[str, ...]:
    """Return the exercises of a notebook with these answers; empty for all of the assignment.

    A single answer is tried with everything above it; several are those of one round.
    """
    exercise = next(iter(answers), None)
    if exercise is None or assignment_of(exercise) not in STACKED:
        return ()
    return (exercise,) if len(answers) == 1 else same_level(exercise)


def titled(answer: Answer) -> str:
    """Return an id for pytest."""
    return f"{answer.exercise}: {answer.name}"


@cache
def source(assignment: str, only: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    """Return the instructor's notebook without prose, figures and timings.

    It has setup, given cells, and answer and check of each exercise. With ``only``, answers above that do not build on
    these exercises are given.
    """
    notebook = copy.deepcopy(read_source(ROOT / "source" / assignment / f"{assignment}.ipynb"))
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    names = [
        name
        for cell in graded
        if cell.cell_type == "code" and not cell.metadata.nbgrader.solution and (name := _grade_id(cell))
    ]
    wanted = {"setup", *names, *(f"{name}-solution" for name in names)}
    notebook.cells = [
        cell
        for cell in notebook.cells
        if (cell_id := _grade_id(cell)) and (cell_id in wanted or cell_id.startswith(_GIVEN))
    ]
    return _narrowed(notebook, names, only) if only else notebook


def _narrowed(notebook: nbformat.NotebookNode, names: list[str], only: tuple[str, ...]) -> nbformat.NotebookNode:
    """Turn answers above the last of ``only`` into ordinary cells, unless they build on one of ``only``.

    Their checks stay as ordinary cells, because later checks use their tensors. All other cells of exercises are
    removed.
    """
    before = names[: max(map(names.index, only))]
    free = [name for name in before if name not in only and builds_on(name).isdisjoint(only)]
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
    """List the ids of the assignment's automatically graded exercises, in order."""
    return [name for cell in source(assignment).cells if cell.metadata.nbgrader.grade and (name := _grade_id(cell))]


@cache
def assignment_of(exercise: str) -> str:
    return next(assignment for assignment in ASSIGNMENTS if exercise in exercises(assignment))


def make_course(root: Path, only: tuple[str, ...] = ()) -> Course:
    """Make a course of the trimmed notebooks and the real graders under ``root``, with the real settings.

    With ``only``, it has these exercises of one assignment.
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
    """Return the released notebook with ``answers``: cells of source by exercise, the last one instead of the stub."""
    notebook = release_version(source(assignment, only))
    for exercise, cells in answers.items():
        index = next(i for i, cell in enumerate(notebook.cells) if _grade_id(cell) == f"{exercise}-solution")
        notebook.cells[index].source = cells[-1]
        notebook.cells[index:index] = [nbformat.v4.new_code_cell(text) for text in cells[:-1]]
    return notebook


def solutions(assignment: str) -> dict[str, list[str]]:
    """Return the instructor's own answers."""
    cells = {_grade_id(cell): cell.source for cell in source(assignment).cells}
    return {exercise: [cells[f"{exercise}-solution"]] for exercise in exercises(assignment)}


@dataclass
class GradingClient:
    """Submits answers to one grader: of a whole assignment, or of ``only`` some exercises."""

    grader: Grader
    folder: Path
    only: tuple[str, ...] = ()

    def grade(self, answers: Mapping[str, Sequence[str]]) -> Graded:
        """Grade ``answers``, a second time if the machine was too busy to judge speed, as the message advises."""
        path = self.folder / "submitted.ipynb"
        nbformat.write(submission(self.grader.assignment, answers, self.only), path)
        graded = self.grader.grade(path, "student")
        checks = [check for exercise in graded.report.exercises for check in exercise.checks]
        if any(check.outcome == "inconclusive" for check in checks):
            return self.grader.grade(path, "student")
        return graded

    def grade_round(self, answers: Mapping[str, Answer]) -> dict[str, Exercise]:
        """Grade one notebook with all of ``answers``, and return each answered exercise."""
        report = self.grade({name: answer.cells for name, answer in answers.items()}).report
        assert report.reason is None
        return {name: result(report.exercises, name) for name in answers}

    def reviews(self, answer: Answer) -> tuple[Exercise, list[Review]]:
        """Grade a notebook with ``answer`` only; return the exercise, and the findings for a person."""
        report = self.grade({answer.exercise: answer.cells}).report
        assert report.reason is None
        return result(report.exercises, answer.exercise), report.review

    def grade_one(self, answer: Answer) -> Exercise:
        """Grade a notebook with ``answer`` only, and return the exercise."""
        return self.grade_round({answer.exercise: answer})[answer.exercise]


def result(exercises: Iterable[Exercise], name: str) -> Exercise:
    return next(exercise for exercise in exercises if exercise.id == name)


def failing(exercise: Exercise) -> list[Check]:
    """Return the checks that failed, without those that a closed gate left out."""
    return [check for check in exercise.checks if check.outcome == "fail"]


def feedback_on(exercise: Exercise) -> str:
    """Return the full feedback on ``exercise``, for a failing test to show."""
    lines = [f"{check.outcome}: {check.name}: {check.message} [{check.misconception}]" for check in exercise.checks]
    return "\n".join([f"{exercise.id} {exercise.score}/{exercise.max_score}", *lines])


def outputs_of(graded: Graded, grade_id: str) -> list[Any]:
    """Return the outputs of the executed notebook below the cell ``grade_id``, without the table of checks."""
    assert graded.notebook is not None
    return next(cell.outputs for cell in graded.notebook.cells if _grade_id(cell) == grade_id)[:-1]


def _grade_id(cell: nbformat.NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")
