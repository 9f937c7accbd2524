"""The statements of a notebook cell and the names that they bind, read without running the cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

#: Characters. A longer cell is not a stub, and to compare it by statements takes seconds for a megabyte.
MAX_COMPARED = 50_000
#: A line that only IPython understands: a magic or a shell command, alone or assigned to a name.
_MAGIC = re.compile(r"^([ \t]*)(?:\w[\w, \t]*=[ \t]*)?(?:%|!|\?).*$", re.MULTILINE)
_NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def parse(text: str) -> ast.Module | None:
    """Parse a cell's code; a line with a magic counts as ``pass``. ``None`` if it is not Python.

    Line numbers are those of ``text``.
    """
    for readable in (text, _MAGIC.sub(r"\1pass", text)):
        try:
            return ast.parse(readable)
        except _NO_PYTHON:
            continue
    return None


def bound_names(statement: ast.stmt) -> set[str]:
    """Return the names that ``statement`` binds when it runs, without those of functions and classes in it."""
    return {name for node in _own_nodes(statement) for name in _bound_by(node)}


def _own_nodes(statement: ast.AST) -> Iterator[ast.AST]:
    waiting = [statement]
    while waiting:  # not recursive, because a sum of a thousand terms is nested as deeply
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_SCOPES, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=str(name)) | ast.AsyncFunctionDef(name=str(name)) | ast.ClassDef(name=str(name)):
            yield name
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.alias(name=name, asname=alias):
            yield alias or name.partition(".")[0]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name


def read_names(statement: ast.stmt) -> set[str]:
    """Return the names that are read anywhere in ``statement``."""
    nodes = ast.walk(statement)
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def fingerprint(statement: ast.stmt) -> str:
    """Describe ``statement`` so that two descriptions are equal if only layout, comments or docstrings differ.

    The docstrings are taken out of ``statement``, because a copy of it would take longer than all the rest.
    """
    for node in ast.walk(statement):
        if isinstance(node, _SCOPES) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(statement)


def definitions(text: str, names: Iterable[str]) -> dict[str, list[str]]:
    """Return a fingerprint of each statement of a cell that binds one of ``names``, by name.

    A statement in an ``if`` or ``with`` counts as one with it. Text that is not Python, or that is very long, is
    searched for lines that begin a definition.
    """
    named = [name for name in names if name in text]
    tree = parse(text) if named and len(text) <= MAX_COMPARED else None
    if tree is None:
        lines = {name: _beginnings(text, name) for name in named}
        return {name: beginnings for name, beginnings in lines.items() if beginnings}
    fingerprints: dict[str, list[str]] = {}
    for statement in tree.body:
        for name in bound_names(statement).intersection(named):
            fingerprints.setdefault(name, []).append(_fingerprint_or_line(statement))
    return fingerprints


def _beginnings(text: str, name: str) -> list[str]:
    begins = rf"^[ \t]*(?:async[ \t]+)?(?:(?:def|class)[ \t]+{re.escape(name)}\b|{re.escape(name)}[ \t]*=[^=]).*$"
    return re.findall(begins, text, re.MULTILINE)


def _fingerprint_or_line(statement: ast.stmt) -> str:
    try:
        return fingerprint(statement)
    except (RecursionError, ValueError):  # too deep, or a number too long to print: a stub has neither
        return f"line {statement.lineno}"
