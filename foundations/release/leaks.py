"""What a released notebook must not tell: solutions, hidden tests, and where the instructor works."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from foundations.config import Course
from foundations.errors import CourseError
from foundations.notebooks.submission import read_source
from foundations.release.probes import revealed

_MARKS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "### AUTOTEST", "### HASHED")
_HOMES = re.compile(r"(?:/home|/Users|/root|[A-Za-z]:\\+Users)[/\\]+[\w.-]+")
# Lines of a solution that tell nothing: a loop's or a branch's head, an import, a bare name given back.
_TRIVIAL = re.compile(r"(?:import|from)\s.*|(?:return|yield)(?:\s+\w+)?|pass|break|continue|.*:")
#: Shorter lines, spaces aside, are found by chance.
MIN_LINE = 8


def find_release_leaks(course: Course, assignment: str) -> list[str]:
    """Find what ``release/<assignment>/<assignment>.ipynb`` gives away, and which probes hold lines of solutions.

    Returns:
        One sentence each; empty if nothing is given away.

    Raises:
        CourseError: there is no such assignment, no readable release of it, or a grader that is not Python.
    """
    source = read_source(course.notebook(assignment))
    path = course.root / "release" / assignment / f"{assignment}.ipynb"
    try:
        release = nbformat.read(path, as_version=4)
    except Exception as error:
        raise CourseError(f"{path} cannot be read: run `foundations release {assignment}`", slug="leaks") from error
    found = find_leaks(release, source, hidden_names(course, assignment), _places(course))
    return found + revealed(course, assignment)


def find_leaks(
    release: nbformat.NotebookNode, source: nbformat.NotebookNode, hidden: set[str], places: set[str]
) -> list[str]:
    """As :func:`find_release_leaks`; ``hidden``: names of the graders' own, ``places``: folders that must not be named."""
    lines = {_squeezed(line): line for line in solution_lines(source)}
    found: list[str] = []
    for number, cell in enumerate(release.cells, 1):
        where = f"cell {number} ({cell.metadata.get('nbgrader', {}).get('grade_id') or cell.get('id', '')!r})"
        found += [f"{where} {what}" for what in _cell_leaks(cell, lines, hidden, places)]
    rest = json.dumps(release.metadata)
    found += [f"the notebook's metadata name the folder {place!r}" for place in _named_places(rest, places)]
    return found


def _cell_leaks(
    cell: nbformat.NotebookNode, lines: dict[str, str], hidden: set[str], places: set[str]
) -> Iterator[str]:
    text = cell.source + "\n" + json.dumps(cell.metadata, ensure_ascii=False)
    squeezed = [_squeezed(line) for line in cell.source.split("\n")]
    for key, line in lines.items():
        if any(key in given for given in squeezed):
            yield f"has a line of a solution: {line!r}"
    yield from (f"has the mark {mark!r}" for mark in _MARKS if mark in text)
    yield from (f"names {name!r}, which only the graders know" for name in sorted(hidden) if _has_word(text, name))
    yield from (f"names the folder {place!r}" for place in _named_places(text, places))
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield "has outputs, or was executed"


def solution_lines(source: nbformat.NotebookNode) -> list[str]:
    """The lines of the source's solutions that tell something, without indentation and comments, in order."""
    found = []
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            for line in _regions(cell.source):
                bare = line.strip() if cell.cell_type == "markdown" else _without_comment(line).strip()
                if len(_squeezed(bare)) >= MIN_LINE and not _TRIVIAL.fullmatch(bare):
                    found.append(bare)
    return found


def _regions(text: str) -> list[str]:
    """The lines between the marks; all, where a solution cell has none."""
    inside, found, marked = False, [], False
    for line in text.split("\n"):
        if "BEGIN SOLUTION" in line:
            inside = marked = True
        elif "END SOLUTION" in line:
            inside = False
        elif inside:
            found.append(line)
    return found if marked else text.split("\n")


def _without_comment(line: str) -> str:
    """Cut at the first ``#`` that is in no string, as far as one line can tell."""
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
    """The graders' folder, and the names of files, tests and misconceptions in it; not those of the exercises."""
    cells = read_source(course.notebook(assignment)).cells
    exercises = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells}
    folder = course.graders / assignment
    names = {"graders/"}
    for path in sorted(folder.glob("*.py")):
        names.add(path.stem if path.stem.startswith("test_") else path.name)
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, ValueError) as error:
            raise CourseError(f"grader {path.name!r} is no Python: {error}", slug="graders") from error
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))
        names |= {node.name for node in nodes if "_" in node.name.strip("_")}
    return {name for name in names - exercises if not name.startswith("_")}


def _places(course: Course) -> set[str]:
    return {str(place) for place in (course.root, Path.home()) if len(place.parts) > 1}


def _named_places(text: str, places: set[str]) -> list[str]:
    return sorted({place for place in places if place in text} | set(_HOMES.findall(text)))


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)" if word[-1:].isalnum() else re.escape(word), text) is not None


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
