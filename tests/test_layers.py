"""Imports go downward only. The order is written here once, and ``docs/architecture.md`` shows the same one."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "foundations"

#: From the top down. A module may import from the lines below its own, and not from its own line.
ORDER = """
cli
demo reviewing
run
release leaks
probes
recording settlement
gradebook
nbgrader_bridge gradesheet screen export printable catalogue check doctor
converter
receipts database
grade inert
doubts
bounded
rendering
markdown
plugin submissions
student
speed reference rules diagnose
evidence
suspicion
reading
reader
asking flow
resolving suspects
bindings
parsing
operators
families folding compare libraries
session
warm
processes scratch
definitions
notebook
source
nbfile
repair
remnants written
pairing
notices
table formulas statements
reviews
zygote
inside
shell
outputs tracing replaying wire sandbox data plots undisturbed
dataflow
testing
selftest
readable seccomp landlock privileges
kernel
failures
decisions
config model words skeletons
errors plain
""".strip()

#: Modules that are imported where student code runs, and what they may import besides each other and Python itself.
INSIDE = {
    "zygote",
    "inside",
    "shell",
    "outputs",
    "undisturbed",
    "tracing",
    "dataflow",
    "replaying",
    "wire",
    "testing",
    "data",
    "plots",
}
INSIDE |= {"sandbox", "selftest", "readable", "seccomp", "landlock", "privileges", "kernel"}
#: traitlets comes with IPython, and configures its shell.
INSIDE_LIBRARIES = {"torch", "numpy", "IPython", "matplotlib", "traitlets"}

#: What a notebook of the course may import besides Python itself.
NOTEBOOK_LIBRARIES = {"torch", "foundations.testing", "foundations.data", "foundations.plots"}
#: What is shown where it is installed; elsewhere the cell says that it is not.
SHOWN_IF_INSTALLED = {"fire"}

#: The only modules that know nbgrader: a submission can be graded where it is not installed.
KNOW_NBGRADER = {
    "converter",
    "nbgrader_bridge",
    "gradebook",
    "gradesheet",
    "receipts",
    "settlement",
    "release",
    "inert",
}

HEIGHT = {name: -number for number, line in enumerate(ORDER.splitlines()) for name in line.split()}
#: A subpackage counts as one module; ``bundled`` holds data.
MODULES = sorted(path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file())
MODULES = [name for name in MODULES if name not in ("__init__", "bundled")]


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere in ``tree``: at its top, in a function, or for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "foundations":
            yield from (f"foundations.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide which way they go"
            yield str(node.module)


def missed(tree: ast.AST) -> Iterator[str]:
    """What is imported where its absence is expected: in a ``try`` with ``except ImportError``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(ast.unparse(one.type or node) == "ImportError" for one in node.handlers):
            yield from (name for statement in node.body for name in imported(statement))


def imports_of(module: str) -> set[str]:
    files = [PACKAGE / f"{module}.py"] if (PACKAGE / f"{module}.py").is_file() else (PACKAGE / module).glob("*.py")
    return {name for file in files for name in imported(ast.parse(file.read_text("utf-8")))}


def foreign(names: set[str]) -> set[str]:
    """Those of ``names`` that are neither this package's nor in the standard library, by their first part."""
    tops = {name.partition(".")[0] for name in names}
    return tops - set(sys.stdlib_module_names) - {"foundations", "__future__"}


def own(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("foundations.")}


def test_every_module_has_its_place() -> None:
    """A new module is put into the order by whoever adds it."""
    assert sorted(set(MODULES) - set(HEIGHT)) == []


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_downward(module: str) -> None:
    """A module imports only modules that stand below it."""
    upward = {name for name in (own(imports_of(module)) - {module}) & set(MODULES) if HEIGHT[name] >= HEIGHT[module]}
    assert upward == set()


@pytest.mark.parametrize("module", sorted(set(MODULES) - KNOW_NBGRADER))
def test_nbgrader_stays_at_the_edge(module: str) -> None:
    """Reading, repairing and grading a submission needs nothing of nbgrader."""
    assert foreign(imports_of(module)) & {"nbgrader"} == set()


@pytest.mark.parametrize("module", sorted(INSIDE))
def test_what_runs_beside_student_code_brings_nothing_along(module: str) -> None:
    """Neither the judge nor a library that the course does not need is imported in the student process."""
    names = imports_of(module)
    assert foreign(names) - INSIDE_LIBRARIES == set()
    assert own(names) - INSIDE == set()


def test_no_module_of_the_judge_is_loaded_in_the_warm_process() -> None:
    """What the imports say is what happens: the modules of the package that are in memory are those meant to be."""
    names = ", ".join(sorted(INSIDE))
    code = (
        f"import sys; from foundations import {names}; print(*(m for m in sys.modules if m.startswith('foundations.')))"
    )
    seen = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True).stdout
    assert own(set(seen.split())) - {"bundled"} == INSIDE


@pytest.mark.parametrize("module", MODULES)
def test_package_does_not_import_graders(module: str) -> None:
    """Hidden tests are data of a course: the package knows their folder and none of their names."""
    graders = {path.stem for path in (ROOT / "graders").rglob("*.py")} | {"graders"}
    assert {name.partition(".")[0] for name in imports_of(module)} & graders == set()


@pytest.mark.parametrize("path", sorted((ROOT / "source").glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_import_what_students_have(path: Path) -> None:
    """A released notebook needs torch and the three modules made for it, and nothing of the grading stack."""
    notebook = nbformat.read(path, as_version=4)
    plain = TransformerManager().transform_cell
    trees = [ast.parse(plain(cell.source)) for cell in notebook.cells if cell.cell_type == "code"]
    names = {name for tree in trees for name in imported(tree)}
    allowed = {name for name in names if name.partition(".")[0] in sys.stdlib_module_names | {"torch"}}
    shown = {name for tree in trees for name in missed(tree)} & SHOWN_IF_INSTALLED
    assert names - allowed - NOTEBOOK_LIBRARIES == shown
    assert names & {"foundations.testing"}, "a notebook without visible checks"


def test_documentation_shows_the_same_order() -> None:
    """``docs/architecture.md`` shows the order that is tested here."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    blocks = re.findall(r"^```text\n(.*?)\n```$", page, re.DOTALL | re.MULTILINE)
    assert ORDER in [re.sub(r"  +#.*$", "", block, flags=re.MULTILINE) for block in blocks]
