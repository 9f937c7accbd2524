"""What a notebook's cells bind: parsing cells as data, and tables of names with the expressions they stand for.

Nothing is run. Cells that are not plain Python are rewritten as IPython would (``%time x = f()``); a cell that is a
syntax error even then binds nothing, as it would when run.
"""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

from foundations.folding import Unfoldable, fold, spend

BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "__builtins__"}
#: Magics whose argument is Python that runs in the notebook's own namespace.
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "lprun"})
#: Characters up to which a cell's tree is kept for the next exercise and the next submission. It may take 400 times the
#: room of its text.
_SHORT = 4_000
#: Characters of one cell, and of a notebook, that are read. Beyond them a cell counts as code that cannot be read.
_LONG = 100_000
_LONG_NOTEBOOK = 400_000
#: Characters times what IPython rewrites: it looks through the whole cell once for each magic, and gives up after 500.
_REWRITING = 100_000
_PARSE = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

Kind = Literal["value", "each", "aug", "import", "effect", "unknown"]


@dataclass(frozen=True, eq=False)
class Binding:
    """One way in which a name gets its value.

    ``node`` is the expression or definition it stands for ("value"), what it is taken out of ("each": a loop), or the
    statement that changes it ("aug", "effect"); ``path`` is the dotted name of an import. ``firm``: it replaces what
    the name was before. ``offset`` is added to the lines of ``node`` to give those of the cell.
    """

    kind: Kind
    node: ast.AST | None = None
    path: str = ""
    firm: bool = True
    cell: int = 0
    offset: int = 0


