"""Demonstrations: cells that the instructor has declared not to be needed by any check.

A cell of ``source/`` is declared by its metadata::

    {"foundations": {"demonstration": true}}

Grading does not run it, unless the submission needs it all the same: a cell that runs reads a name that the
demonstration makes, e.g. because the student uses its result. A demonstration whose text the student has changed is the
student's own cell, and runs.
"""

from __future__ import annotations

import ast
import contextlib
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from foundations.notebooks.pairing import Cell
from foundations.notebooks.statements import bound_names

_NAME = re.compile(r"[^\W\d]\w*")


_NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
#: Characters of a text that may be code. A cell with a longer one that reads a demonstration's result may fail.
_MAX_TEXT = 10_000
#: Statements that bind their names whatever happens, and scopes that run with the statement that they are in.
_BINDING = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
_AT_ONCE = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})


@dataclass(frozen=True)
class _Names:
    """The global names that a cell makes, reads when it runs, and reads when its functions are called."""

    made: frozenset[str]
    read: frozenset[str]
    read_later: frozenset[str]


def not_needed(cells: Sequence[Cell]) -> frozenset[int]:
    """Return the indices of the demonstrations among ``cells`` that no cell needs which runs.

    The result of a demonstration is needed by a cell below it, or by a function in any cell, because it may be called
    later. A demonstration that is needed runs, and may need others.
    """
    left_out = {index for index, cell in enumerate(cells) if cell.demonstration and cell.kind == "code"}
    while needed := {index for index in left_out if _is_needed(index, cells, left_out)}:
        left_out -= needed
    return frozenset(left_out)


def _is_needed(index: int, cells: Sequence[Cell], left_out: set[int]) -> bool:
    made = _names(cells[index].text).made
    for place, cell in enumerate(cells):
        if cell.kind != "code" or place in left_out or made.isdisjoint(_NAME.findall(cell.text)):
            continue
        names = _names(cell.text)
        if made & names.read_later or (place > index and made & names.read):
            return True
    return False


@lru_cache(maxsize=256)  # most cells of a class are the instructor's
def _names(text: str) -> _Names:
    """Return the names of a cell. Those of a cell that is not Python alone, e.g. has a magic, are all words in it."""
    words = frozenset(_NAME.findall(text))
    try:
        tree = ast.parse(text)
        made, read, later, bound = set(_changed(tree)), set(_in_texts(tree)), set[str](), set[str]()
        for statement in tree.body:
            now, then = _read_by(statement)
            read |= now - bound
            later |= then
            if isinstance(statement, _BINDING):
                bound |= bound_names(statement)
            made |= bound_names(statement)
    except _NO_PYTHON:
        return _Names(words, words, words)
    return _Names(frozenset(made), frozenset(read), frozenset(later))


def _read_by(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the global names that a statement reads when it runs, and those that its functions read when called."""
    table = symtable.symtable(ast.unparse(statement), "<cell>", "exec")
    now = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    if isinstance(statement, ast.AugAssign):
        now |= bound_names(statement)
    if isinstance(statement, ast.For):
        now -= {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
    later: set[str] = set()
    for child in table.get_children():
        names = set(_global_names(child))
        if child.get_name() in _AT_ONCE:
            now |= names
        else:
            later |= names
    return now, later


def _changed(tree: ast.Module) -> Iterator[str]:
    """Yield the names of objects with an item or an attribute that the cell sets: ``times["naive"] = ...``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            owner: ast.expr = node
            while isinstance(owner, ast.Subscript | ast.Attribute):
                owner = owner.value
            if isinstance(owner, ast.Name):
                yield owner.id


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    for child in table.get_children():
        yield from _global_names(child)


def _in_texts(tree: ast.Module) -> Iterator[str]:
    """Yield the names in texts that are Python: ``globals()["name"]``, ``exec("name")``."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in alone:
            continue
        if isinstance(node.value, str) and len(node.value) <= _MAX_TEXT:
            with contextlib.suppress(*_NO_PYTHON):
                yield from (name.id for name in ast.walk(ast.parse(node.value.strip())) if isinstance(name, ast.Name))
