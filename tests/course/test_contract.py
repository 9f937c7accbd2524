"""The tables at the top of hidden tests: a sentence of the released text, and the check that demands the same."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from grading import ASSIGNMENTS, ROOT

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


def checks_of(path: Path) -> set[str]:
    """Return the names of the checks in a file of hidden tests: of its functions, and of its classes named ``Test…``.

    A class has the checks of its bases, too, which are in the same file or in ``helpers.py``.
    """
    helpers = path.with_name("helpers.py")
    statements = [
        *(ast.parse(helpers.read_text("utf-8")).body if helpers.exists() else []),
        *ast.parse(path.read_text("utf-8")).body,
    ]
    classes = {item.name: item for item in statements if isinstance(item, ast.ClassDef)}
    functions = {item.name for item in statements if isinstance(item, ast.FunctionDef) and item.decorator_list}
    return {
        *(name for name in functions if name.startswith("test_")),
        *(check for name in classes if name.startswith("Test") for check in _checks_in(name, classes)),
    }


def _checks_in(name: str, classes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    """Yield the names of the checks of a class, those of its bases first."""
    for base in classes[name].bases:
        if isinstance(base, ast.Name) and base.id in classes:
            yield from _checks_in(base.id, classes)
    for item in classes[name].body:
        match item:
            case ast.Assign(targets=[ast.Name(id=bound)]) | ast.FunctionDef(name=bound) if bound.startswith("test_"):
                yield bound


@pytest.mark.parametrize("path", FILES)
def test_each_sentence_is_in_the_released_text(path: Path) -> None:
    """A sentence that was changed in the notebook has to be looked up in the checks as well."""
    text = released_text(path.parent.name)
    table = ROW.findall(ast.get_docstring(ast.parse(path.read_text("utf-8")), clean=False) or "")
    assert [sentence for sentence, _ in table if sentence not in text] == []


@pytest.mark.parametrize("path", FILES)
def test_each_check_has_a_sentence(path: Path) -> None:
    """A check without a sentence would demand something that the text does not announce."""
    tree = ast.parse(path.read_text("utf-8"))
    assert {check for _, check in ROW.findall(ast.get_docstring(tree, clean=False) or "")} == checks_of(path)
