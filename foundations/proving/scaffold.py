"""The start of a course or an exercise: files that work once three blanks in them are filled."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from foundations.config import RIGHT, Course, is_plain_name
from foundations.errors import CourseError
from foundations.proving import templates
from foundations.proving.orphans import BANK
from foundations.proving.source import SourceAssignment, grade_id

_KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def new_course(folder: Path, nbgrader_settings: Mapping[str, Mapping[str, Any]]) -> list[Path]:
    """Write a course without assignments into ``folder``. Return the paths of the files.

    Args:
        folder: it may exist, but not the files and folders of a course in it.
        nbgrader_settings: the values for ``nbgrader_config.py``, by class and name.

    Raises:
        CourseError: a file or folder of the course exists, or cannot be written.
    """
    lines = [f"c.{kind}.{name} = {value!r}" for kind, own in nbgrader_settings.items() for name, value in own.items()]
    files = {
        folder / "pyproject.toml": templates.PYPROJECT,
        folder / "nbgrader_config.py": templates.NBGRADER_CONFIG + "\n".join(lines) + "\n",
    }
    folders = [folder / "source", folder / "graders"]
    _refuse([*files, *folders])
    _write(files)
    for made in folders:
        made.mkdir()
    return list(files)


def new_exercise(course: Course, assignment: str, name: str, *, numpy: bool | None = None) -> list[Path]:
    """Write the cells, the grader, two known mistakes and a right answer of an exercise. Return the files' paths.

    An assignment that does not exist is begun. The cells go to the end of its notebook, and the mistakes to the end of
    its bank.

    Args:
        course: the course.
        assignment: the assignment's name.
        name: the exercise's name.
        numpy: whether the exercise is about NumPy's arrays rather than tensors; default: if the assignment's notebook
            imports NumPy and not PyTorch.

    Raises:
        CourseError: a name cannot be used, the exercise or one of its files exists, or a file cannot be written.
    """
    _check_names(assignment, name)
    graders = course.graders / assignment
    grader, right = graders / f"test_{name}.py", graders / RIGHT / f"right_{name}.py"
    _refuse([grader, right])
    path = course.source / assignment / f"{assignment}.ipynb"
    notebook = _notebook(course, assignment, name) if path.is_file() else None
    if numpy is None:
        numpy = notebook is not None and _imports(notebook, "numpy") and not _imports(notebook, "torch")
    written = templates.about_arrays if numpy else str
    notebook = notebook or _first_notebook(assignment, written)
    taken = {cell.get("id") for cell in notebook.cells}
    if not _imports(notebook, "numpy" if numpy else "torch"):
        notebook.cells.append(_given(f"{name}-setup", written(templates.IMPORT), taken))
    notebook.cells += _cells(name, taken, written)
    bank = graders / BANK
    files = {
        path: nbformat.writes(notebook) + "\n",
        grader: _named(written(templates.GRADER), name),
        bank: _bank(bank, name, written),
        right: _named(templates.RIGHT, name),
    }
    _write(files)
    return list(files)


def _check_names(assignment: str, name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise CourseError(
            f"{name!r} cannot be the name of an exercise, because it is not a name in Python; use letters and _",
            slug="new",
        )
    if not is_plain_name(assignment):
        raise CourseError(
            f"{assignment!r} cannot be the name of an assignment, because it is a folder's name; use letters, digits, "
            "_, - and .",
            slug="new",
        )


def _notebook(course: Course, assignment: str, name: str) -> nbformat.NotebookNode:
    """Return the source notebook, which must not have the exercise, nor one whose name differs by case alone."""
    source = SourceAssignment.read(course, assignment)
    for other in filter(None, map(grade_id, source.notebook.cells)):
        if other.casefold() in (name.casefold(), f"{name}-solution".casefold()):
            raise CourseError(f"{source.path} has a cell {other!r} already; choose another name", slug="new")
    return source.notebook


def _imports(notebook: nbformat.NotebookNode, module: str) -> bool:
    pattern = re.compile(rf"^\s*(import|from) {module}\b", re.MULTILINE)
    return any(cell.cell_type == "code" and pattern.search(cell.source) for cell in notebook.cells)


def _first_notebook(assignment: str, written: Callable[[str], str]) -> nbformat.NotebookNode:
    title = nbformat.v4.new_markdown_cell(f"# {assignment}", id="title")
    setup = _given("setup", written(templates.SETUP), ())
    return nbformat.v4.new_notebook(cells=[title, setup], metadata=nbformat.from_dict(_KERNEL))


def _given(name: str, source: str, taken: Collection[str | None]) -> nbformat.NotebookNode:
    """Return a read-only cell of code."""
    cell = nbformat.v4.new_code_cell(source.rstrip("\n"))
    cell.metadata["nbgrader"] = _marks(name, locked=True)
    cell.id = name[-64:] if name[-64:] not in taken else cell.id
    return cell


def _cells(name: str, taken: Collection[str | None], written: Callable[[str], str]) -> list[nbformat.NotebookNode]:
    prose = nbformat.v4.new_markdown_cell(_named(templates.PROSE, name).rstrip("\n"))
    answer = nbformat.v4.new_code_cell(_named(written(templates.SOLUTION), name).rstrip("\n"))
    check = nbformat.v4.new_code_cell(_named(written(templates.CHECK), name).rstrip("\n"))
    answer.metadata["nbgrader"] = _marks(f"{name}-solution", solution=True)
    check.metadata["nbgrader"] = _marks(name, grade=True, locked=True, points=1)
    for cell, role in ((prose, "text"), (answer, "solution"), (check, "check")):
        wanted = f"{name}-{role}"[-64:]
        cell.id = wanted if wanted not in taken else cell.id
    return [prose, answer, check]


def _marks(name: str, **more: Any) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"schema_version": 3, "grade_id": name, **flags, **more}


def _bank(path: Path, name: str, written: Callable[[str], str]) -> str:
    """Return the bank at ``path``, or a new one, with the mistakes of the exercise at its end."""
    text = path.read_text("utf-8").rstrip("\n") + "\n" if path.is_file() else templates.BANK_HEAD
    mistakes = _named(written(templates.MISTAKES), name)
    missing = "\n\n".join(_missing_imports(text, mistakes))
    return text + (f"\n{missing}\n" if missing else "") + mistakes


def _missing_imports(text: str, mistakes: str) -> Iterator[str]:
    """Yield the imports that ``mistakes`` need and the bank, ``text``, does not have."""
    bound = {
        (alias.asname or alias.name)
        for node in ast.parse(text).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    if "torch." in mistakes and "torch" not in bound:
        yield "import torch"
    names: dict[str, list[str]] = {}
    for module, name in templates.BANK_IMPORTS:
        if name not in bound:
            names.setdefault(module, []).append(name)
    for module, own in names.items():
        yield f"from {module} import {', '.join(own)}"


def _named(template: str, name: str) -> str:
    words = "".join(word[:1].upper() + word[1:] for word in name.split("_"))
    return template.replace("NAME", name).replace("CLASS", words)


def _refuse(paths: Collection[Path]) -> None:
    if present := [path for path in paths if path.exists()]:
        raise CourseError(f"{present[0]} exists already, and is not overwritten; choose another name", slug="new")


def _write(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        except OSError as error:
            raise CourseError(f"{path} cannot be written: {error.strerror}", slug="output") from error
