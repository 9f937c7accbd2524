"""The names that cells bind by assignments, unpacking, loops and imports, with the expressions that they represent.

No code runs. A cell with a syntax error binds no names, just as when it is run.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

from foundations.analysis.constant_folding import charge
from foundations.analysis.libraries import exported, path_of
from foundations.analysis.parsing import UNREADABLE, Function, embedded, parts, tree_of

BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "__builtins__"}
#: Characters of a notebook that are read; later cells count as unreadable.
_LONG_NOTEBOOK = 400_000
#: The order of a binding by ``global`` in a function: the function may be called at any time.
_ANY_TIME = -1

Kind = Literal["value", "each", "aug", "import", "effect", "unknown"]


@dataclass(frozen=True, eq=False)
class Binding:
    """One way in which a name gets its value.

    Attributes:
        kind: how the name gets its value.
        node: the expression or definition that it names ("value"), the collection that a loop takes it from ("each"),
            or the statement that changes it ("aug", "effect").
        path: the dotted name of an import.
        firm: whether it replaces the earlier value of the name.
        cell: the index of the cell.
        offset: added to the lines of ``node`` to give lines of the cell.
        order: counts the bindings of a table.
    """

    kind: Kind
    node: ast.AST | None = None
    path: str = ""
    firm: bool = True
    cell: int = 0
    offset: int = 0
    order: int = 0

    @property
    def when(self) -> int | None:
        """The order up to which this binding sees others; ``None`` if it sees all."""
        return None if self.order == _ANY_TIME else self.order


@dataclass(frozen=True)
class Star:
    """One ``from module import *`` and its place in the order of the bindings."""

    module: str
    firm: bool
    order: int


@dataclass
class Table:
    """The names that one scope (a notebook or a function) binds, in order."""

    names: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[Star] = field(default_factory=list)
    folded: dict[tuple[str, int | None], list[Any] | None] = field(default_factory=dict)
    count: int = 0

    def bind(self, name: str, binding: Binding) -> None:
        self.names.setdefault(name, []).append(binding)

    def next(self) -> int:
        self.count += 1
        return self.count

    def live(self, name: str, before: int | None = None) -> list[Binding]:
        """List the bindings that may be in force after all statements have run: the last firm one and those after it.

        With ``before``, only the statements before this place in the order have run.
        """
        bindings = self.names.get(name, [])
        charge(1 + len(bindings) // 8)
        if before is not None:
            bindings = [binding for binding in bindings if binding.order < before]
        if self.stars:
            bindings = sorted([*bindings, *self._starred(name, before)], key=lambda binding: binding.order)
        last = max((index for index, binding in enumerate(bindings) if binding.firm), default=0)
        return [*bindings[last:], *(binding for binding in bindings[:last] if binding.order == _ANY_TIME)]

    def _starred(self, name: str, before: int | None) -> Iterator[Binding]:
        for star in self.stars:
            if (before is None or star.order < before) and name in (exported(star.module) or ()):
                yield Binding("import", None, path_of(star.module, name), star.firm, order=star.order)

    @property
    def may_bind_anything(self) -> bool:
        """Whether ``*`` was imported from an unknown module."""
        return any(exported(star.module) is None for star in self.stars)


class Collector:
    """Fills a :class:`Table` from statements."""

    def __init__(
        self, table: Table, cell: int = 0, offset: int = 0, *, module: bool = False, has_walrus: bool = True
    ) -> None:
        self.table = table
        self.cell = cell
        self.offset = offset
        self.module = module
        self.has_walrus = has_walrus
        self.outer: set[str] = set()  # names declared global or nonlocal, which are not this scope's

    def statements(self, body: Iterable[ast.stmt], firm: bool = True) -> None:
        for statement in body:
            self.statement(statement, firm)

    def statement(self, node: ast.stmt, firm: bool) -> None:  # noqa: PLR0912 - a branch for each kind of statement
        charge(4)
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self.bind(name, "value", node, firm)
            case ast.Import(names=aliases):
                for alias in aliases:
                    self.imported(alias.asname or alias.name.partition(".")[0], alias, "", firm)
            case ast.ImportFrom(module=module, names=aliases):
                for alias in aliases:
                    self.imported(alias.asname or alias.name, alias, module or "", firm)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self.target(target, value, firm)
            case ast.AnnAssign(target=target, value=value):
                self.target(target, value, firm)
            case ast.AugAssign(target=target):
                self.effect(target, node, "aug")
            case ast.For() | ast.AsyncFor():
                self.each(node.target, node.iter, firm=False)
                self.statements([*node.body, *node.orelse], firm=False)
            case ast.While(body=body, orelse=other) | ast.If(body=body, orelse=other):
                self.statements([*body, *other], firm=False)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    if item.optional_vars:
                        self.each(item.optional_vars, item.context_expr, firm)
                self.statements(node.body, firm)
            case ast.Try() | ast.TryStar():
                handlers = [statement for handler in node.handlers for statement in handler.body]
                for name in (handler.name for handler in node.handlers if handler.name):
                    self.bind(name, "unknown", node, False)  # the exception may be anything that the body makes
                self.statements([*node.body, *handlers, *node.orelse, *node.finalbody], firm=False)
            case ast.Match(subject=subject, cases=cases):
                for case in cases:
                    self.captures(case.pattern, subject)
                    self.statements(case.body, firm=False)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self.outer.update(names)
            case ast.Expr(value=ast.Call() as call):
                self.call(call)
        if self.has_walrus:
            self.walrus(node)

    def unreadable(self, statement: ast.stmt) -> None:
        """Bind every name in a statement that is nested too deeply to be followed to the whole statement."""
        for node in ast.walk(statement):
            names = [getattr(node, "asname", None), getattr(node, "name", None)]
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names.append(node.id)
            for name in filter(None, names):
                self.bind(name, "unknown", statement, firm=False)

    def bind(self, name: str, kind: Kind, node: ast.AST | None, firm: bool, path: str = "") -> None:
        if name not in self.outer:
            order = self.table.next()
            self.table.bind(name, Binding(kind, node, path, firm, self.cell, self.offset, order))

    def imported(self, name: str, alias: ast.alias, module: str, firm: bool) -> None:
        if alias.name == "*":
            self.table.stars.append(Star(module, firm, self.table.next()))
            return
        whole = f"{module}.{alias.name}" if module else alias.name
        # ``import torch.nn`` binds ``torch``; ``import torch.nn as nn`` binds the whole.
        self.bind(name, "import", None, firm, whole if module or alias.asname else whole.partition(".")[0])

    def target(self, target: ast.expr, value: ast.expr | None, firm: bool) -> None:
        match target:
            case ast.Name(id=name) if value is not None:
                self.bind(name, "value", value, firm)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
                stars = any(isinstance(item, ast.Starred) for item in [*targets, *values])
                if len(values) == len(targets) and not stars:
                    for inner, item in zip(targets, values, strict=True):
                        self.target(inner, item, firm)
                elif value is not None:
                    self.each(target, value, firm)
            case ast.Subscript(
                value=ast.Call(func=ast.Name(id=space), args=[]), slice=ast.Constant(value=str(name))
            ) if space == "globals" or (self.module and space in ("locals", "vars")):
                self.bind(name, "value", value, firm)
            case ast.Attribute() | ast.Subscript() if value is not None:
                self.effect(target, value, "effect")

    def each(self, target: ast.expr, source: ast.expr, firm: bool) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                kind: Kind = "each" if node is target else "unknown"
                self.bind(node.id, kind, source, firm)

    def effect(self, target: ast.expr, node: ast.AST, kind: Kind) -> None:
        """Bind ``table`` and ``ops`` to the changes ``table["k"] = torch.mm`` and ``ops.append(torch.mm)``."""
        name = root_name(target)
        bindings = self.table.names.get(name, [])
        # Changing an object does not bind its name: in a function, ``q.put(a)`` does not make ``q`` local.
        rebinds = isinstance(target, ast.Name) and kind == "aug"
        if rebinds or (bindings and all(binding.kind != "import" for binding in bindings)):
            self.bind(name, kind, node, firm=False)

    def captures(self, pattern: ast.pattern, subject: ast.expr) -> None:
        for node in ast.walk(pattern):
            for name in (getattr(node, "name", None), getattr(node, "rest", None)):
                if isinstance(name, str):
                    self.bind(name, "unknown", subject, firm=False)

    def walrus(self, statement: ast.stmt) -> None:
        for node in own_nodes(statement):
            if isinstance(node, ast.NamedExpr):
                self.target(node.target, node.value, firm=False)

    def call(self, call: ast.Call) -> None:
        if isinstance(call.func, ast.Attribute):
            self.effect(call.func, call, "effect")
        if isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args:
            self.effect(call.args[0], call, "effect")
        if self.module:
            # The body of a cell magic begins on the line below it.
            below = call.lineno - (0 if ast.unparse(call.func).endswith(".run_cell_magic") else 1)
            for tree in embedded(call):
                inner = Collector(self.table, self.cell, self.offset + below, module=True)
                inner.outer = self.outer
                inner.statements(tree.body, firm=True)


def root_name(node: ast.AST) -> str:
    """Return ``torch`` for ``torch.nn["x"].y``; empty if the expression does not start with a name."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions of a statement, without those of nested statements, functions and classes."""
    waiting = _children(node)
    while waiting:  # no recursion, because a sum of thousands of terms is nested as deeply
        child = waiting.pop()
        own = isinstance(child, ast.expr | ast.keyword | ast.comprehension | ast.withitem)
        if own and not isinstance(child, ast.Lambda):
            yield child
            waiting += _children(child)


