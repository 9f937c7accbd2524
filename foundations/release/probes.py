"""Find lines of solutions in functions of the graders that travel into the student's process.

Student code can read all code that runs next to it. The first parameter of a function that travels is ``names``:
:class:`foundations.grading.student.Student` sends no other function. The baseline of a speed check does not travel,
because it runs in its own process.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from foundations.analysis.parsing import parse
from foundations.analysis.skeletons import assigned_attributes, lines, parts, skeleton
from foundations.config import RIGHT, Course
from foundations.errors import CourseError
from foundations.notebooks.source import read_source, release_version

#: Operations and constants that a line of a solution must have to count as copied. In this course, probes contain many
#: lines with one (``isinstance(a, torch.Tensor)``, ``each.backward()``) by chance; all lines with two or more that were
#: found in probes had been copied.
LEAST_OF_A_LINE = 2
#: The same for a part of a line, such as one of two conditions.
LEAST_OF_A_PART = 3

#: The first parameter of a function that travels.
FIRST_PARAMETER = "names"

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Probe:
    """A function or class of the graders whose source travels."""

    path: Path
    name: str
    tree: ast.AST


@dataclass(frozen=True)
class Solutions:
    """Lines of solutions by their skeletons. A value is the exercise and the line in its solution."""

    whole: dict[str, tuple[str, str]]
    parts: dict[str, tuple[str, str]]
    attributes: frozenset[str]


def revealed(course: Course, assignment: str) -> list[str]:
    """Find lines of solutions, of any assignment, in the code that travels for ``assignment``; one sentence each.

    Raises:
        CourseError: a grader or a source notebook cannot be read.
    """
    probes = find_probes(course, assignment)
    solutions = read_solutions(course, assignment) if probes else None
    return [
        f"{probe.path.relative_to(course.root)}, line {line}: {probe.name!r} travels into the student's process with "
        f"a line of the solution of {exercise!r}: {text!r}; compute it another way, or send the result as an argument"
        for probe in probes
        if solutions
        for line, exercise, text in copied_lines(probe.tree, solutions)
    ]


# ------------------------------------------------------------------------------------------------ functions that travel


def find_probes(course: Course, assignment: str) -> list[Probe]:
    """Find the functions in the graders of ``assignment`` that travel, as functions or as text by ``getsource``.

    Raises:
        CourseError: a file of the graders is not Python.
    """
    folder = course.graders / assignment
    own = [path for path in sorted(folder.rglob("*.py")) if RIGHT not in path.relative_to(folder).parts]
    paths = [*sorted(course.graders.glob("*.py")), *own]
    trees = {path: _parsed(path) for path in paths}
    as_text = {name for tree in trees.values() for name in _sent_as_text(tree)}
    return [
        Probe(path, node.name, node)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, _Definition) and (travels(node) or node.name in as_text)
    ]


def names_of_probes(course: Course, assignment: str) -> set[str]:
    """Return the names of the notebook that functions which travel look up, as in ``names["model"]``.

    Raises:
        CourseError: a file of the graders is not Python.
    """
    found = set()
    for probe in find_probes(course, assignment):
        for node in ast.walk(probe.tree):
            match node:
                case ast.Subscript(value=ast.Name(id=holder), slice=ast.Constant(value=str(name))) if (
                    holder == FIRST_PARAMETER
                ):
                    found.add(name)
    return found


def travels(node: ast.AST) -> bool:
    """Return whether ``node`` is a function whose first parameter is :data:`FIRST_PARAMETER`."""
    if not isinstance(node, _Function):
        return False
    parameters = [*node.args.posonlyargs, *node.args.args]
    return bool(parameters) and parameters[0].arg == FIRST_PARAMETER


def _sent_as_text(tree: ast.Module) -> Iterator[str]:
    """Yield the names in calls of ``getsource``, or all names of the file if an argument is not a plain name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2].startswith("getsource"):
            argument = node.args[0] if node.args else None
            defined = {definition.name for definition in ast.walk(tree) if isinstance(definition, _Definition)}
            if isinstance(argument, ast.Name) and argument.id in defined:
                yield argument.id
            else:
                yield from defined


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError) as error:
        raise CourseError(f"grader {path.name!r} is not Python: {error}; correct that line", slug="graders") from error


