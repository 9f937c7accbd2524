"""Reads one exercise: follows names through the notebook's functions and classes, and finds operators and calls.

The reader distinguishes two kinds of code:

- Running code runs when the exercise is called. Everything in it counts.
- Other code ran together with the notebook, such as a decorator or ``table = {"x": torch.mm}``. Only functions that it
  makes or keeps count.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from foundations.analysis.bindings import Binding, Collector, Table, function_table
from foundations.analysis.constant_folding import charge
from foundations.analysis.libraries import is_operation, is_tool
from foundations.analysis.lookups import Asking
from foundations.analysis.parsing import UNREADABLE, embedded, parse

_TEXT_LIMIT = 60


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_CODE = frozenset({"builtins.exec", "builtins.eval", "builtins.compile"})
#: Calls whose results hold the functions among their arguments. The results of other calls are data.
_KEEPERS = _words(
    "functools.partial functools.partialmethod functools.lru_cache functools.cache functools.singledispatch",
    "functools.update_wrapper builtins.staticmethod builtins.classmethod builtins.property builtins.list",
    "builtins.tuple builtins.dict builtins.set builtins.type builtins.iter builtins.next builtins.zip builtins.map",
    "types.SimpleNamespace types.MethodType collections.deque collections.OrderedDict contextlib.nullcontext",
    "contextlib.contextmanager numpy.vectorize torch.compile torch.vmap torch.jit.script torch.jit.trace",
)
_KEEPING_METHODS = frozenset({"append", "add", "insert", "extend", "update", "setdefault", "register", "__setitem__"})
#: Methods that only an operator calls.
_OF_OPERATORS = {
    "@": ("__matmul__", "__rmatmul__", "__imatmul__"),
    "**": ("__pow__", "__rpow__", "__ipow__"),
}
#: Methods that have run once an object exists.
_BUILDING = frozenset({"__new__", "__init__", "__post_init__", "__init_subclass__", "__set_name__"})
_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


@dataclass(frozen=True)
class Use:
    """One use of an operation by an exercise.

    Attributes:
        operation: the operation as the student wrote it.
        cell: the index of its cell, from 0.
        line: its line within the cell, from 1.
        within: the name of the helper that contains it; empty if it is in the exercise itself.
        names: attributes of objects that the notebook does not define.
        paths: the dotted names that it may mean.
        operator: ``@`` or ``**``.
    """

    operation: str
    cell: int
    line: int
    within: str
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    operator: str = ""


@dataclass
class Reading:
    """Everything that one exercise reaches.

    Attributes:
        uses: the uses of operations, in the order of reading.
        spans: the lines of the code, as (cell, first, last).
        home: the cells that bind the exercise's own name.
        complete: false if part of the code is nested too deeply or is too long to be read.
    """

    uses: dict[Use, None] = field(default_factory=dict)
    spans: set[tuple[int, int, int]] = field(default_factory=set)
    home: set[int] = field(default_factory=set)
    complete: bool = True


class Reader(Asking):
    def __init__(self, notebook: Table, own: frozenset[str], exercise: str, reading: Reading) -> None:
        super().__init__(notebook)
        self.exercise = exercise
        self.reading = reading
        #: Names of attributes of the notebook's own classes and objects.
        self.own = own
        self.pending: list[tuple[str, Binding, bool]] = []
        self.seen: set[tuple[int, bool]] = set()
        self.mentioned: set[str] = set()
        #: Methods that are read as soon as an attribute with their name is read.
        self.waiting: dict[str, list[tuple[str, Binding, bool]]] = {}
        #: Whether the code being read runs when the exercise is called; if not, it ran together with the notebook.
        self.running = True
        self.binding = Binding("unknown")
        self.within = ""
        self.fixed_line: int | None = None

    def read(self) -> None:
        self.follow(self.exercise)
        while self.pending:
            self.read_binding(*self.pending.pop(0))

    def visit(self, node: ast.AST) -> None:
        charge(8)
        super().visit(node)

    # names

    def follow(self, name: str) -> None:
        """Queue the notebook's bindings of ``name`` for reading."""
        for binding in self.notebook.live(name, self.now):
            self.read_later(name, binding, running=True)

    def follow_called(self, name: str) -> None:
        """Queue a function or class that was called while the notebook ran, to find the functions that it made."""
        for binding in self.notebook.live(name, self.now):
            if isinstance(binding.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.read_later(name, binding, running=False)

    def read_later(self, name: str, binding: Binding, running: bool) -> None:
        if (id(binding.node), running) not in self.seen:
            self.seen.add((id(binding.node), running))
            self.pending.append((name, binding, running))

    def read_binding(self, name: str, binding: Binding, running: bool) -> None:
        node = binding.node
        if isinstance(node, ast.stmt) and not isinstance(node, ast.AugAssign | _DEFINITIONS):
            # The name of a handler is an exception. Any other whole statement was nested too deeply to follow.
            self.reading.complete &= isinstance(node, ast.Try | ast.TryStar)
            return
        if node is None:
            return
        self.scopes, self.fixed_line, self.binding = [], None, binding
        self.within = "" if name == self.exercise else name
        if name == self.exercise:
            self.reading.home.add(binding.cell)
        self.running = running and isinstance(node, _DEFINITIONS)
        self.now = None if self.running else binding.when
        first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", None)
        self.reading.spans.add((binding.cell, first + binding.offset, (last or first) + binding.offset))
        try:
            self.visit(node)
        except RecursionError:
            self.reading.complete = False

    @contextmanager
    def mode(self, running: bool) -> Iterator[None]:
        outside = self.running, self.now
        self.running, self.now = running, None if running else self.binding.when
        try:
            yield
        finally:
            self.running, self.now = outside

    def defining(self) -> Any:
        """Set the mode for decorators, defaults and bases, which are evaluated when the definition runs."""
        return self.mode(self.running and bool(self.scopes))

    # uses

    def add(self, node: ast.AST, operation: str, **details: Any) -> None:
        if any(details.values()):
            line = self.fixed_line if self.fixed_line is not None else getattr(node, "lineno", 1) + self.binding.offset
            self.reading.uses[Use(_short(operation), self.binding.cell, line, self.within, **details)] = None

    def mention(self, *names: str) -> None:
        self.mentioned.update(names)
        for name in names:
            for waiting in self.waiting.pop(name, ()):
                self.read_later(*waiting)

    def asked_for(self, node: ast.AST, names: list[str], paths: list[str]) -> None:
        self.mention(*names)
        self.add(node, ast.unparse(node), names=() if paths else self.foreign(names), paths=_operations(paths, True))

    def foreign(self, names: Iterable[str]) -> tuple[str, ...]:
        """Leave out the names of the notebook's own attributes."""
        return tuple(name for name in names if name not in self.own) if self.running else ()

    def visit_Name(self, node: ast.Name) -> None:
        self.name(node, called=False)

    def name(self, node: ast.Name, *, called: bool) -> None:
        if not isinstance(node.ctx, ast.Load):
            return
        bindings = self.bindings(node.id)
        paths = [binding.path for binding in bindings if binding.kind == "import"]
        if self.local(node.id) is None and (self.running or not called):
            self.follow(node.id)
        elif self.local(node.id) is None:
            self.follow_called(node.id)
        if not bindings and self.is_builtin(node.id):
            paths = [f"builtins.{node.id}"]
        if self.running or not called:
            self.add(node, node.id, paths=_operations(self.plain(node.id, bindings, paths), called))

    def plain(self, name: str, bindings: list[Binding], paths: list[str]) -> tuple[str, ...]:
        """Return the builtin's path for a builtin that a star import has replaced: ``sum`` may come from numpy."""
        if hasattr(builtins, name) and self.local(name) is None and name not in self.notebook.names:
            return (f"builtins.{name}",) if bindings or self.is_builtin(name) else ()
        return tuple(paths)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.attribute(node, called=False)

    def attribute(self, node: ast.Attribute, *, called: bool) -> None:
        chain: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            chain.insert(0, base.attr)
            base = base.value
        self.mention(*chain)
        paths = self.paths(node)
        text = ast.unparse(node) if isinstance(base, ast.Name) else "." + chain[-1]
        names = chain if isinstance(node.ctx, ast.Load) else chain[:-1]
        self.add(node, text, names=() if paths else self.foreign(names), paths=_operations(paths, called))
        bindings = self.bindings(base.id) if isinstance(base, ast.Name) else []
        if not bindings or any(binding.kind != "import" for binding in bindings):
            self.visit(base)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.operator(node, node.op, "")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.operator(node, node.op, "=")
        self.generic_visit(node)

    def operator(self, node: ast.AST, op: ast.operator, suffix: str) -> None:
        written = {ast.MatMult: "@", ast.Pow: "**"}.get(type(op))
        if written and self.running:
            self.mention(*_OF_OPERATORS[written])
            if self.own.isdisjoint(_OF_OPERATORS[written]):
                self.add(node, written + suffix, operator=written)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Skip an import: it does not compute, and a name that it binds is found when it is used."""

    visit_ImportFrom = visit_Import

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        self.mention(*node.kwd_attrs)
        for name in node.kwd_attrs:
            self.add(node, f"{ast.unparse(node.cls)}({name}=…)", names=self.foreign([name]))
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.visit_all(node.body)

    # calls

    def visit_Call(self, node: ast.Call) -> None:
        if not self.running:
            self.call_before(node)
            return
        for tree in embedded(node) or self.embedded_names(node):
            self.read_code(node, tree)
        if {"builtins.isinstance", "builtins.issubclass"} & set(self.paths(node.func)):
            self.visit_all(node.args[:1])
        elif not (self.getattr_call(node) or self.fetcher_call(node) or self.asking_call(node)):
            self.visit_called(node.func)
            self.visit_all([*node.args, *(keyword.value for keyword in node.keywords)])

    def visit_called(self, function: ast.expr) -> None:
        match function:
            case ast.Name():
                self.name(function, called=True)
            case ast.Attribute():
                self.attribute(function, called=True)
            case _:
                self.visit(function)

    def call_before(self, node: ast.Call) -> None:
        """Read a call that ran together with the notebook: only the functions that it made count."""
        paths = set(self.paths(node.func))
        own = isinstance(node.func, ast.Name) and any(b.kind != "import" for b in self.bindings(node.func.id))
        if self.getattr_call(node) or self.fetcher_call(node):
            return
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if isinstance(node.func, ast.Attribute) and not paths:
            self.mention(method)
            self.visit(node.func.value)
        elif not paths:
            self.visit_called(node.func)
        self.add(node, ast.unparse(node.func), paths=tuple(sorted(path for path in paths if is_tool(path))))
        if own or paths & _KEEPERS or (method in _KEEPING_METHODS and not paths) or paths == {"builtins.setattr"}:
            self.visit_all([*node.args, *(keyword.value for keyword in node.keywords)])

    def embedded_names(self, node: ast.Call) -> list[ast.Module]:
        """Parse the text of ``exec(source)`` if ``source`` is a name of a constant."""
        if not node.args or not _CODE & set(self.paths(node.func)):
            return []
        values = [value for value in self.folded(node.args[0]) or [] if isinstance(value, str)]
        return [tree for value in values if (tree := parse(value))]

    def read_code(self, call: ast.Call, tree: ast.Module) -> None:
        if tree is UNREADABLE:
            self.reading.complete = False
        outside, self.fixed_line = self.fixed_line, call.lineno + self.binding.offset
        table = Table()
        Collector(table).statements(tree.body)
        with self.scope(table):
            self.generic_visit(tree)
        self.fixed_line = outside

    # scopes

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        nested = bool(self.scopes)
        with self.defining():
            for decorator in node.decorator_list:
                self.visit_called(decorator)
            self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        with self.mode(self.running or nested), self.scope(function_table(node)):
            self.visit_all(node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        with self.defining():
            self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        with self.mode(True), self.scope(function_table(node)):
            self.visit(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        nested = bool(self.scopes)
        with self.defining():
            for decorator in node.decorator_list:
                self.visit_called(decorator)
            self.visit_all([*node.bases, *(keyword.value for keyword in node.keywords)])
            table = Table()
            Collector(table).statements(node.body)
            with self.scope(table):
                functions = ast.FunctionDef | ast.AsyncFunctionDef
                self.visit_all(statement for statement in node.body if not isinstance(statement, functions))
        for method in node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                if nested:
                    self.visit(method)  # methods do not see the class's names
                else:
                    self.method(node, method)

    def method(self, owner: ast.ClassDef, method: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Read a method now or, if it has no known caller, as soon as its name is found."""
        now = self.binding
        binding = Binding("value", method, "", True, now.cell, now.offset, now.order)
        read = self.within or self.exercise, binding, self.running or method.name not in _BUILDING
        if owner.name == self.exercise or method.name in self.mentioned or self.is_called_by_others(owner, method.name):
            self.read_later(*read)
        else:
            self.waiting.setdefault(method.name, []).append(read)

    def is_called_by_others(self, owner: ast.ClassDef, name: str, depth: int = 5) -> bool:
        """Return whether Python, or the library that a base class is from, may call this method."""
        if name.startswith("__") and not any(name in of_operator for of_operator in _OF_OPERATORS.values()):
            return True
        for base in owner.bases:
            bindings = self.bindings(base.id) if isinstance(base, ast.Name) else []
            classes = [binding.node for binding in bindings if isinstance(binding.node, ast.ClassDef)]
            if not depth or (not classes and self.paths(base) != ["builtins.object"]):
                return True
            others = (base_class for base_class in classes if base_class is not owner)
            if any(self.is_called_by_others(base_class, name, depth - 1) for base_class in others):
                return True
        return False

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        table = Table()
        for loop in node.generators:
            Collector(table).each(loop.target, loop.iter, firm=False)
        with self.scope(table):
            self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = comprehension


def _operations(paths: Iterable[str], called: bool) -> tuple[str, ...]:
    return tuple(path for path in paths if is_operation(path, called))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"
