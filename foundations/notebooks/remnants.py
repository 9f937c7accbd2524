"""Find the student's part of an edited read-only cell, which is kept when the released text is restored.

An answer written into a check's own cell counts, wherever in the cell it is. Edits of the released code do not.
"""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from foundations.notebooks.pairing import Cell
from foundations.notebooks.statements import MAX_COMPARED, bound_names, fingerprint, parse, read_names

_DEFINITION = re.compile(r"^[ \t]*(?:def|class)[ \t]+\w", re.MULTILINE)


class Added(NamedTuple):
    """Text that was added above the end of the released text, and text that was added below it."""

    above: str = ""
    below: str = ""


def added(text: str, released: Cell) -> Added:
    """Return the code or prose that ``text``, a student's version of a read-only cell, has in addition.

    Of code, these are the statements that bind the student's own names, such as an answer or a helper. Assertions,
    trial calls and changed lines of the released code are left out: they may fail before an answer below them is
    reached, and they do not define a name.
    """
    if released.kind != "code":
        return Added(above=_added_lines(text, released))
    if len(text) > MAX_COMPARED:
        return Added(above=text)  # far longer than any addition to a check: it runs unchanged
    tree, original = parse(text), parse(released.text)
    if tree is None or original is None:
        rest = text.replace(released.text.strip("\n"), "", 1)
        return Added(above=rest.strip("\n") if _DEFINITION.search(rest) else "")
    try:
        released_prints = {fingerprint(statement) for statement in original.body}
        last = max((node.lineno for node in tree.body if fingerprint(node) in released_prints), default=len(text))
        own = _own_statements(tree, original)
    except (RecursionError, ValueError):  # too deep, or a number of more digits than Python writes
        return Added()
    return Added(
        _lines_of([statement for statement in own if statement.lineno <= last], text),
        _lines_of([statement for statement in own if statement.lineno > last], text),
    )


def _added_lines(text: str, released: Cell) -> str:
    released_lines = {line.strip() for line in released.text.splitlines()}
    return "\n".join(line for line in text.splitlines() if line.strip() and line.strip() not in released_lines)


def _own_statements(tree: ast.Module, original: ast.Module) -> list[ast.stmt]:
    released_prints = {fingerprint(statement) for statement in original.body}
    taken = {name for statement in original.body for name in bound_names(statement)}
    kept: list[ast.stmt] = []
    defined_below: set[str] = set()
    for statement in reversed(tree.body):
        names = bound_names(statement)
        if fingerprint(statement) in released_prints or names & taken or not (names or _executes_text(statement)):
            continue
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            defined_below |= names
        elif read_names(statement) & defined_below:
            continue  # it tries a name that the cell defines only further below
        kept.append(statement)
    return kept[::-1]


def _executes_text(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id="exec"))):
            return True
    return False


def _lines_of(statements: list[ast.stmt], text: str) -> str:
    """Return the source lines of ``statements``, each line once, because several statements may share one."""
    lines, numbers = text.split("\n"), set[int]()
    for statement in statements:
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        numbers.update(range(first, (statement.end_lineno or first) + 1))
    return "\n".join(lines[number - 1] for number in sorted(numbers))
