"""The tables at the top of hidden tests: a sentence of the released text, and the check that demands the same."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from grading import ASSIGNMENTS, ROOT

ROW = re.compile(r"^ {4}(.+?) +→ (test_\w+)$", re.MULTILINE)
FILES = [
    pytest.param(path, id=f"{path.parent.name}/{path.stem}")
    for assignment in ASSIGNMENTS
    for path in sorted((ROOT / "graders" / assignment).glob("test_*.py"))
    if "Sentence of the text → check:" in path.read_text("utf-8")
]


def released_text(assignment: str) -> str:
    """Return the text that a student reads before the answer: Markdown cells, and the stubs with their docstrings."""
    notebook = json.loads((ROOT / "release" / assignment / f"{assignment}.ipynb").read_text("utf-8"))
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"])


def checks_of(path: Path) -> set[str]:
    """Return the names of a file's checks: functions, and attributes of its test classes, some of them inherited."""
    own, shared = (
        ast.parse(file.read_text("utf-8")).body if file.is_file() else [] for file in (path, path.parent / "helpers.py")
    )
    classes = {node.name: node for node in [*shared, *own] if isinstance(node, ast.ClassDef)}
    found, bodies = {node.name for node in own if isinstance(node, ast.FunctionDef) and node.decorator_list}, []
    waiting = [node.name for node in own if isinstance(node, ast.ClassDef) and node.name.startswith("Test")]
    while waiting:
        if node := classes.get(waiting.pop()):
            bodies += node.body
            waiting += [base.id for base in node.bases if isinstance(base, ast.Name)]
    found |= {node.name for node in bodies if isinstance(node, ast.FunctionDef)}
    found |= {target.id for node in bodies if isinstance(node, ast.Assign) for target in node.targets}
    return {name for name in found if name.startswith("test_")}


@pytest.mark.parametrize("path", FILES)
def test_each_sentence_is_in_the_released_text(path: Path) -> None:
    """A sentence that was changed in the notebook has to be looked up in the checks as well."""
    text = released_text(path.parent.name)
    table = ROW.findall(ast.get_docstring(ast.parse(path.read_text("utf-8")), clean=False) or "")
    assert [sentence for sentence, _ in table if sentence not in text] == []


@pytest.mark.parametrize("path", FILES)
def test_each_check_has_a_sentence(path: Path) -> None:
    """A check without a sentence would demand something that the text does not announce."""
    table = ROW.findall(ast.get_docstring(ast.parse(path.read_text("utf-8")), clean=False) or "")
    assert {check for _, check in table} == checks_of(path)