def _children(node: ast.AST) -> list[ast.AST]:
    """List the nodes right below ``node``, the last one first."""
    return list(ast.iter_child_nodes(node))[::-1]


def read_cells(cells: Sequence[str]) -> tuple[Table, list[tuple[int, ast.Module]]]:
    """Return the notebook's table of names, and the trees of the cells that can be parsed, with their indices."""
    table = Table()
    sizes = accumulate(map(len, cells))
    sources = [source if size <= _LONG_NOTEBOOK else None for source, size in zip(cells, sizes, strict=True)]
    parsed = [UNREADABLE if source is None else tree_of(source) for source in sources]
    trees = [(index, tree) for index, tree in enumerate(parsed) if tree]
    for index, tree in trees:
        collector = Collector(table, index, module=True, has_walrus=parts(tree).has_walrus)
        for statement in tree.body:
            try:
                collector.statement(statement, firm=True)
            except RecursionError:
                collector.unreadable(statement)
        for function in parts(tree).functions_with_globals:
            _globals_of(function, table, index)
    return table, trees


def _globals_of(function: ast.FunctionDef | ast.AsyncFunctionDef, table: Table, cell: int) -> None:
    """Bind the notebook's names that ``function`` binds: ``def f(): global mm; mm = torch.mm``."""
    nodes = list(ast.walk(function))
    charge(len(nodes))
    names = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    if names:
        inner = Table()
        Collector(inner).statements([node for node in function.body if not isinstance(node, ast.Global)])
        for name in names & set(inner.names):
            for binding in inner.names[name]:
                table.bind(name, Binding(binding.kind, binding.node, binding.path, False, cell, 0, _ANY_TIME))


def function_table(function: Function) -> Table:
    """Collect the local names of ``function``."""
    table = Table()
    collector = Collector(table)
    for argument in arguments_of(function):
        collector.bind(argument.arg, "unknown", None, firm=False)
    if isinstance(function, ast.Lambda):
        collector.walrus(ast.Expr(function.body))
    else:
        collector.statements(declarations_first(function.body))
    return table


def arguments_of(function: Function) -> list[ast.arg]:
    """List the parameters in the order of positional arguments."""
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [parameter for parameter in parameters if parameter is not None]


def declarations_first(body: list[ast.stmt]) -> list[ast.stmt]:
    """Move ``global`` and ``nonlocal`` to the front, because they count for the whole function."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    charge(len(nodes))
    return [*(node for node in nodes if isinstance(node, ast.Global | ast.Nonlocal)), *body]
