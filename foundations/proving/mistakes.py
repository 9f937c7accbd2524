"""A known mistake as a student's answer: the bank's code under the exercise's name."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from foundations.grading.misconceptions import Misconception
from foundations.notebooks.names import names_in
from foundations.proving.answers import Answer

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class _Part:
    """A statement at the top of a bank that binds a name, and its source."""

    node: ast.stmt
    source: str


def as_answer(mistake: Misconception, path: Path, given: Collection[str] = ()) -> Answer:
    """Return the function or class of a bank under the exercise's name, without its docstring, and its helpers.

    A change of the solution is the changed solution.

    Helpers are the bank's own functions, classes and constants that the mistake uses, those of helpers included; not
    its imports, because a notebook has its own.

    Args:
        mistake: a mistake of the bank.
        path: the bank's file.
        given: names that the notebook binds, so that a helper of the same name is not needed.
    """
    if mistake.patched:
        line = line_of(mistake, path)
        return Answer(mistake.exercise, mistake.id, (mistake.patched.strip("\n"),), path=path, line=line)
    parts = _parts(path.read_text("utf-8"))
    own = parts[mistake.answer.__name__].node
    assert isinstance(own, _Definition)
    answer = copy.copy(own)
    answer.name, answer.decorator_list, answer.body = mistake.exercise, [], answer.body[1:] or [ast.Pass()]
    text = ast.unparse(answer)
    helpers = [part.source for part in _helpers(text, parts, {*given, mistake.exercise, mistake.answer.__name__})]
    return Answer(
        mistake.exercise, mistake.id, ("\n\n\n".join([*helpers, text]),), path=path, line=line_of(mistake, path)
    )


def line_of(mistake: Misconception, path: Path) -> int | None:
    """Return the line of the bank on which the definition of ``mistake`` starts."""
    part = _parts(path.read_text("utf-8")).get(mistake.id)
    return part.node.lineno if part else None


def _helpers(text: str, parts: Mapping[str, _Part], seen: set[str]) -> Iterator[_Part]:
    """Yield the parts that ``text`` uses, each after the parts that it uses, and each once."""
    for name in sorted((names_in(text).read & parts.keys()) - seen):
        if name not in seen:
            seen.add(name)
            yield from _helpers(parts[name].source, parts, seen)
            yield parts[name]


@lru_cache(maxsize=32)
def _parts(text: str) -> dict[str, _Part]:
    lines = text.splitlines(keepends=True)
    tree = ast.parse(text)
    marks = set(_imported_marks(tree))
    parts = {}
    for node in tree.body:
        kept = [part for part in _decorators(node) if names_in(ast.unparse(part)).read.isdisjoint(marks)]
        first = min([node.lineno, *(decorator.lineno for decorator in kept)])
        part = _Part(node, "".join(lines[first - 1 : node.end_lineno]))
        for name in _bound(node):
            parts[name] = part
    return parts


def _decorators(node: ast.stmt) -> list[ast.expr]:
    return node.decorator_list if isinstance(node, _Definition) else []


def _imported_marks(tree: ast.Module) -> Iterator[str]:
    """Yield the names that the bank imports from this package, whose decorators mark mistakes and batteries."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "foundations":
            yield from (alias.asname or alias.name for alias in node.names)


def _bound(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=str(name)) | ast.AsyncFunctionDef(name=str(name)) | ast.ClassDef(name=str(name)):
            yield name
        case ast.Assign(targets=targets):
            yield from (part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            yield name
