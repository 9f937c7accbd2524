"""The tables at the top of hidden tests: a sentence of the released text, and the check that demands the same."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from grading import ASSIGNMENTS, COURSE, ROOT

from foundations.proving.static import static_faults

ROW = re.compile(r"^ {4}(.+?) +→ (test_\w+)$", re.MULTILINE)
#: Every file of hidden tests of these assignments has a table.
COMPLETE = ["00_exports", "02_broadcasting"]
FILES = [
    pytest.param(path, id=f"{path.parent.name}/{path.stem}")
    for assignment in ASSIGNMENTS
    for path in sorted((ROOT / "graders" / assignment).glob("test_*.py"))
    if assignment in COMPLETE or "Sentence of the text → check:" in path.read_text("utf-8")
]


def released_text(assignment: str) -> str:
    """Return the text that a student reads before the answer: Markdown cells, and the stubs with their docstrings."""
    notebook = json.loads((ROOT / "release" / assignment / f"{assignment}.ipynb").read_text("utf-8"))
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"])


def classes_of(path: Path) -> dict[str, ast.ClassDef]:
    """Return the classes of a file of hidden tests, and those of the ``helpers`` next to it, by name."""
    files = [file for file in (path.with_name("helpers.py"), path) if file.is_file()]
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    return {item.name: item for tree in trees for item in tree.body if isinstance(item, ast.ClassDef)}


def checks_of(body: list[ast.stmt]) -> set[str]:
    """Return the names of the checks in a module or a class: decorated functions, and standard checks."""
    functions = {item.name for item in body if isinstance(item, ast.FunctionDef) and item.decorator_list}
    targets = (target for item in body if isinstance(item, ast.Assign) for target in item.targets)
    assigned = {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in functions | assigned if name.startswith("test_")}


def inherited_checks(name: str, classes: dict[str, ast.ClassDef]) -> set[str]:
    """Return the names of the checks of a class and of its bases."""
    if (found := classes.get(name)) is None:
        return set()
    bases = (inherited_checks(base.id, classes) for base in found.bases if isinstance(base, ast.Name))
    return checks_of(found.body).union(*bases)


@pytest.mark.parametrize("path", FILES)
def test_each_sentence_is_in_the_released_text(path: Path) -> None:
    """A sentence that was changed in the notebook has to be looked up in the checks as well."""
    text = released_text(path.parent.name)
    table = ROW.findall(ast.get_docstring(ast.parse(path.read_text("utf-8")), clean=False) or "")
    assert [sentence for sentence, _ in table if sentence not in text] == []


@pytest.mark.parametrize("path", FILES)
def test_each_check_has_a_sentence(path: Path) -> None:
    """A check without a sentence would demand something that the text does not announce."""
    tree, classes = ast.parse(path.read_text("utf-8")), classes_of(path)
    tested = (inherited_checks(name, classes) for name in classes if name.startswith("Test"))
    checks = checks_of(tree.body).union(*tested)
    assert {check for _, check in ROW.findall(ast.get_docstring(tree, clean=False) or "")} == checks


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_release_would_not_be_refused(assignment: str) -> None:
    """Neither a grader nor a known mistake is without its counterpart."""
    assert static_faults(COURSE, assignment) == []
