"""Faults in the cells of exercises: no marks around a solution, and visible checks without their exercise."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from foundations.grading.faults import Fault
from foundations.notebooks.statements import parse
from foundations.proving.source import SourceAssignment, SourceExercise, grade_id

#: Begins a comment that an author replaces: the skeleton of an exercise has three.
BLANK = "### BLANK"


def cell_faults(source: SourceAssignment) -> Iterator[Fault]:
    """Yield the faults of the cells of all exercises, in the order of the notebook."""
    for exercise in source.exercises:
        yield from _solution_faults(source, exercise)
        yield from _check_faults(source, exercise)


def _solution_faults(source: SourceAssignment, exercise: SourceExercise) -> Iterator[Fault]:
    text = source.notebook.cells[exercise.solution_cell].source
    if "BEGIN SOLUTION" not in text:
        sentence = (
            f"the answer to {exercise.name!r} has no marks around its solution, so that students get no signature and "
            "no docstring; write ### BEGIN SOLUTION above it, and ### END SOLUTION below"
        )
        yield Fault(sentence, source.path, 1, exercise.solution_cell + 1, exercise.name)


def _check_faults(source: SourceAssignment, exercise: SourceExercise) -> Iterator[Fault]:
    tree = parse(exercise.check)
    at = exercise.check_cell + 1
    if tree is None:
        yield Fault("the visible check is not Python; correct the cell", source.path, None, at, exercise.name)
        return
    if not any(not isinstance(node, ast.Pass) for node in tree.body):
        text = f"the visible check of {exercise.name!r} is empty; write a call of testing.check({exercise.name!r}, ...)"
        yield Fault(text, source.path, 1, at, exercise.name)
        return
    mentions = dict(_mentions(tree))
    if exercise.name in mentions:
        return
    others = [(name, line) for name, line in mentions.items() if name in source.names]
    if others:
        name, line = others[0]
        text = f"the visible check of {exercise.name!r} checks {name!r}; write the name of its own exercise"
    else:
        line = tree.body[0].lineno
        text = f"the visible check of {exercise.name!r} does not use {exercise.name!r}; call it, or testing.check"
    yield Fault(text, source.path, line, at, exercise.name)


def _mentions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the names and strings in a cell, last ones first, with their lines, so that a dict keeps the first."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.append((node.id, node.lineno))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node.value, node.lineno))
    yield from sorted(found, key=lambda mention: -mention[1])


def blanks(source: SourceAssignment) -> Iterator[Fault]:
    """Yield the blanks of a skeleton that are still to be filled, in the notebook and in the files of the graders."""
    for number, cell in enumerate(source.notebook.cells, 1):
        exercise = grade_id(cell).removesuffix("-solution")
        for line, text in _blanks_in(cell.source):
            yield Fault(text, source.path, line, number, exercise if exercise in source.names else "")
    by_file = {source.in_file_names(name): name for name in source.names}
    folder = source.course.graders / source.name
    for path in sorted(folder.rglob("*.py")):
        for line, text in _blanks_in(path.read_text("utf-8", errors="replace")):
            yield Fault(text, path, line, exercise=by_file.get(path.stem.partition("_")[2], ""))


def _blanks_in(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().startswith(BLANK):
            about = line.strip().removeprefix("###").strip(" #")
            yield number, f"{about}; write it, and remove this line"
