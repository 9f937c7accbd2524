"""Make ``release/`` (the students' notebooks) and ``solutions/`` (executed) from ``source/``, and compare them with it.

nbgrader's own converter makes the release, but without a gradebook, so that it writes no other file. All that depends
on the machine or the time is removed: generating twice gives the same notebook.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbconvert.preprocessors import Preprocessor
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearMarkScheme, LockCells

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook.store import beside_python, course_directory, failed, nbgrader_log, settings
from foundations.notebooks.source import read_source

#: The metadata that stay in a cell and in the notebook; an editor writes the rest, and changes it.
_CELL_METADATA = ("nbgrader", "deletable", "editable", "tags", "slideshow", "jupyter")
_KERNEL = ("display_name", "language", "name")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{8,}\b")


def build_release(course: Course, name: str | None = None) -> list[Path]:
    """Write ``release/<name>/`` and ``solutions/<name>/`` of one assignment, or of all. Return the notebooks' paths.

    Raises:
        CourseError: the source is broken, or its own solution does not run.
    """
    written = []
    for assignment in _names(course, name):
        with tempfile.TemporaryDirectory() as folder:
            made = generate(course, assignment, Path(folder))
            solution = execute(course, assignment)
            _replace(made, course.root / "release" / assignment)
        _write(solution, course.root / "solutions" / assignment / f"{assignment}.ipynb")
        written += [course.root / kind / assignment / f"{assignment}.ipynb" for kind in ("release", "solutions")]
    return written


def _names(course: Course, name: str | None) -> list[str]:
    if name is None:
        return course.assignments
    course.notebook(name)  # raises for an unknown name
    return [name]


def generate(course: Course, assignment: str, folder: Path) -> Path:
    """Make the release of ``assignment`` under ``folder``. Return the folder of its notebook and other files.

    Raises:
        CourseError: the source is broken, or nbgrader stopped.
    """
    read_source(course.notebook(assignment))  # raises a sentence if nbgrader would print a traceback
    config = settings(course)
    config.SaveCells.enabled = False
    coursedir = course_directory(course, config, assignment)
    coursedir.release_directory = str(folder)
    with nbgrader_log(verbose=False) as errors, beside_python():
        try:
            GenerateAssignment(coursedir=coursedir, config=config, no_database=True).start()
        except NbGraderException as error:
            raise failed("generate_assignment", assignment, errors, error) from error
    made = folder / assignment
    path = made / f"{assignment}.ipynb"
    _write(normalised(nbformat.read(path, as_version=4)), path)
    return made


def solution_version(course: Course, assignment: str) -> nbformat.NotebookNode:
    """Return the source as students get it after the deadline: no mark schemes, cells locked, not executed yet."""
    notebook = read_source(course.notebook(assignment))
    config = settings(course)
    steps: list[Preprocessor] = [LockCells(config=config), ClearMarkScheme(config=config)]
    for step in steps:
        notebook, _ = step.preprocess(notebook, {})
    return normalised(notebook)


def execute(course: Course, assignment: str) -> nbformat.NotebookNode:
    """Run the solution notebook from top to bottom in a fresh kernel and folder. Return it with its outputs.

    Raises:
        CourseError: a cell fails, does not end in time, or ends the kernel.
    """
    from nbclient import NotebookClient

    notebook = solution_version(course, assignment)
    with tempfile.TemporaryDirectory() as folder:
        work, profile = Path(folder, "work"), Path(folder, "ipython")
        shutil.copytree(course.notebook(assignment).parent, work, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        client = NotebookClient(
            notebook,
            timeout=int(course.limits(assignment).cell_wall_s),
            resources={"metadata": {"path": str(work)}},
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"],
        )
        # The course must not depend on the instructor's own start-up files, backends and data.
        environment = {**os.environ, "IPYTHONDIR": str(profile), "PYTHONHASHSEED": "0", "FOUNDATIONS_MNIST": "bundled"}
        environment.pop("MPLBACKEND", None)
        try:
            client.execute(env=environment)
        except (CellControlSignal, DeadKernelError) as error:
            raise CourseError(_failure(notebook, assignment, error), slug="solution") from error
        folders = {str(work): ".", str(course.root): "…", str(Path.home()): "~"}
    return _without_folders(normalised(notebook, outputs=True), folders)


def _failure(notebook: nbformat.NotebookNode, assignment: str, error: Exception) -> str:
    """Return a sentence on the cell of the solution that did not run, and the reason."""
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                reason = f"{output.ename}: {output.evalue}".strip().split("\n")[0]
                return f"the solution of {assignment!r} fails in cell {number} ({_label(cell)}): {reason}; correct the cell under source/"
    first = (str(error).strip() or type(error).__name__).split("\n")[0]
    return f"the solution of {assignment!r} does not run to its end: {first}; correct the notebook under source/"


def _label(cell: nbformat.NotebookNode) -> str:
    return repr(cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", "without id"))


# ------------------------------------------------------------------------------------------- the same every time


def normalised(notebook: nbformat.NotebookNode, *, outputs: bool = False) -> nbformat.NotebookNode:
    """Return the notebook in nbformat 4.5, without metadata that change from one machine or day to the next."""
    kernel = notebook.metadata.get("kernelspec", {})
    metadata = {
        "kernelspec": {key: kernel[key] for key in _KERNEL if key in kernel},
        "language_info": {"name": "python"},
    }
    cells = []
    for number, cell in enumerate(notebook.cells, 1):
        node: dict[str, Any] = {
            "cell_type": cell.cell_type,
            "id": cell.get("id") or f"cell-{number}",
            "metadata": {key: cell.metadata[key] for key in _CELL_METADATA if key in cell.metadata},
            "source": cell.source,
        }
        if cell.get("attachments"):
            node["attachments"] = cell.attachments
        if cell.cell_type == "code":
            node["outputs"] = cell.outputs if outputs else []
            node["execution_count"] = cell.execution_count if outputs else None
        cells.append(node)
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def _without_folders(notebook: nbformat.NotebookNode, folders: dict[str, str]) -> nbformat.NotebookNode:
    """Replace addresses in memory and ``folders`` of this machine in the outputs' texts."""

    def replaced(value: Any) -> Any:
        if isinstance(value, str):
            for folder, name in folders.items():
                value = value.replace(folder, name) if len(folder) > 1 else value
            return _ADDRESS.sub("0x0", value)
        if isinstance(value, list):
            return [replaced(item) for item in value]
        if isinstance(value, dict):
            return {key: item if key.startswith("image/") else replaced(item) for key, item in value.items()}
        return value

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = nbformat.from_dict(replaced(cell.outputs))
    return notebook


