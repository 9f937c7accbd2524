"""Packages import downward only, and every module loaded next to student code may be read by students.

:data:`MAY_IMPORT` is the table of ``docs/architecture.md``.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Set
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "foundations"

#: For each package, and each module outside packages, the others that it may import.
MAY_IMPORT: dict[str, set[str]] = {
    "sandbox": set(),
    "diagnosis": set(),
    "testing": {"diagnosis"},
    "plots": {"testing"},
    "data": set(),
    "worker": {"sandbox", "testing", "plots", "data"},
    "plain": set(),
    "errors": set(),
    "config": {"errors"},
    "analysis": {"errors"},
    "notebooks": {"plain", "config", "errors"},
    "session": {"worker", "sandbox", "notebooks", "config", "errors"},
    "report": {"notebooks", "plain", "errors"},
    "reviews": {"report", "config", "errors"},
    "grading": {
        *{"analysis", "diagnosis", "session", "worker", "sandbox"},
        *{"reviews", "report", "notebooks", "config", "errors"},
    },
    "authoring": {"grading", "analysis", "diagnosis"},
    "gradebook": {"grading", "reviews", "report", "notebooks", "plain", "config", "errors"},
    "batch": {
        *{"gradebook", "grading", "reviews", "report", "notebooks"},
        *{"session", "plain", "config", "errors"},
    },
    "release": {"gradebook", "report", "notebooks", "analysis", "config", "errors"},
    "proving": {
        *{"release", "grading", "report", "notebooks"},
        *{"analysis", "session", "plain", "config", "errors"},
    },
    "commands": {
        *{"proving", "batch", "release", "gradebook", "grading", "reviews", "report", "notebooks"},
        *{"session", "sandbox", "plain", "config", "errors"},
    },
    "cli": {"commands", "plain", "config", "errors"},
}

#: Packages that are loaded in a process with student code; its students may read all of them.
INSIDE = {"worker", "sandbox", "testing", "plots", "data", "diagnosis"}
#: traitlets comes with IPython, and configures its shell.
INSIDE_LIBRARIES = {"torch", "numpy", "IPython", "matplotlib", "traitlets"}

#: The libraries that a notebook of the course may import.
NOTEBOOK_LIBRARIES = {"torch", "foundations.testing", "foundations.data", "foundations.plots"}
#: Libraries that a notebook shows if they are installed; elsewhere the cell prints that they are not.
SHOWN_IF_INSTALLED = {"fire"}

#: The packages and the module that know nbgrader: a submission can be graded without it.
KNOW_NBGRADER = {"gradebook", "release"}
SANITIZER = "report.sanitize"

#: Names of all modules below ``foundations``; ``bundled`` holds data.
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py" and path.parts[len(PACKAGE.parts)] != "bundled"
)


def room(module: str) -> str:
    """Return the package of ``module``, which may be one of its names (``config.Limits``), or the module itself."""
    return module.partition(".")[0]


def imported(tree: ast.AST) -> Iterator[str]:
    """List every module that is imported anywhere in ``tree``: at its top, in a function, or for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "foundations":
            yield from (f"foundations.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide which way they go"
            yield str(node.module)


def missed(tree: ast.AST) -> Iterator[str]:
    """Return the modules whose absence is expected: they are imported in a ``try`` with ``except ImportError``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(
            ast.unparse(handler.type or node) == "ImportError" for handler in node.handlers
        ):
            yield from (name for statement in node.body for name in imported(statement))


@cache
def imports_of(module: str) -> frozenset[str]:
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    return frozenset(imported(ast.parse(path.read_text("utf-8"))))


def foreign(names: Set[str]) -> set[str]:
    """Return those of ``names`` that are neither this package's nor in the standard library, by their first part."""
    tops = {name.partition(".")[0] for name in names}
    return tops - set(sys.stdlib_module_names) - {"foundations", "__future__"}


def own(names: Set[str]) -> set[str]:
    """Return the packages of ``foundations`` that are among ``names``."""
    return {room(name.removeprefix("foundations.")) for name in names if name.startswith("foundations.")}


def test_the_table_has_no_circle() -> None:
    """Some order of the packages has all imports going downward."""
    assert list(TopologicalSorter(MAY_IMPORT).static_order())


def test_every_module_is_in_a_package_of_the_table() -> None:
    """The author of a new package adds it to the table."""
    assert {room(module) for module in MODULES} == set(MAY_IMPORT)


@pytest.mark.parametrize("module", MODULES)
def test_imports_are_those_of_the_table(module: str) -> None:
    """A module imports from its own package and from those that the table lists for it."""
    assert own(imports_of(module)) - MAY_IMPORT[room(module)] - {room(module)} == set()


def test_packages_have_empty_init_files() -> None:
    """The fork server starts before torch is imported, and ``--help`` needs no torch: each ``__init__`` is empty."""
    faces = {"testing", "plots"}  # notebooks import their names
    for path in PACKAGE.rglob("__init__.py"):
        if path.parent.name not in faces:
            tree = ast.parse(path.read_text("utf-8"))
            assert list(imported(tree)) == [], path


@pytest.mark.parametrize(
    "module", [module for module in MODULES if room(module) not in KNOW_NBGRADER and module != SANITIZER]
)
def test_nbgrader_stays_at_the_edge(module: str) -> None:
    """Reading, repairing and grading a submission do not need nbgrader."""
    assert foreign(imports_of(module)) & {"nbgrader"} == set()


@pytest.mark.parametrize("module", [module for module in MODULES if room(module) in INSIDE])
def test_code_next_to_student_code_imports_only_allowed_modules(module: str) -> None:
    """Neither the judge nor a library that the course does not need is imported in the student process."""
    names = imports_of(module)
    assert foreign(names) - INSIDE_LIBRARIES == set()
    assert own(names) - INSIDE == set()


def test_no_module_of_the_judge_is_loaded_in_the_fork_server() -> None:
    """The modules of this package that are in its memory are those that students may read."""
    names = ", ".join(f"foundations.{module}" for module in MODULES if room(module) in INSIDE)
    code = f"import sys; import {names}; print(*(name for name in sys.modules if name.startswith('foundations.')))"
    seen = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True).stdout
    assert own(set(seen.split())) - {"bundled"} == INSIDE


@pytest.mark.parametrize("module", MODULES)
def test_package_does_not_import_graders(module: str) -> None:
    """Hidden tests are data of a course: the package knows their folder and none of their names."""
    graders = {path.stem for path in (ROOT / "graders").rglob("*.py")} | {"graders"}
    assert {name.partition(".")[0] for name in imports_of(module)} & graders == set()


@pytest.mark.parametrize("path", sorted((ROOT / "source").glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_import_what_students_have(path: Path) -> None:
    """A released notebook needs torch and the three modules made for it, but not the grading stack."""
    notebook = nbformat.read(path, as_version=4)
    plain = TransformerManager().transform_cell
    trees = [ast.parse(plain(cell.source)) for cell in notebook.cells if cell.cell_type == "code"]
    names = {name for tree in trees for name in imported(tree)}
    allowed = {name for name in names if name.partition(".")[0] in sys.stdlib_module_names | {"torch"}}
    shown = {name for tree in trees for name in missed(tree)} & SHOWN_IF_INSTALLED
    assert names - allowed - NOTEBOOK_LIBRARIES == shown
    assert names & {"foundations.testing"}, "a notebook without visible checks"


def test_documentation_has_the_same_table() -> None:
    """``docs/architecture.md`` has the table that is tested here."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", page, re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", allowed)) for name, allowed in rows} == MAY_IMPORT
