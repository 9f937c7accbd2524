"""What a name, an attribute or a constant expression of a notebook stands for, where the reading stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from foundations.bindings import BUILTINS, Binding, Collector, Table, root_name
from foundations.folding import Unfoldable, fold, spend

#: Calls that give a namespace. What it is asked for counts, and asking in a way that cannot be read counts as hidden.
NAMESPACE_CALLS = frozenset({"vars", "globals", "locals"})
#: What must not be re-defined under an exercise: it would give ``*`` another meaning.
_PATCHED = ("torch", "builtins", "operator", "math", "numpy", "functools")
#: What notebooks set up by giving values to parts of a module.
_SET_UP = ("matplotlib", "os", "sys", "warnings", "IPython", "pandas", "builtins")
_SETTINGS = ("torch.backends", "torch._dynamo.config")
_DEPTH = 8
_STEPS = 500
_CHOICES = 64


class Resolver:
    """Looks names up: first in the scopes the reading is in, then among what the notebook binds, then in Python."""

    def __init__(self, notebook: Table) -> None:
        self.notebook = notebook
        self.scopes: list[Table] = []
        #: Whether what is read runs when the exercise is called, or ran while the notebook did.
        self.late = True
        self.steps = 0

    @contextmanager
    def scope(self, table: Table) -> Iterator[None]:
        self.scopes = [*self.scopes, table]
        try:
            yield
        finally:
            self.scopes = self.scopes[:-1]

    @contextmanager
    def early(self) -> Iterator[None]:
        """Decorators, defaults and bases are worked out when the definition runs."""
        outside = self.late
        self.late = bool(self.scopes) and outside
        try:
            yield
        finally:
            self.late = outside

    def local(self, name: str) -> list[Binding] | None:
        """The bindings of a local name, or ``None`` where it is the notebook's or Python's."""
        return next((scope.names[name] for scope in reversed(self.scopes) if name in scope.names), None)

    def bindings(self, name: str) -> list[Binding]:
        local = self.local(name)
        if local is not None:
            return local
        return self.notebook.live(name) if self.late else self.notebook.names.get(name, [])

    def is_builtin(self, name: str) -> bool:
        return name in BUILTINS and self.local(name) is None and not self.notebook.names.get(name)

    def paths(self, node: ast.AST | None) -> list[str]:
        """The dotted names that ``node`` may stand for: ``torch.nn.functional.linear`` for ``F.linear``."""
        self.steps = _STEPS
        return self.paths_within(node, _DEPTH)

    def paths_within(self, node: ast.AST | None, depth: int) -> list[str]:  # noqa: PLR0911 - one for each kind of node
        spend(2)
        self.steps -= 1
        if depth == 0 or self.steps < 0:
            return []
        match node:
            case ast.Name(id=name):
                known = self.bindings(name)
                if not known:
                    stars = [f"{module}.{name}" for module in self.notebook.stars]
                    return [*stars, f"builtins.{name}"] if self.is_builtin(name) else stars
                deeper = [path for b in known for value in _held(b) for path in self.paths_within(value, depth - 1)]
                return [b.path for b in known if b.kind == "import"] + deeper
            case ast.Attribute(value=value, attr=attr):
                return [f"{path}.{attr}" for path in self.paths_within(value, depth - 1)]
            case ast.NamedExpr(value=value):
                return self.paths_within(value, depth - 1)
            case ast.IfExp(body=body, orelse=other):
                return self.paths_within(body, depth - 1) + self.paths_within(other, depth - 1)
            case ast.Call(func=function, args=[first, *rest]):
                called = self.paths_within(function, depth - 1)
                if {"builtins.__import__", "importlib.import_module"} & set(called):
                    return [text for text in self.folded(first) or [] if isinstance(text, str)]
                if "builtins.getattr" in called and rest:
                    names = [text for text in self.folded(rest[0]) or [] if isinstance(text, str)]
                    return [f"{path}.{name}" for path in self.paths_within(first, depth - 1) for name in names]
        return []

    def folded(self, node: ast.expr) -> list[Any] | None:
        """The values of ``node`` where they can be known."""
        try:
            return fold(node, self.values_of)
        except (Unfoldable, RecursionError):
            return None

    def values_of(self, name: str) -> list[Any]:
        scope = next((scope for scope in reversed(self.scopes) if name in scope.names), self.notebook)
        if name not in scope.folded:
            scope.folded[name] = None  # while it is being worked out: a name that needs itself is not constant
            scope.folded[name] = self.fold_bindings(scope.names.get(name, []))
        values = scope.folded[name]
        if not values:
            raise Unfoldable(name)
        return values

    def fold_bindings(self, bindings: list[Binding]) -> list[Any] | None:
        values: list[Any] = []
        for binding in bindings:
            node = binding.node
            if binding.kind == "aug" and isinstance(node, ast.AugAssign):
                sums = [ast.BinOp(ast.Constant(value), node.op, node.value) for value in values]
                node = ast.Tuple([*sums], ast.Load())
            elif binding.kind not in ("value", "each") or not isinstance(node, ast.expr):
                return None
            found = self.folded(node)
            if found is None:
                return None
            values += found if binding.kind == "value" else [item for items in found for item in items]
        return values[:_CHOICES]

    def is_own(self, base: ast.expr, attr: str) -> bool:
        """Whether ``base.attr`` is surely something that the student wrote: a class of the notebook's defines it."""
        match base:
            case ast.Name(id=name) if (scope := self.method_of(name)) is not None:
                return scope.self_class is not None and len(scope.names[name]) == 1 and _defines(scope.self_class, attr)
            case ast.Name(id=name):
                known = [binding for binding in self.bindings(name) if binding.kind not in ("effect", "aug")]
                return bool(known) and all(b.kind == "value" and self.makes_own(b.node, attr) for b in known)
        return self.makes_own(base, attr)

    def method_of(self, name: str) -> Table | None:
        """The scope of the method whose ``self`` is ``name``."""
        scope = next((scope for scope in reversed(self.scopes) if name in scope.names), None)
        return scope if scope is not None and scope.self_name == name else None

    def makes_own(self, node: ast.AST | None, attr: str) -> bool:
        match node:
            case ast.ClassDef():
                return _defines(node, attr)
            case ast.Call(func=function, keywords=keywords) if "types.SimpleNamespace" in self.paths(function):
                return any(keyword.arg == attr for keyword in keywords)
            case ast.Call(func=ast.Name() as function):
                known = self.bindings(function.id)
                return bool(known) and all(isinstance(b.node, ast.ClassDef) and _defines(b.node, attr) for b in known)
        return False

    def namespace(self, node: ast.expr, depth: int = 3) -> ast.expr | None:
        """``vars(torch)``, ``torch.__dict__``, ``globals()``, or a local name for one of them."""
        match node:
            case ast.Attribute(attr="__dict__"):
                return node
            case ast.Call(func=ast.Name(id=name)) if name in NAMESPACE_CALLS and self.is_builtin(name):
                return node
            case ast.Name(id=name) if depth:
                known = self.bindings(name)[-16:]
                values = [b.node for b in known if b.kind == "value" and isinstance(b.node, ast.expr)]
                return next((space for value in values if (space := self.namespace(value, depth - 1))), None)
        return None

    def is_of_module(self, owner: ast.expr) -> bool:
        """Whether ``owner`` is a module, or part of one, that others may find what is put into it by."""
        return any(not path.startswith(_SET_UP) for path in self.paths(owner))

    def is_patched(self, owner: ast.expr) -> bool:
        space = self.namespace(owner)
        if isinstance(space, ast.Call) and space.args:
            owner = space.args[0]
        paths = self.paths(owner)
        return any(path.split(".")[0] in _PATCHED and not path.startswith(_SETTINGS) for path in paths)


def _held(binding: Binding) -> list[ast.expr]:
    """The expressions that a name bound in this way may stand for."""
    if binding.kind == "each":
        return binding.node.elts if isinstance(binding.node, ast.Tuple | ast.List) else []
    return [binding.node] if binding.kind == "value" and isinstance(binding.node, ast.expr) else []


def _defines(owner: ast.ClassDef, attr: str) -> bool:
    """Whether instances surely have the class's own ``attr``: a method, a class attribute, or ``self.attr = ...``."""
    methods = [node for node in owner.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    names = {method.name for method in methods}
    if "__new__" in names or owner.decorator_list or owner.keywords:
        return False  # what calling it gives may be anything
    spend(4 * sum(1 for _ in ast.walk(owner)))
    table = Table()
    Collector(table).statements(node for node in owner.body if isinstance(node, ast.Assign | ast.AnnAssign))
    if attr in names or attr in table.names:
        return True
    selves = [(method, method.args.args[0].arg) for method in methods if method.args.args and not owner.bases]
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and node.attr == attr
        and root_name(node) == name
        for method, name in selves
        for node in ast.walk(method)
    )
