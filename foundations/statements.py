"""The statements of a notebook cell and the names that they bind, read without running anything."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator

#: A line that only IPython understands: a magic or a shell command, alone or assigned to a name.
_MAGIC = re.compile(r"^([ \t]*)(?:[\w, \t]+=[ \t]*)?(?:%|!|\?).*$", re.MULTILINE)
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
    """Describe ``statement`` so that two descriptions are equal if only layout, comments or docstrings differ."""
    plain = copy.deepcopy(statement) if any(map(_has_docstring, ast.walk(statement))) else statement
    for node in ast.walk(plain):
        if isinstance(node, _SCOPES) and _has_docstring(node):
            node.body = node.body[1:]
    return ast.dump(plain)


def _has_docstring(node: ast.AST) -> bool:
    return isinstance(node, _SCOPES) and ast.get_docstring(node, clean=False) is not None


def definitions(text: str, name: str) -> list[str]:
    """Return a fingerprint of each statement of a cell that binds ``name``; statements in an ``if`` or ``with`` count
    as one with it. Text that is not Python is searched for a line that begins such a definition.
    """
    if name not in text:
        return []
    tree = parse(text)
    if tree is None:
        begins = rf"^[ \t]*(?:async[ \t]+)?(?:(?:def|class)[ \t]+{re.escape(name)}\b|{re.escape(name)}[ \t]*=[^=]).*$"
        return re.findall(begins, text, re.MULTILINE)
    return [_fingerprint_or_source(statement) for statement in tree.body if name in bound_names(statement)]


def _fingerprint_or_source(statement: ast.stmt) -> str:
    try:
        return fingerprint(statement)
    except RecursionError:  # an expression nested too deeply to be compared is not the stub
        return f"line {statement.lineno}"
