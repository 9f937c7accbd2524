"""The meaning of a notebook's names, attributes and constant expressions at the place that is being read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from foundations.analysis.bindings import BUILTINS, Binding, Table
from foundations.analysis.constant_folding import NotConstant, charge, fold

#: Calls that return a namespace.
NAMESPACE_CALLS = frozenset({"vars", "globals", "locals"})
_DEPTH = 8
_STEPS = 500
_CHOICES = 64


class Resolver:
    """Looks names up: first in the scopes being read, then among the notebook's bindings, then in Python's builtins."""

    def __init__(self, notebook: Table) -> None:
        self.notebook = notebook
        self.scopes: list[Table] = []
        #: How far reading is in the order of the notebook's bindings; ``None`` if the whole notebook has run.
        self.now: int | None = None
        self.steps = 0

    @contextmanager
    def scope(self, table: Table) -> Iterator[None]:
        self.scopes = [*self.scopes, table]
        try:
            yield
        finally:
            self.scopes = self.scopes[:-1]

    @contextmanager
    def at(self, binding: Binding, name: str) -> Iterator[None]:
        """Resolve names as they were when the notebook bound ``name``; a local ``name`` needs no change."""
        outside = self.scopes, self.now
        if self.local(name) is None:
            self.scopes, self.now = [], binding.when
        try:
            yield
        finally:
            self.scopes, self.now = outside

    def local(self, name: str) -> list[Binding] | None:
        """Return the bindings of a local name; ``None`` if it is the notebook's or Python's."""
        return next((scope.live(name) for scope in reversed(self.scopes) if name in scope.names), None)

    def bindings(self, name: str) -> list[Binding]:
        local = self.local(name)
        return self.notebook.live(name, self.now) if local is None else local

    def is_builtin(self, name: str) -> bool:
        """Return whether ``name`` is certainly Python's builtin."""
        return name in BUILTINS and not self.bindings(name) and not self.notebook.may_bind_anything

    def paths(self, node: ast.AST | None) -> list[str]:
        """List the dotted names that ``node`` may mean: ``torch.nn.functional.linear`` for ``F.linear``."""
        self.steps = _STEPS
        return self.paths_within(node, _DEPTH)

    def paths_within(self, node: ast.AST | None, depth: int) -> list[str]:  # noqa: PLR0911 - one for each kind of node
        charge(2)
        self.steps -= 1
        if depth == 0 or self.steps < 0:
            return []
        match node:
            case ast.Name(id=name):
                bindings = self.bindings(name)
                if not bindings:
                    return [f"builtins.{name}"] if self.is_builtin(name) else []
                return [path for binding in bindings for path in self.paths_of(name, binding, depth)]
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

    def paths_of(self, name: str, binding: Binding, depth: int = _DEPTH) -> list[str]:
        """List the dotted names that ``name`` may mean by one of its bindings."""
        if binding.kind == "import":
            return [binding.path]
        with self.at(binding, name):
            return [path for value in _held(binding) for path in self.paths_within(value, depth - 1)]

    def folded(self, node: ast.expr) -> list[Any] | None:
        """List the values of ``node``; ``None`` if they cannot be known."""
        try:
            return fold(node, self.values_of)
        except (NotConstant, RecursionError):
            return None

    def values_of(self, name: str) -> list[Any]:
        scope = next((scope for scope in reversed(self.scopes) if name in scope.names), self.notebook)
        key = name, self.now if scope is self.notebook else None
        if key not in scope.folded:
            scope.folded[key] = None  # while it is being folded: a name that depends on itself is not constant
            scope.folded[key] = self.fold_bindings(name, scope.live(*key))
        values = scope.folded[key]
        if not values:
            raise NotConstant(name)
        return values

    def fold_bindings(self, name: str, bindings: list[Binding]) -> list[Any] | None:
        values: list[Any] = []
        for binding in bindings:
            node = binding.node
            if binding.kind == "aug" and isinstance(node, ast.AugAssign):
                sums = [ast.BinOp(ast.Constant(value), node.op, node.value) for value in values]
                node = ast.Tuple([*sums], ast.Load())
            elif binding.kind not in ("value", "each") or not isinstance(node, ast.expr):
                return None
            with self.at(binding, name):
                folded = self.folded(node)
            if folded is None:
                return None
            values += folded if binding.kind == "value" else [item for items in folded for item in items]
        return values[:_CHOICES]

    def namespace(self, node: ast.expr, depth: int = 3) -> ast.expr | None:
        """Find ``vars(torch)``, ``torch.__dict__``, ``globals()``, or a local name for one of them."""
        match node:
            case ast.Attribute(attr="__dict__"):
                return node
            case ast.Call(func=ast.Name(id=name)) if name in NAMESPACE_CALLS and self.is_builtin(name):
                return node
            case ast.Name(id=name) if depth:
                bindings = self.bindings(name)[-16:]
                values = [b.node for b in bindings if b.kind == "value" and isinstance(b.node, ast.expr)]
                return next((space for value in values if (space := self.namespace(value, depth - 1))), None)
        return None


def _held(binding: Binding) -> list[ast.expr]:
    """List the expressions that a name with this binding may mean."""
    if binding.kind == "each":
        return binding.node.elts if isinstance(binding.node, ast.Tuple | ast.List) else []
    return [binding.node] if binding.kind == "value" and isinstance(binding.node, ast.expr) else []
