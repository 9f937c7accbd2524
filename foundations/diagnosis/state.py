"""State that outlives a call, as the text of an exercise shows it: lists that grow, iterators, memory of the class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from foundations.diagnosis.judgement import Diagnosis

if TYPE_CHECKING:
    from foundations.diagnosis.source import Definition, Symptom

_ADDING = {"append", "extend", "insert", "appendleft"}
_EMPTYING = {"clear"}
#: Functions whose result can be walked through once.
_ITERATORS = {"reversed", "iter", "zip", "map", "filter", "enumerate"}


def grows(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose a list that an object or a default keeps and every call adds to, if an earlier call was right."""
    if not symptom.was_right:
        return None
    if isinstance(definition, ast.FunctionDef):
        return _default(definition)
    methods = [node for node in definition.body if isinstance(node, ast.FunctionDef)]
    of_class = {name for name, _ in _lists(definition.body)}
    renewed = {name for method in methods for name in _set_on_self(method)}
    walked = _walked(definition)
    for method in methods:
        for name, code in _added(method):
            if name not in walked:
                continue
            if name in of_class - renewed:
                text = f"`{name}` is one list for all objects of the class, and `{code}` adds to it"
                return Diagnosis("grows_with_every_call", f"{text}. What does a second object find in it?")
            made_here = name in _set_on_self(method) or name in _emptied(method)
            if name in renewed and method.name != "__init__" and not made_here:
                text = f"`{code}` in `{method.name}` adds to a list that the object keeps"
                return Diagnosis("grows_with_every_call", f"{text}. What is in it when the method is called again?")
    return None


def _default(function: ast.FunctionDef) -> Diagnosis | None:
    """Diagnose a default that is a list, set or dict and that the function changes."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    given = zip(arguments[len(arguments) - len(function.args.defaults) :], function.args.defaults, strict=True)
    mutable = {argument.arg for argument, default in given if isinstance(default, ast.List | ast.Dict | ast.Set)}
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id=name))) if method in _ADDING:
                changed = name
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))]):
                changed = name
            case _:
                continue
        if changed in mutable:
            text = f"The default of `{changed}` is made once, and `{_short(node)}` changes it"
            return Diagnosis("grows_with_every_call", f"{text}. What does the next call find in it?")
    return None


def shared(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose attributes that are set on the class, if an earlier call was right."""
    if not isinstance(definition, ast.ClassDef) or not symptom.was_right:
        return None
    for method in definition.body:
        if not isinstance(method, ast.FunctionDef):
            continue
        owners = {definition.name, "cls", *_names_of_class(method)}
        for node in ast.walk(method):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_class(node.value, owners):
                text = f"`{ast.unparse(node)}` is stored on the class, which all of its objects share"
                return Diagnosis("stored_on_the_class", f"{text}. What does a second object find there?")
    return None


def used_up(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose an iterator that an object keeps and that a method walks through, if an earlier call was right."""
    if not isinstance(definition, ast.ClassDef) or not symptom.was_right:
        return None
    kept = {}
    for node in ast.walk(definition):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value):
                if _is_iterator(value):
                    kept[name] = _short(value)
    for node in ast.walk(definition):
        match node:
            case ast.For(iter=ast.Attribute(value=ast.Name(id="self"), attr=name)) if name in kept:
                text = f"`self.{name}` is `{kept[name]}`, which gives each of its items once"
                return Diagnosis("used_up", f"{text}. What does a second loop over it find?")
    return None


def _is_iterator(value: ast.expr) -> bool:
    match value:
        case ast.GeneratorExp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _ITERATORS
    return False


def _lists(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that ``body`` binds to a list, a dict or a set that is written out."""
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.Dict() | ast.Set() as value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.List() | ast.Dict() | ast.Set() as value):
                yield name, value


def _set_on_self(method: ast.FunctionDef) -> set[str]:
    return {
        node.attr
        for statement in ast.walk(method)
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        for node in ast.walk(target)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value)
    }


def _added(method: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield the attributes of ``self`` that the method adds items to, with the code that does so."""
    for node in ast.walk(method):
        match node:
            case ast.Call(func=ast.Attribute(attr=adding, value=ast.Attribute(value=ast.Name(id="self"), attr=name))):
                if adding in _ADDING:
                    yield name, _short(node)
            case ast.AugAssign(
                target=ast.Attribute(value=ast.Name(id="self"), attr=name), op=ast.Add(), value=ast.List() | ast.Tuple()
            ):
                yield name, _short(node)


def _walked(definition: ast.ClassDef) -> set[str]:
    """Return the attributes of ``self`` that loops go through, or through a call such as ``reversed(self.layers)``."""
    return {
        part.attr
        for node in ast.walk(definition)
        if isinstance(node, ast.For | ast.comprehension)
        for part in ast.walk(node.iter)
        if isinstance(part, ast.Attribute) and _is_self(part.value)
    }


def _emptied(method: ast.FunctionDef) -> set[str]:
    found = set()
    for node in ast.walk(method):
        match node:
            case ast.Call(func=ast.Attribute(attr=method_name, value=ast.Attribute(value=owner, attr=name))):
                if method_name in _EMPTYING and _is_self(owner):
                    found.add(name)
    return found


def _names_of_class(method: ast.FunctionDef) -> set[str]:
    """Return the names that the method binds to the class of ``self``."""
    return {
        node.targets[0].id
        for node in ast.walk(method)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _is_class(node.value, set())
    }


def _is_class(node: ast.expr, owners: set[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in owners
        case ast.Attribute(attr="__class__", value=owner):
            return _is_self(owner)
        case ast.Call(func=ast.Name(id="type"), args=[owner]):
            return _is_self(owner)
    return False


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 50 else text[:49] + "…"
