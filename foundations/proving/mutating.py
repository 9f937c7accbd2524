"""Small changes to a right answer, one at a time, like careless errors: the mutants of a solution.

The changes fit numerical Python: axes and shapes, ``sum`` and ``mean``, transposes, dtypes, gradients in
``.g``, letters of einsum.
"""

from __future__ import annotations

import ast
import copy
import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

#: A change of an expression: its name, and the expression that replaces the old one.
Changes = Iterator[tuple[str, ast.expr]]
Node = TypeVar("Node", bound=ast.AST)

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq, ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
#: Operators for which the order of the operands matters.
_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.MatMult, ast.Pow)
_IN_PLACE = {ast.Add: "add_", ast.Sub: "sub_", ast.Mult: "mul_", ast.Div: "div_"}
_METHODS = {
    "sum": ("mean", "prod"),
    "mean": ("sum",),
    "std": ("var",),
    "max": ("min",),
    "min": ("max",),
    "argmax": ("argmin",),
    "squeeze": ("unsqueeze",),
    "unsqueeze": ("squeeze",),
    "exp": ("log", "exp_"),
    "log": ("exp", "log_"),
    "sqrt": ("exp", "sqrt_"),
    "abs": ("exp", "abs_"),
    "clamp_min": ("clamp_max", "clamp_min_"),
    "zeros": ("ones", "empty"),
    "randn": ("rand",),
    "double": ("float",),
    "nbytes": ("size",),
}
_ATTRIBUTES = {"g": ("grad",), "float64": ("float32",), "values": ("indices",)}


@dataclass(frozen=True)
class Mutant:
    """A changed answer: the kind of change, the changed statement before and after, and the whole source."""

    kind: str
    before: str
    after: str
    source: str

    @property
    def change(self) -> str:
        """Return a readable name that differs from those of the other mutants of the exercise."""
        return f"{self.before}  →  {self.after}"


@dataclass
class _Place:
    """A node of the tree, its position, and the names of the function around it."""

    node: ast.AST
    holder: ast.AST
    field: str
    index: int | None
    names: tuple[str, ...]

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.holder, self.field, node)
        else:
            getattr(self.holder, self.field)[self.index] = node


def mutants(source: str) -> list[Mutant]:
    """Return all mutants of ``source``, a cell with one function or class, each once, in the order of its lines."""
    tree = without_docstrings(ast.parse(source))
    own = ast.unparse(tree)
    by_source: dict[str, Mutant] = {}
    for place in list(_places(tree)):
        for kind, node in _changes(place):
            place.put(node)
            text = ast.unparse(ast.fix_missing_locations(tree))
            place.put(place.node)
            if text != own and text not in by_source:
                by_source[text] = Mutant(kind, *_difference(own, text), text)
    return _told_apart(by_source.values())


