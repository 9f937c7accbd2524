"""An assignment as its author wrote it: exercises with the cells, the points and the grader of each."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

from foundations.config import Course
from foundations.notebooks.names import names_in
from foundations.notebooks.source import read_source, without_marks
from foundations.proving.answers import Answer, read_answers, right_files


@dataclass(frozen=True)
class SourceExercise:
    """One automatically graded exercise of a source notebook.

    Attributes:
        solution: the text of the answer's cell, without the marks around the solution.
        check: the text of the graded cell, which is the visible check.
        solution_cell: the position of the answer's cell in the notebook, counted from 0.
        check_cell: the same for the graded cell.
        grader: the file of the hidden tests; ``None`` if there is none.
    """

    name: str
    points: float
    solution: str
    check: str
    solution_cell: int
    check_cell: int
    grader: Path | None


@dataclass(frozen=True)
class SourceAssignment:
    """A source notebook with its exercises."""

    course: Course
    name: str
    path: Path
    notebook: nbformat.NotebookNode
    exercises: tuple[SourceExercise, ...]

    @classmethod
    def read(cls, course: Course, name: str) -> SourceAssignment:
        """Read the assignment ``name`` of ``course``.

        Raises:
            CourseError: the assignment does not exist, or its notebook is broken.
        """
        path = course.notebook(name)
        notebook = read_source(path)
        graders = grader_files(course, name)
        places = {grade_id(cell): place for place, cell in enumerate(notebook.cells)}
        found = []
        for place, cell in enumerate(notebook.cells):
            marks = cell.metadata.get("nbgrader") or {}
            if marks.get("grade") and not marks.get("solution") and cell.cell_type == "code":
                exercise = grade_id(cell)
                above = places[f"{exercise}-solution"]
                solution = without_marks(notebook.cells[above].source).rstrip("\n")
                grader = graders.get(exercise)
                points = float(marks["points"])
                found.append(SourceExercise(exercise, points, solution, cell.source, above, place, grader))
        return cls(course, name, path, notebook, tuple(found))

    @property
    def names(self) -> list[str]:
        """The names of the exercises, in the order of the notebook."""
        return [exercise.name for exercise in self.exercises]

    def exercise(self, name: str) -> SourceExercise:
        """Return the exercise called ``name``."""
        return next(exercise for exercise in self.exercises if exercise.name == name)

    def in_file_names(self, exercise: str) -> str:
        """Return the name of ``exercise`` for names of files, which must differ by more than upper and lower case."""
        grader = self.exercise(exercise).grader
        return grader.stem.removeprefix("test_") if grader else exercise

    def right_answers(self, exercise: str) -> list[Answer]:
        """Return the right answers in ``graders/<assignment>/right/right_<exercise>.py``."""
        path = right_files(self.course, self.name).get(self.in_file_names(exercise))
        return read_answers(path, exercise) if path else []

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that the cells of the notebook bind."""
        texts = (cell.source for cell in self.notebook.cells if cell.cell_type == "code")
        return frozenset[str]().union(*(names_in(text).bound for text in texts))

    @cached_property
    def builds_on(self) -> dict[str, frozenset[str]]:
        """For each exercise, the exercises whose names its solution uses, directly or through their solutions."""
        direct = {
            exercise.name: names_in(exercise.solution).read & set(self.names) - {exercise.name}
            for exercise in self.exercises
        }
        return _closed(direct)

    @cached_property
    def depends_on(self) -> dict[str, frozenset[str]]:
        """The same for the exercises that its solution, its visible check or its grader names."""
        return _closed({exercise.name: self._named(exercise) - {exercise.name} for exercise in self.exercises})

    def _named(self, exercise: SourceExercise) -> set[str]:
        grader = exercise.grader.read_text("utf-8") if exercise.grader else ""
        words = {word for text in (exercise.check, grader) for word in _words(text)}
        return (words | names_in(exercise.solution).read) & set(self.names)

    def clash(self, one: str, other: str) -> bool:
        """Return whether a wrong answer to one of two exercises may cost the other its points."""
        return one in self.depends_on[other] or other in self.depends_on[one]


def grade_id(cell: nbformat.NotebookNode) -> str:
    """Return the grade_id of a cell; empty if it has none."""
    return str((cell.metadata.get("nbgrader") or {}).get("grade_id") or "")


def grader_files(course: Course, assignment: str) -> dict[str, Path]:
    """Return the file of the hidden tests of each exercise that has one, by the name of the exercise."""
    folder = course.graders / assignment
    return {exercise_of_file(path)[0]: path for path in sorted(folder.glob("test_*.py"))}


def exercise_of_file(path: Path) -> tuple[str, int | None]:
    """Return the exercise that a file of hidden tests is about, and the line that names it, if one does."""
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError):
        tree = ast.Module([], [])
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="EXERCISE")], value=ast.Constant(value=str(name))):
                return name, node.lineno
    return path.stem.removeprefix("test_"), None


def _words(text: str) -> Iterable[str]:
    """Yield names and strings that are one name in Python code; none if it is not Python."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        nodes = []
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _closed(direct: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    """Return the transitive closure of a relation."""
    closed = {name: set(others) for name, others in direct.items()}
    for middle, below in closed.items():
        for others in closed.values():
            if middle in others:
                others.update(below)
    return {name: frozenset(others - {name}) for name, others in closed.items()}
