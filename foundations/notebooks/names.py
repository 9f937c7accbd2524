"""The names of a notebook that a cell reads and binds, and the cells that the exercises of a notebook need."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from foundations.notebooks.statements import parse


@dataclass(frozen=True)
class Names:
    """The global names of one cell: those that it reads, also inside of functions, and those that it binds.

    A name that the cell has bound before it reads it is not one that it reads.
    """

    read: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()


#: Statements that bind all of their names if they are run; a branch or a loop need not.
_ALWAYS_BIND = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


@lru_cache(maxsize=512)
def names_in(text: str) -> Names:
    """Return the names in the code of a cell; none if it is not Python, apart from its magics."""
    tree = parse(text)
    if tree is None:
        return Names()
    read: set[str] = set()
    bound: set[str] = set()
    settled: set[str] = set()
    for statement in tree.body:
        table = symtable.symtable(ast.unparse(statement), "cell", "exec")
        binds = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        read |= set(_read(table)) - settled
        bound |= binds
        settled |= binds if isinstance(statement, _ALWAYS_BIND) else set()
    return Names(frozenset(read), frozenset(bound | set(_written_to(tree))))


def _read(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _read(inner)


def _written_to(tree: ast.Module) -> Iterator[str]:
    """Yield the names of objects whose attributes or items the cell sets, as in ``x.g = 0``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                yield root.id


def needed_cells(
    cells: Sequence[Names], wanted: Collection[int], needs: Iterable[tuple[int, Collection[str]]] = ()
) -> set[int]:
    """Return the positions of the cells without which those at ``wanted`` cannot run.

    A name that a cell reads comes from the last cell above it that binds the name.

    Args:
        cells: the names of all cells, in order; cells of text have none.
        wanted: positions of cells that are kept.
        needs: further names, with the position of the cell that reads them.
    """
    kept: set[int] = set()
    waiting = [(place, cells[place].read) for place in wanted] + [(place, frozenset(read)) for place, read in needs]
    kept |= set(wanted)
    while waiting:
        place, read = waiting.pop()
        for name in read:
            above = [number for number in range(place) if name in cells[number].bound]
            if above and above[-1] not in kept:
                kept.add(above[-1])
                waiting.append((above[-1], cells[above[-1]].read))
    return kept