def without_docstrings(tree: ast.Module) -> ast.Module:
    """Remove the docstrings of functions and classes from ``tree``: they have no effect, and take room."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def _difference(before: str, after: str) -> tuple[str, str]:
    """Return the lines in which two texts differ."""
    old, new = before.splitlines(), after.splitlines()
    gone, come = [], []
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += old[start:end]
            come += new[new_start:new_end]
    if gone == come:  # lines in another order: shown from the first changed line to the last
        places = [number for number, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]
        gone, come = (lines[places[0] : places[-1] + 1] for lines in (old, new))
    return _one_line(gone), _one_line(come)


def _one_line(lines: list[str]) -> str:
    shown = [line.strip() for line in lines]
    return " ⏎ ".join(shown if len(shown) <= 3 else [*shown[:2], "…"]) or "(nothing)"


def _told_apart(mutants_found: Iterable[Mutant]) -> list[Mutant]:
    """Number the mutants of a line that appears in the cell twice, so that they have different names."""
    seen: Counter[str] = Counter()
    mutants = []
    for mutant in mutants_found:
        seen[mutant.change] += 1
        number = seen[mutant.change]
        mutants.append(mutant if number == 1 else replace(mutant, before=f"({number}) {mutant.before}"))
    return mutants


def _places(tree: ast.Module) -> Iterator[_Place]:
    for number, statement in enumerate(tree.body):
        yield from _below(_Place(statement, tree, "body", number, ()))


def _below(place: _Place) -> Iterator[_Place]:
    """Yield ``place`` and every node below it, except annotations and texts for people."""
    node = place.node
    yield place
    if isinstance(node, ast.JoinedStr):
        return
    names = _names(node) if isinstance(node, ast.FunctionDef) else place.names
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "ctx", "decorator_list", "msg"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield from _below(_Place(child, node, field, index, names))


def _names(function: ast.FunctionDef) -> tuple[str, ...]:
    """Return the function's parameters and its own names, in the order in which they appear."""
    own = [argument.arg for argument in function.args.args]
    stored = sorted(
        (node.lineno, node.col_offset, node.id)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return tuple(dict.fromkeys([*own, *(name for *_, name in stored)]))


def _changes(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(place.node, ast.stmt):
        yield from _statements(place.node)
    elif isinstance(place.node, ast.expr):
        yield from _expressions(place)


# ------------------------------------------------------------------------------------------------------- statements


def _statements(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            yield from _definitions(node)
        case ast.Return(value=ast.expr() as value):
            yield "result not returned", ast.Expr(value)
            yield "result in float32", ast.Return(_method(value, "float"))
            yield "result with one more axis", ast.Return(_method(value, "unsqueeze", ast.Constant(0)))
            yield "result negated", ast.Return(ast.UnaryOp(ast.USub(), value))
        case ast.Assign(targets=[target], value=value):
            yield "statement removed", ast.Pass()
            yield from _assignments(target, value)
        case ast.AugAssign(target=target, op=op, value=value):
            yield "statement removed", ast.Pass()
            for other in _OPERATORS.get(type(op), ()):
                yield "another operator", ast.AugAssign(target, other(), value)
            yield "= for +=", ast.Assign([target], value, lineno=1)
            yield "a new tensor", ast.Assign([target], ast.BinOp(_loaded(target), op, value), lineno=1)
        case ast.Assert(test=test, msg=msg):
            yield "statement removed", ast.Pass()
            yield "condition negated", ast.Assert(ast.UnaryOp(ast.Not(), test), msg)
            if msg is not None:
                yield "message dropped", ast.Assert(test)
        case ast.Expr() | ast.Raise():
            yield "statement removed", ast.Pass()
        case ast.For():
            yield from _loops(node)
        case ast.If(test=test):
            yield "condition negated", ast.If(ast.UnaryOp(ast.Not(), test), node.body, node.orelse)
            yield "always", ast.If(ast.Constant(True), node.body, node.orelse)


def _definitions(node: ast.FunctionDef | ast.ClassDef) -> Iterator[tuple[str, ast.AST]]:
    """Yield definitions with methods dropped, bases dropped, or statements in another order."""
    for number, part in enumerate(node.body):
        rest = [*node.body[:number], *node.body[number + 1 :]] or [ast.Pass()]
        if isinstance(part, ast.FunctionDef):
            yield f"{part.name} dropped", _with(node, body=rest)
        elif number + 1 < len(node.body):
            order = [*node.body[:number], node.body[number + 1], part, *node.body[number + 2 :]]
            yield f"order: line {number + 2} first", _with(node, body=order)
    if isinstance(node, ast.ClassDef) and node.bases:
        yield "base dropped", _with(node, bases=[])


def _assignments(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(target, ast.Tuple):
        for number in range(len(target.elts) - 1):
            elements = list(target.elts)
            elements[number : number + 2] = reversed(elements[number : number + 2])
            yield "names swapped", ast.Assign([ast.Tuple(elements, ast.Store())], value, lineno=1)
    if isinstance(target, ast.Attribute) and target.attr == "g":
        before = ast.Call(ast.Name("getattr", ast.Load()), [target.value, ast.Constant("g"), ast.Constant(0)], [])
        yield "added to what was there", ast.Assign([target], ast.BinOp(before, ast.Add(), value), lineno=1)
        yield "gradient negated", ast.Assign([target], ast.UnaryOp(ast.USub(), value), lineno=1)
        yield "gradient in float32", ast.Assign([target], _method(value, "float"), lineno=1)
        yield (
            "gradient with one more axis",
            ast.Assign([target], _method(value, "unsqueeze", ast.Constant(0)), lineno=1),
        )
        yield "written to grad", ast.Assign([_with(target, attr="grad")], value, lineno=1)
        yield "written over the values", ast.Expr(_method(target.value, "copy_", value))


def _loops(node: ast.For) -> Iterator[tuple[str, ast.AST]]:
    yield "no turn of the loop", _with(node, iter=ast.List([], ast.Load()))
    yield "one turn of the loop", _with(node, body=[*node.body, ast.Break()])
    over = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
    for name, cut in (("the last", ast.Slice(None, ast.Constant(-1))), ("the first", ast.Slice(ast.Constant(1)))):
        yield f"{name} turn left out", _with(node, iter=ast.Subscript(over, cut, ast.Load()))
    yield "the other way round", _with(node, iter=ast.Subscript(over, ast.Slice(step=ast.Constant(-1)), ast.Load()))
    for number, part in enumerate(node.body[:-1]):
        order = [*node.body[:number], node.body[number + 1], part, *node.body[number + 2 :]]
        yield f"order: line {number + 2} of the loop first", _with(node, body=order)


# ------------------------------------------------------------------------------------------------------ expressions


def _expressions(place: _Place) -> Changes:  # noqa: PLR0912 - a branch for each kind of node
    node = place.node
    match node:
        case ast.BinOp():
            yield from _operators(node)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            for other in _COMPARISONS.get(type(op), ()):
                yield "another comparison", ast.Compare(left, [other()], [right])
        case ast.BoolOp(op=op, values=values):
            yield "and for or", ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
            for value in values:
                yield "half a condition", value
        case ast.UnaryOp(operand=operand):
            yield "sign dropped", operand
        case ast.Constant(value=value):
            yield from _constants(value)
        case ast.Call():
            yield from _calls(node)
        case ast.Attribute():
            yield from _attributes(place, node)
        case ast.Subscript(value=value, slice=index, ctx=ast.Load()):
            yield "index dropped", value
            if isinstance(index, ast.Tuple):
                yield "indices swapped", _with(node, slice=ast.Tuple(index.elts[::-1], ast.Load()))
        case ast.Tuple(elts=elements, ctx=ast.Load()) | ast.List(elts=elements, ctx=ast.Load()):
            yield from _elements(node, elements)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "branches swapped", ast.IfExp(test, orelse, body)
        case ast.Name(id=name, ctx=ast.Load()) if name in place.names and name != "self":
            names = [each for each in place.names if each != "self"]
            for step in (1, -1):
                beside = names[(names.index(name) + step) % len(names)]
                if beside != name:
                    yield "another name", ast.Name(beside, ast.Load())


def _operators(node: ast.BinOp) -> Changes:
    for other in _OPERATORS.get(type(node.op), ()):
        yield "another operator", ast.BinOp(node.left, other(), node.right)
    if isinstance(node.op, _ORDERED):
        yield "operands swapped", ast.BinOp(node.right, node.op, node.left)
    yield "operand dropped", node.left
    yield "operand dropped", node.right
    if type(node.op) in _IN_PLACE and isinstance(node.left, ast.Name):
        yield "in place", _method(node.left, _IN_PLACE[type(node.op)], node.right)


def _constants(value: object) -> Changes:
    if isinstance(value, bool):
        yield "True for False", ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "a number off by one", ast.Constant(value + 1)
        yield "a number off by one", ast.Constant(value - 1)
    elif isinstance(value, str) and "->" in value:
        yield from _letters(value)
    elif isinstance(value, str):
        yield "another text", ast.Constant(f"{value}_")


def _letters(equation: str) -> Changes:
    """Yield an einsum equation with the letters of one part reversed, or without its output."""
    inputs, _, output = equation.partition("->")
    parts = [*inputs.split(","), output]
    for number, part in enumerate(parts):
        turned = [*parts[:number], part[::-1], *parts[number + 1 :]]
        yield "letters turned round", ast.Constant(f"{','.join(turned[:-1])}->{turned[-1]}")
    for number in range(len(output)):
        yield "a letter dropped", ast.Constant(f"{inputs}->{output[:number]}{output[number + 1 :]}")
    yield "no output given", ast.Constant(inputs)


def _calls(node: ast.Call) -> Changes:
    of_value = isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in ("torch", "math", "nn")
    )
    if of_value and isinstance(node.func, ast.Attribute):
        yield f"{node.func.attr} dropped", node.func.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield "call dropped", node.args[0]
    for number, keyword in enumerate(node.keywords):
        yield f"{keyword.arg} dropped", _with(node, keywords=[*node.keywords[:number], *node.keywords[number + 1 :]])
    for number in range(len(node.args)):
        yield "argument dropped", _with(node, args=[*node.args[:number], *node.args[number + 1 :]])
    for number in range(len(node.args) - 1):
        arguments = list(node.args)
        arguments[number : number + 2] = reversed(arguments[number : number + 2])
        yield "arguments swapped", _with(node, args=arguments)
    if isinstance(node.func, ast.Attribute):
        for other in _METHODS.get(node.func.attr, ()):
            yield f"{other} for {node.func.attr}", _with(node, func=_with(node.func, attr=other))


def _attributes(place: _Place, node: ast.Attribute) -> Changes:
    if isinstance(node.ctx, ast.Load):
        if node.attr == "g":
            yield "value for gradient", node.value
        if node.attr == "shape":
            yield "len for a size", ast.Call(ast.Name("list", ast.Load()), [node.value], [])
        for other in _ATTRIBUTES.get(node.attr, ()):
            yield f"{other} for {node.attr}", _with(node, attr=other)
    if isinstance(node.value, ast.Name) and node.value.id == "self" and not isinstance(place.holder, ast.Call):
        own = {"inp": "out", "out": "inp", "w": "b", "b": "w", "targ": "inp", "args": "out"}
        if instead := own.get(node.attr):
            yield "another attribute", _with(node, attr=instead)


def _elements(node: ast.Tuple | ast.List, elements: list[ast.expr]) -> Changes:
    for number in range(len(elements)):
        yield "element dropped", _with(node, elts=[*elements[:number], *elements[number + 1 :]])
    for number in range(len(elements) - 1):
        order = list(elements)
        order[number : number + 2] = reversed(order[number : number + 2])
        yield "elements swapped", _with(node, elts=order)


# ------------------------------------------------------------------------------------------------------------ nodes


def _with(node: Node, **fields: object) -> Node:
    """Return ``node`` with other ``fields``; its other parts are shared."""
    twin = copy.copy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def _method(value: ast.expr, name: str, *args: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(value, name, ast.Load()), list(args), [])


def _loaded(target: ast.expr) -> ast.expr:
    """Return the expression that reads ``target`` of an assignment."""
    twin = copy.deepcopy(target)
    for node in ast.walk(twin):
        if hasattr(node, "ctx"):
            node.ctx = ast.Load()
    return twin