def _write(notebook: nbformat.NotebookNode, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", "utf-8")


def _replace(made: Path, folder: Path) -> None:
    """Replace the whole folder, so that a file that was removed from source/ does not stay released."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(made, folder)


# -------------------------------------------------------------------------------------------------------- drift


def drift(course: Course, name: str | None = None) -> list[str]:
    """Return a sentence for each thing that ``foundations release`` would change; an empty list if all agrees.

    Solutions are not run again. Their sources and structure are compared, and each code cell must have been executed
    without an error.
    """
    complaints: list[str] = []
    for assignment in _names(course, name):
        remedy = f"run `foundations release {assignment}`"
        with tempfile.TemporaryDirectory() as folder:
            made = generate(course, assignment, Path(folder))
            changes = list(_release_drift(made, course.root / "release" / assignment))
        path = course.root / "solutions" / assignment / f"{assignment}.ipynb"
        changes += _solution_drift(solution_version(course, assignment), path)
        complaints += [f"{change}: {remedy}" for change in changes]
    if name is None:
        for folder_name in ("release", "solutions"):
            folders = sorted(path for path in (course.root / folder_name).glob("*/") if path.is_dir())
            names = course.assignments
            complaints += [f"{_short(path)} has no source: remove it" for path in folders if path.name not in names]
    return complaints


def _release_drift(made: Path, committed: Path) -> Iterator[str]:
    notebook = f"{made.name}.ipynb"
    yield from _differences(_read(made / notebook), committed / notebook)
    wanted = {path.relative_to(made) for path in made.rglob("*") if path.is_file()} - {Path(notebook)}
    present = {path.relative_to(committed) for path in committed.rglob("*") if path.is_file()} - {Path(notebook)}
    for path in sorted(wanted | present):
        if path not in wanted:
            yield f"{_short(committed / path)} is not under source/"
        elif path not in present:
            yield f"{_short(committed / path)} is missing"
        elif not filecmp.cmp(made / path, committed / path, shallow=False):
            yield f"{_short(committed / path)} differs from source/"


def _solution_drift(wanted: nbformat.NotebookNode, path: Path) -> Iterator[str]:
    yield from _differences(wanted, path)
    if not path.is_file():
        return
    for number, cell in enumerate(_read(path).cells, 1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            yield f"{_short(path)}, cell {number} ({_label(cell)}) was not executed"
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors and "raises-exception" not in cell.metadata.get("tags", []):
            yield f"{_short(path)}, cell {number} ({_label(cell)}) ended with {errors[0].ename}"


def _differences(wanted: nbformat.NotebookNode, path: Path) -> Iterator[str]:
    """Yield the first difference between the committed and the generated notebook, outputs aside."""
    if not path.is_file():
        yield f"{_short(path)} is missing"
        return
    committed = normalised(_read(path))
    for number, (generated, cell) in enumerate(zip(wanted.cells, committed.cells, strict=False), 1):
        keys = sorted(generated.keys() | cell.keys())
        if parts := [key for key in keys if generated.get(key) != cell.get(key)]:
            yield f"{_short(path)}, cell {number} ({_label(generated)}) differs from source/ in its {' and '.join(parts)}"
            return
    if len(wanted.cells) != len(committed.cells):
        yield f"{_short(path)} has {len(committed.cells)} cells instead of {len(wanted.cells)}"
    elif wanted.metadata != committed.metadata:
        yield f"{_short(path)} differs from source/ in its notebook metadata"


def _read(path: Path) -> nbformat.NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise CourseError(
            f"{_short(path)} cannot be read as a notebook: {error}; run `foundations release`", slug="drift"
        ) from error


def _short(path: Path) -> str:
    """Return ``path`` relative to the course's root: ``release/<assignment>/...``."""
    parts = path.parts
    start = max((index for index, part in enumerate(parts) if part in ("release", "solutions")), default=0)
    return "/".join(parts[start:])
