"""Find the secrets in a released notebook: solutions, hidden tests, and the instructor's folders."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from foundations.config import Course
from foundations.errors import CourseError
from foundations.notebooks.source import read_source
from foundations.release.probes import revealed

_MARKS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "### AUTOTEST", "### HASHED")
_HOMES = re.compile(r"(?:/home|/Users|/root|[A-Za-z]:\\+Users)[/\\]+[\w.-]+")
# Lines of a solution that reveal no part of it: the head of a loop or branch, an import, the return of a bare name.
_TRIVIAL = re.compile(r"(?:import|from)\s.*|(?:return|yield)(?:\s+\w+)?|pass|break|continue|.*:")
#: Characters of a line, spaces aside; a shorter one may be in a release by chance.
MIN_LINE = 8


def find_release_leaks(course: Course, assignment: str) -> list[str]:
    """Find secrets in ``release/<assignment>/<assignment>.ipynb``, and lines of solutions in probes.

    Returns:
        A sentence for each leak.

    Raises:
        CourseError: the assignment does not exist, its release cannot be read, or a grader is not Python.
    """
    source = read_source(course.notebook(assignment))
    path = course.root / "release" / assignment / f"{assignment}.ipynb"
    try:
        release = nbformat.read(path, as_version=4)
    except Exception as error:
        raise CourseError(f"{path} cannot be read: run `foundations release {assignment}`", slug="leaks") from error
    leaks = find_leaks(release, source, hidden_names(course, assignment), _folders(course))
    return leaks + revealed(course, assignment)


def find_leaks(
    release: nbformat.NotebookNode, source: nbformat.NotebookNode, hidden: set[str], folders: set[str]
) -> list[str]:
    """Find lines of ``source``'s solutions, ``hidden`` names and ``folders`` in the notebook ``release``.

    Returns:
        A sentence for each leak.
    """
    lines = {_squeezed(line): line for line in solution_lines(source)}
    leaks: list[str] = []
    for number, cell in enumerate(release.cells, 1):
        where = f"cell {number} ({cell.metadata.get('nbgrader', {}).get('grade_id') or cell.get('id', '')!r})"
        leaks += [f"{where} {leak}" for leak in _cell_leaks(cell, lines, hidden, folders)]
    metadata = json.dumps(release.metadata)
    leaks += [f"the notebook's metadata name the folder {folder!r}" for folder in _named_folders(metadata, folders)]
    return leaks


def _cell_leaks(
    cell: nbformat.NotebookNode, lines: dict[str, str], hidden: set[str], folders: set[str]
) -> Iterator[str]:
    text = cell.source + "\n" + json.dumps(cell.metadata, ensure_ascii=False)
    squeezed = [_squeezed(line) for line in cell.source.split("\n")]
    for key, line in lines.items():
        if any(key in released for released in squeezed):
            yield f"has a line of a solution: {line!r}"
    yield from (f"has the mark {mark!r}" for mark in _MARKS if mark in text)
    yield from (f"names {name!r}, which is in the graders only" for name in sorted(hidden) if _has_word(text, name))
    yield from (f"names the folder {folder!r}" for folder in _named_folders(text, folders))
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield "has outputs, or was executed"


def solution_lines(source: nbformat.NotebookNode) -> list[str]:
    """List the lines of the source's solutions that reveal a part of them, without indentation and comments."""
    revealing = []
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            for line in _regions(cell.source):
                bare = line.strip() if cell.cell_type == "markdown" else _without_comment(line).strip()
                if len(_squeezed(bare)) >= MIN_LINE and not _TRIVIAL.fullmatch(bare):
                    revealing.append(bare)
    return revealing


def _regions(text: str) -> list[str]:
    """Return the lines between the marks, or all lines if a solution cell has no marks."""
    inside, solution, marked = False, [], False
    for line in text.split("\n"):
        if "BEGIN SOLUTION" in line:
            inside = marked = True
        elif "END SOLUTION" in line:
            inside = False
        elif inside:
            solution.append(line)
    return solution if marked else text.split("\n")


def _without_comment(line: str) -> str:
    """Cut ``line`` at the first ``#`` outside of a string. Strings of several lines are not recognised."""
    quote = ""
    for index, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#":
            return line[:index]
    return line


def hidden_names(course: Course, assignment: str) -> set[str]:
    """Return the graders' folder, and the names of its files, tests and misconceptions, except those of exercises.

    Raises:
        CourseError: a grader is not Python.
    """
    cells = read_source(course.notebook(assignment)).cells
    exercises = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells}
    folder = course.graders / assignment
    names = {"graders/"}
    for path in sorted(folder.glob("*.py")):
        names.add(path.stem if path.stem.startswith("test_") else path.name)
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, ValueError) as error:
            raise CourseError(
                f"grader {path.name!r} is not Python: {error}; correct that line", slug="graders"
            ) from error
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))
        names |= {node.name for node in nodes if "_" in node.name.strip("_")}
    return {name for name in names - exercises if not name.startswith("_")}


def _folders(course: Course) -> set[str]:
    return {str(folder) for folder in (course.root, Path.home()) if len(folder.parts) > 1}


def _named_folders(text: str, folders: set[str]) -> list[str]:
    return sorted({folder for folder in folders if folder in text} | set(_HOMES.findall(text)))


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)" if word[-1:].isalnum() else re.escape(word), text) is not None


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
