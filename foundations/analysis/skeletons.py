"""The skeleton of Python code: its operations and constants without the names of its variables.

Two expressions with the same skeleton compute the same thing, whatever their variables are called. Variables are
numbered in the order of their first use; builtins, methods and constants stay, because they are the computation.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator
from dataclasses import dataclass

#: Each of these nodes is one operation or one constant. Names, and attributes that only lead to a value, do not count.
_OPERATIONS = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.Call,
    ast.Subscript,
    ast.IfExp,
    ast.comprehension,
    ast.Starred,
    ast.Constant,
    ast.Lambda,
    ast.FormattedValue,
    ast.AugAssign,
)
#: Fields that do not change the result: whether a name is read or written, how a literal is spelt, and annotations.
_IGNORED = frozenset({"ctx", "kind", "annotation", "type_comment", "returns"})
#: Methods that are another spelling of an operator.
_OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add,
    "sub": ast.Sub,
    "subtract": ast.Sub,
    "mul": ast.Mult,
    "multiply": ast.Mult,
    "div": ast.Div,
    "divide": ast.Div,
    "pow": ast.Pow,
    "matmul": ast.MatMult,
    "mm": ast.MatMult,
}
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Skeleton:
    """Code without its names; ``weight`` is the number of its operations and constants."""

    text: str
    weight: int


def skeleton(node: ast.AST, attributes: Collection[str] = ()) -> Skeleton:
    """Reduce an expression or a statement to its skeleton.

    Args:
        node: the expression or statement.
        attributes: the attributes that the code itself assigns (``self.w``), which are names of variables, too.
    """
    weight = sum(isinstance(inner, _OPERATIONS) for inner in ast.walk(node))
    return Skeleton(_text(node, frozenset(attributes), {}), weight)


def _text(node: object, attributes: frozenset[str], numbers: dict[str, str]) -> str:
    """Write ``node`` as a nested text. ``numbers`` maps each variable seen so far, as written, to its number."""
    match node:
        case list():
            text = "[" + " ".join(_text(item, attributes, numbers) for item in node) + "]"
        case ast.Constant():
            text = _constant(node.value)
        case ast.keyword():  # ``sum(dim=0)`` is ``sum(0)``
            text = _text(node.value, attributes, numbers)
        case ast.Name() if node.id in _BUILTINS:
            text = node.id
        case ast.Name() | ast.arg():
            text = numbers.setdefault(ast.unparse(node), f"${len(numbers)}")
        case ast.Attribute() if node.attr in attributes:
            text = numbers.setdefault(ast.unparse(node), f"${len(numbers)}")
        case ast.Call(func=ast.Attribute(attr=name), args=[_, *_]) if operation := _operator(node, name):
            text = _text(operation, attributes, numbers)
        case ast.Call():
            text = "call" + _text([node.func, *node.args, *node.keywords], attributes, numbers)
        case ast.AST():
            fields = [value for name, value in ast.iter_fields(node) if name not in _IGNORED]
            text = type(node).__name__ + _text(fields, attributes, numbers)
        case _:
            text = repr(node)
    return text


def _operator(call: ast.Call, name: str) -> ast.AST | None:
    """Return the operator that a method or a function of torch is another spelling of: ``p.sub_(q)`` is ``p -= q``."""
    operands = [call.func.value, *call.args] if isinstance(call.func, ast.Attribute) else []
    if len(operands) == 3:  # ``torch.sub(p, q)``
        del operands[0]
    kind = _OPERATORS.get(name.removesuffix("_"))
    if kind is None or len(operands) != 2 or call.keywords:
        return None
    left, right = operands
    return ast.AugAssign(left, kind(), right) if name.endswith("_") else ast.BinOp(left, kind(), right)  # type: ignore[arg-type]


def _constant(value: object) -> str:
    """Write a constant so that ``2`` and ``2.0`` are the same number."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53
    return repr(float(value) if is_number else value)  # type: ignore[arg-type]


def lines(tree: ast.AST) -> Iterator[ast.expr | ast.AugAssign]:
    """Yield the expressions that each line in ``tree`` computes: its value, its condition, the sequence of its loop.

    A comprehension is a loop in one line, so its parts count as well. An assignment with an operator is yielded whole,
    because the operator is part of the computation.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            yield node
        if isinstance(node, ast.stmt | ast.comprehension):
            values = [getattr(node, field, None) for field in ("value", "test", "msg", "exc", "iter", "subject")]
            yield from (value for value in values if isinstance(value, ast.expr))
        if isinstance(node, ast.comprehension):
            yield from node.ifs
        if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp):
            yield node.elt


def parts(tree: ast.AST) -> Iterator[ast.expr | ast.AugAssign]:
    """Yield every expression in ``tree``, and every assignment with an operator."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.AugAssign))


def assigned_attributes(tree: ast.AST) -> set[str]:
    """Collect the attributes that ``tree`` assigns."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
