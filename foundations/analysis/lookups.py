"""Code that looks an operation up by a computed name: ``getattr(torch, name)``, ``vars(torch)[name]``."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from foundations.analysis.resolver import Resolver

_ASK_BY_KEY = frozenset({"get", "pop", "setdefault", "__getitem__"})
_ASK_BY_NAME = frozenset({"__getattribute__", "__getattr__"})
_FETCHERS = frozenset({"operator.attrgetter", "operator.methodcaller", "operator.itemgetter"})


class Asking(ast.NodeVisitor, Resolver):
    """The part of a reader that finds operations looked up by strings, if the strings can be known by reading."""

    def asked_for(self, node: ast.AST, names: list[str], paths: list[str]) -> None:
        """Note the ``names`` that are looked up on an object, or their dotted ``paths`` if the object is known."""
        raise NotImplementedError

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def getattr_call(self, node: ast.Call) -> bool:
        if "builtins.getattr" not in self.paths(node.func) or len(node.args) < 2:
            return False
        owner, name, *default = node.args
        self.asked(node, self.folded(name), owner)
        self.visit_all([owner, *default])
        return True

    def fetcher_call(self, node: ast.Call) -> bool:
        """Read ``operator.attrgetter("matmul")``, ``operator.methodcaller("mm", b)``."""
        called = _FETCHERS & set(self.paths(node.func))
        if not called or not node.args:
            return False
        names = node.args[:1] if "operator.methodcaller" in called else node.args
        for name in names:
            self.asked(node, self.folded(name))
        self.visit_all([*node.args[len(names) :], *(keyword.value for keyword in node.keywords)])
        return True

    def asking_call(self, node: ast.Call) -> bool:
        """Read ``vars(torch).get("mm")``, ``torch.Tensor.__getattribute__(a, "mm")``."""
        if not isinstance(node.func, ast.Attribute) or not node.args:
            return False
        if node.func.attr in _ASK_BY_NAME:
            self.asked(node, self.folded(node.args[-1]))
            self.visit_all(node.args[:-1])
            return True
        if node.func.attr in _ASK_BY_KEY and (space := self.namespace(node.func.value)):
            self.asked_of(node, space, node.args[0])
            self.visit_all(node.args[1:])
            return True
        return False

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if space := self.namespace(node.value):
            self.asked_of(node, space, node.slice)
        else:
            self.generic_visit(node)

    def asked_of(self, node: ast.AST, space: ast.expr, key: ast.expr) -> None:
        keys = self.folded(key) or []
        names = [name for name in keys if isinstance(name, str) and name.isidentifier()]
        if isinstance(space, ast.Call) and not space.args:
            self.visit_all(ast.copy_location(ast.Name(name, ast.Load()), node) for name in names)
        else:
            self.asked(node, keys, space.args[0] if isinstance(space, ast.Call) else None)

    def asked(self, node: ast.AST, keys: list[Any] | None, owner: ast.expr | None = None) -> None:
        bases = self.paths(owner) if owner is not None else []
        for key in (key for key in keys or () if isinstance(key, str)):
            self.asked_for(node, key.split("."), [f"{base}.{key}" for base in bases])