# ------------------------------------------------------------------------------------------------- lines of solutions


def read_solutions(course: Course, assignment: str) -> Solutions:
    """Read the lines of all solutions of the course that no release shows to the students of ``assignment``.

    A student of ``assignment`` has its release, and the release of the exercise itself.
    """
    paths = {name: course.notebook(name) for name in course.assignments}
    cells = {name: _cells(path, path.stat().st_mtime_ns) for name, path in paths.items()}
    attributes = frozenset(
        name for notebook in cells.values() for cell in notebook for name in assigned_attributes(cell.written)
    )
    solutions = Solutions({}, {}, attributes)
    for notebook in cells.values():
        public = _shown(notebook, attributes) | _shown(cells[assignment], attributes)
        for cell in notebook:
            if cell.solves:
                for collected, nodes, least in (
                    (solutions.whole, lines(cell.written), LEAST_OF_A_LINE),
                    (solutions.parts, parts(cell.written), LEAST_OF_A_PART),
                ):
                    skeletons = ((skeleton(node, attributes), node) for node in nodes)
                    collected |= {
                        bare.text: (cell.solves, ast.unparse(node))
                        for bare, node in skeletons
                        if bare.weight >= least and bare.text not in public | collected.keys()
                    }
    return solutions


@dataclass(frozen=True)
class _Cell:
    """A cell of code, as its author wrote it and as it is released. ``solves``: the exercise, or ""."""

    solves: str
    written: ast.Module
    released: ast.Module


@lru_cache(maxsize=64)
def _cells(path: Path, _changed: int) -> tuple[_Cell, ...]:
    """Read the code of a source notebook; ``_changed`` is the time of its last change."""
    notebook = read_source(path)
    read = []
    for cell, released_cell in zip(notebook.cells, release_version(notebook).cells, strict=True):
        if cell.cell_type == "code" and (written := parse(cell.source)):
            marks = cell.metadata.get("nbgrader", {})
            solves = marks.get("grade_id", "").removesuffix("-solution") if marks.get("solution") else ""
            released = parse(released_cell.source) if solves else written
            read.append(_Cell(solves, written, released or ast.Module([], [])))
    return tuple(read)


@lru_cache(maxsize=64)
def _shown(cells: tuple[_Cell, ...], attributes: frozenset[str]) -> frozenset[str]:
    """Collect the skeletons of all released code."""
    return frozenset(skeleton(part, attributes).text for cell in cells for part in parts(cell.released))


def copied_lines(tree: ast.AST, solutions: Solutions) -> list[tuple[int, str, str]]:
    """Find the lines of solutions in ``tree``, under any names: line number, exercise, and the line of its solution.

    Strings in ``tree`` that are Python code count as well. An expression inside another one is not listed again.
    """
    own = solutions.attributes | assigned_attributes(tree)
    copied: dict[int, tuple[int, str, str]] = {}
    inner: set[int] = set()
    for node in _with_texts(tree):
        for attributes in (solutions.attributes, own):
            text = skeleton(node, attributes).text
            if (hit := solutions.whole.get(text) or solutions.parts.get(text)) and id(node) not in inner:
                copied.setdefault(id(node), (node.lineno, *hit))
                inner |= {id(child) for child in ast.walk(node)}
    return sorted(set(copied.values()))


def _with_texts(tree: ast.AST) -> Iterator[ast.expr | ast.AugAssign]:
    """Yield the parts of ``tree`` and of the Python code in its strings, outer ones first."""
    for node in parts(tree):
        yield node
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (code := _as_code(node.value)):
            for part in parts(code):
                part.lineno = node.lineno
                yield part


def _as_code(text: str) -> ast.Module | None:
    try:
        return ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError):
        return None