@dataclass
class Table:
    """The names that one scope binds, in order: a module's (a notebook's), or a function's."""

    names: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    #: The class whose ``self`` is this scope's first parameter, if it is a method.
    self_name: str = ""
    self_class: ast.ClassDef | None = None
    folded: dict[str, list[Any] | None] = field(default_factory=dict)

    def bind(self, name: str, binding: Binding) -> None:
        self.names.setdefault(name, []).append(binding)

    def live(self, name: str) -> list[Binding]:
        """What the name may stand for when all statements have run: the last firm binding and what came after it."""
        every = self.names.get(name, [])
        spend(1 + len(every) // 8)
        last = max((index for index, binding in enumerate(every) if binding.firm), default=0)
        return every[last:]


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
        self.outer: set[str] = set()  # names declared global or nonlocal: not this scope's

    def statements(self, body: Iterable[ast.stmt], firm: bool = True) -> None:
        for statement in body:
            self.statement(statement, firm)

    def statement(self, node: ast.stmt, firm: bool) -> None:  # noqa: PLR0912 - a branch for each kind of statement
        spend(4)
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
                    self.bind(name, "unknown", node, False)  # what was raised may be anything that is made in there
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
        """What is nested too deeply to be followed binds every name that it binds to the whole of it."""
        for node in ast.walk(statement):
            names = [getattr(node, "asname", None), getattr(node, "name", None)]
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names.append(node.id)
            for name in filter(None, names):
                self.bind(name, "unknown", statement, firm=False)

    def bind(self, name: str, kind: Kind, node: ast.AST | None, firm: bool, path: str = "") -> None:
        if name not in self.outer:
            self.table.bind(name, Binding(kind, node, path, firm, self.cell, self.offset))

    def imported(self, name: str, alias: ast.alias, module: str, firm: bool) -> None:
        if alias.name == "*":
            self.table.stars.append(module)
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
        """``table["k"] = torch.mm`` and ``ops.append(torch.mm)`` change what ``table`` and ``ops`` hold."""
        name = root_name(target)
        known = self.table.names.get(name, [])
        # Changing what a name holds binds no name: in a function, ``q.put(a)`` does not make ``q`` local.
        rebinds = isinstance(target, ast.Name) and kind == "aug"
        if rebinds or (known and all(binding.kind != "import" for binding in known)):
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
    """``torch`` of ``torch.nn["x"].y``; empty where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions of a statement, without those of nested statements, functions and classes."""
    waiting = _children(node)
    while waiting:  # and no recursion: a sum of thousands of terms is nested as deeply
        child = waiting.pop()
        own = isinstance(child, ast.expr | ast.keyword | ast.comprehension | ast.withitem)
        if own and not isinstance(child, ast.Lambda):
            yield child
            waiting += _children(child)


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below ``node``, the last one first."""
    return list(ast.iter_child_nodes(node))[::-1]


def embedded(call: ast.Call) -> list[ast.Module]:
    """The code in the constant strings of ``exec("...")`` and of ``%time ...``, as IPython rewrites it."""
    match call:
        case ast.Call(func=ast.Name(id="exec" | "eval" | "compile"), args=[source, *_]):
            sources = [source]
        case ast.Call(func=ast.Attribute(attr="run_cell_magic" | "run_line_magic"), args=[ast.Constant(name), *texts]):
            sources = texts[-1:] if name in _PYTHON_MAGICS else []
        case ast.Call(func=ast.Attribute(attr="run_cell" | "ex" | "ev"), args=[source, *_]):
            sources = [source]
        case _:
            return []
    return [tree for text in sources for tree in _parsed(text)]


def _parsed(source: ast.expr) -> Iterator[ast.Module]:
    try:
        texts = fold(source, _no_names)
    except Unfoldable:
        return
    for text in texts:
        code = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        if isinstance(code, str) and (tree := parse(code)):
            yield tree


def _no_names(name: str) -> list[Any]:
    raise Unfoldable(name)


def parse(source: str) -> ast.Module | None:
    """One cell as a tree that is not to be changed, or ``None`` where not even IPython could make Python of it.

    Most cells of a submission are those of everybody's, and are read again for each exercise.
    """
    return _parse_once(source) if len(source) <= _SHORT else _parse(source)


@functools.lru_cache(maxsize=128)
def _parse_once(source: str) -> ast.Module | None:
    tree = _parse(source)
    if tree is not None:
        vars(tree)[_PARTS] = Parts.of(tree)
    return tree


_PARTS = "foundations_parts"


@dataclass(frozen=True)
class Parts:
    """What all exercises look for in one cell's tree, in the order of :func:`ast.walk`."""

    #: Names that are read, set or deleted.
    names: frozenset[str]
    assignments_and_calls: tuple[ast.AST, ...]
    attributes_imports_and_calls: tuple[ast.AST, ...]
    functions_with_globals: tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]
    has_walrus: bool

    @classmethod
    def of(cls, tree: ast.Module) -> Parts:
        nodes = list(ast.walk(tree))
        has_global = any(isinstance(node, ast.Global) for node in nodes)
        functions = (node for node in nodes if has_global and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        return cls(
            frozenset(node.id for node in nodes if isinstance(node, ast.Name)),
            tuple(node for node in nodes if isinstance(node, ast.Assign | ast.AugAssign | ast.Call)),
            tuple(node for node in nodes if isinstance(node, ast.Attribute | ast.Import | ast.ImportFrom | ast.Call)),
            tuple(functions),
            any(isinstance(node, ast.NamedExpr) for node in nodes),
        )


def parts(tree: ast.Module) -> Parts:
    """The parts of one cell's tree, kept with it where it is kept: each exercise looks through all cells again."""
    kept: Parts | None = vars(tree).get(_PARTS)
    return kept or Parts.of(tree)


#: Stands for a cell that is nested too deeply to be read: like code in a string, it may bind any name to anything.
UNREADABLE = ast.parse("exec(...)")


def _parse(source: str) -> ast.Module | None:
    spend(len(source))
    for rewritten in (lambda text: text, _as_ipython, _as_automagic):
        try:
            tree = compile(rewritten(source), "<cell>", "exec", _PARSE)
        except (SyntaxError, ValueError, MemoryError):
            continue
        except RecursionError:  # where student code raises Python's limit, it may run all the same
            return UNREADABLE
        except RuntimeError:  # more magics than IPython rewrites
            return UNREADABLE
        return tree
    return None


#: What IPython would rewrite, counted generously.
_MAGIC = re.compile(r"^\s*[%!?,;/]|=\s*[%!]|\?\s*$", re.MULTILINE)


def _as_ipython(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    work = len(source) * (1 + len(_MAGIC.findall(source)))
    if work > _REWRITING:
        raise RuntimeError("too much to rewrite")
    spend(5 * work)
    return TransformerManager().transform_cell(source)


def _as_automagic(source: str) -> str:
    """A cell of one line may call a magic without its ``%``."""
    line = source.strip()
    if "\n" in line or not line[:1].isalpha():
        raise ValueError("no magic")
    return _as_ipython("%" + line)


def _tree(source: str | None) -> ast.Module | None:
    return UNREADABLE if source is None or len(source) > _LONG else parse(source)


def read_cells(cells: Sequence[str]) -> tuple[Table, list[tuple[int, ast.Module]]]:
    """The notebook's table of names, and the trees of the cells that can be parsed, with their indices."""
    table = Table()
    sizes = accumulate(map(len, cells))
    read = [source if size <= _LONG_NOTEBOOK else None for source, size in zip(cells, sizes, strict=True)]
    trees = [(index, tree) for index, source in enumerate(read) if (tree := _tree(source))]
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
    """``def f(): global mm; mm = torch.mm`` binds a name of the notebook."""
    every = list(ast.walk(function))
    spend(len(every))
    names = {name for node in every if isinstance(node, ast.Global) for name in node.names}
    if names:
        inner = Table()
        Collector(inner).statements([node for node in function.body if not isinstance(node, ast.Global)])
        for name in names & set(inner.names):
            for binding in inner.names[name]:
                table.bind(name, Binding(binding.kind, binding.node, binding.path, False, cell, 0))


def function_table(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, owner: ast.ClassDef | None) -> Table:
    """The local names of ``function``; ``owner`` is the class that it is a method of."""
    table = Table()
    collector = Collector(table)
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for argument in every:
        if argument is not None:
            collector.bind(argument.arg, "unknown", None, firm=False)
    if owner is not None and every[0] is not None:
        table.self_name, table.self_class = every[0].arg, owner
    if isinstance(function, ast.Lambda):
        collector.walrus(ast.Expr(function.body))
    else:
        collector.statements(declarations_first(function.body))
    return table


def declarations_first(body: list[ast.stmt]) -> list[ast.stmt]:
    """``global`` counts for the whole function, wherever it stands."""
    every = [node for statement in body for node in ast.walk(statement)]
    spend(len(every))
    return [*(node for node in every if isinstance(node, ast.Global | ast.Nonlocal)), *body]
