"""Constant folding: the values of expressions made of constants, such as ``"mat" + "mul"`` or ``"lumtam"[::-1]``.

Students write the expressions, so only a short list of operations is folded, and each is bounded. An expression with
another operation, or with a large value, is not folded.
"""

from __future__ import annotations

import ast
import base64
import codecs
import itertools
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

MAX_LENGTH = 4000
MAX_CHOICES = 64
MAX_STEPS = 20_000

#: Returns the possible values of a name; raises :class:`NotConstant`.
Lookup = Callable[[str], list[Any]]


class NotConstant(Exception):
    """The expression's value cannot be known by reading."""


class BudgetExceeded(BaseException):
    """Reading the notebook takes more steps than any honest notebook needs.

    It is a ``BaseException``, so that handlers of errors which student code causes here do not catch it.
    """


_steps_left: ContextVar[list[int] | None] = ContextVar("_steps_left", default=None)


@contextmanager
def step_budget(steps: int) -> Iterator[None]:
    """Let :func:`charge` raise :class:`BudgetExceeded` once the block has taken more than ``steps``.

    The judge reads source without a deadline, and many small expressions, each bounded, can take hours.
    """
    token = _steps_left.set([steps])
    try:
        yield
    finally:
        _steps_left.reset(token)


def charge(steps: int) -> None:
    """Charge ``steps`` to the budget. A step is about a microsecond of work.

    Raises:
        BudgetExceeded: more than :func:`step_budget` allows.
    """
    budget = _steps_left.get()
    if budget is not None:
        budget[0] -= steps
        if budget[0] < 0:
            raise BudgetExceeded


def _bounded(value: Any) -> Any:
    if isinstance(value, str | bytes | list | tuple | dict):
        charge(len(value) >> 4)
        if len(value) > 50 * MAX_LENGTH:
            raise NotConstant("long")
    if isinstance(value, int) and value.bit_length() > 256:
        raise NotConstant("large")
    return list(value) if not isinstance(value, str | bytes | list | tuple | dict | int | float | type(None)) else value


def _times(a: Any, b: Any) -> Any:
    sizes = [len(side) if hasattr(side, "__len__") else abs(side) for side in (a, b)]
    if sizes[0] * sizes[1] > MAX_LENGTH and (hasattr(a, "__len__") or hasattr(b, "__len__")):
        raise NotConstant("long")
    return _bounded(a) * _bounded(b)


def _percent(a: Any, b: Any) -> Any:
    if isinstance(a, str | bytes):
        _plain_form(a)
        return a % (tuple(b) if isinstance(b, list) else b)
    return a % b


def _plain_form(form: str | bytes) -> Any:
    """Return ``form``, unless it could ask for a field of a million characters.

    Raises:
        NotConstant: it could.
    """
    text = form if isinstance(form, str) else form.decode("latin-1")
    if re.search(r"\d{4}|\*|\{[^{}]*\{", text):
        raise NotConstant("a wide field")
    return form


def _give_up() -> Any:
    raise NotConstant("large")


def _range(*bounds: int) -> list[int]:
    return list(range(*bounds)) if all(abs(bound) <= MAX_LENGTH for bound in bounds) else _give_up()


def _bytes(*args: Any) -> bytes:
    """Return ``bytes(*args)``, but not for a number: ``bytes(10**12)`` would be that many zeros."""
    return _give_up() if any(isinstance(arg, int) for arg in args) else bytes(*args)


def _decode(text: Any, form: str = "utf-8") -> Any:
    """Return ``codecs.decode(text, form)``, but not for compressed forms: a few bytes can unpack to a gigabyte."""
    return codecs.decode(text, form) if form in ("rot13", "rot_13", "hex", "base64", "utf-8") else _give_up()


_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _times,
    ast.Mod: _percent,
    ast.FloorDiv: operator.floordiv,
    ast.BitXor: operator.xor,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{function.__name__: function for function in (chr, ord, str, int, len, list, tuple, sorted, enumerate, zip)},
    "range": _range,
    "bytes": _bytes,
    "bytearray": _bytes,
    "reversed": lambda value: list(reversed(value)),
    "str.join": str.join,
    "str.maketrans": str.maketrans,
    "bytes.fromhex": bytes.fromhex,
    "binascii.unhexlify": bytes.fromhex,
    "operator.add": operator.add,
    "operator.concat": operator.concat,
    "codecs.decode": _decode,
    "codecs.encode": _decode,
    "base64.b64decode": base64.b64decode,
    "base64.b32decode": base64.b32decode,
    "base64.b85decode": base64.b85decode,
}
_METHODS = frozenset({
    "join", "format", "format_map", "replace", "lower", "upper", "strip", "lstrip", "rstrip", "decode", "encode",
    "title", "capitalize", "swapcase", "casefold", "removeprefix", "removesuffix", "split", "rsplit", "partition",
    "rpartition", "splitlines", "translate", "hex", "keys", "values", "items", "copy", "get", "index", "__add__",
    "__getitem__", "__str__",
})  # fmt: skip


def fold(node: ast.expr, names: Lookup) -> list[Any]:
    """List the values that ``node`` may have; ``names`` looks up the values of names.

    Raises:
        NotConstant: it is not made of constants, or contains an operation that is not folded.
    """
    try:
        return _Folding().fold(node, names)
    except NotConstant:
        raise
    except Exception as error:  # a student's expression may raise any error
        raise NotConstant(str(error)) from error


class _Folding:
    """One expression being folded, in a bounded number of steps, because comprehensions nest."""

    def __init__(self) -> None:
        self.steps = MAX_STEPS

    def fold(self, node: ast.expr, names: Lookup) -> list[Any]:
        charge(8)
        self.steps -= 1
        if self.steps < 0:
            raise NotConstant("long")
        return [_bounded(value) for value in itertools.islice(self._values(node, names), MAX_CHOICES)]

    def _values(self, node: ast.expr, names: Lookup) -> Iterator[Any]:  # noqa: PLR0912 - a branch for each kind
        match node:
            case ast.Constant(value=value):
                yield value
            case ast.Name(id=name):
                yield from names(name)
            case ast.JoinedStr(values=parts):
                yield from ("".join(choice) for choice in self._product(parts, names))
            case ast.FormattedValue(value=value, format_spec=spec):
                for inner, form in self._product([value, spec or ast.Constant("")], names):
                    yield format(inner, _plain_form(form))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                yield from (_OPERATORS[type(op)](a, b) for a, b in self._product([left, right], names))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                yield from (-value for value in self.fold(operand, names))
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                yield from (list(choice) for choice in self._product(items, names))
            case ast.Dict(keys=keys, values=values):
                pairs = self._product([*(key or ast.Constant(None) for key in keys), *values], names)
                yield from (dict(zip(pair[: len(keys)], pair[len(keys) :], strict=True)) for pair in pairs)
            case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=step)):
                bounds = [bound or ast.Constant(None) for bound in (lower, upper, step)]
                yield from (inner[slice(*cut)] for inner, *cut in self._product([value, *bounds], names))
            case ast.Subscript(value=value, slice=index):
                yield from (inner[position] for inner, position in self._product([value, index], names))
            case ast.IfExp(body=body, orelse=other):
                yield from self.fold(body, names)
                yield from self.fold(other, names)
            case ast.BoolOp(values=values):
                for value in values:
                    yield from self.fold(value, names)
            case ast.NamedExpr(value=value):
                yield from self.fold(value, names)
            case ast.ListComp(elt=element, generators=loops) | ast.GeneratorExp(elt=element, generators=loops):
                yield list(self._comprehension(element, loops, names))
            case ast.Call():
                yield from self._call(node, names)
            case _:
                raise NotConstant(type(node).__name__)

    def _product(self, nodes: Iterable[ast.expr], names: Lookup) -> Iterator[tuple[Any, ...]]:
        return itertools.islice(itertools.product(*(self.fold(node, names) for node in nodes)), MAX_CHOICES)

    def _call(self, node: ast.Call, names: Lookup) -> Iterator[Any]:
        if node.keywords:
            raise NotConstant("keywords")
        written = ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
        if written == "map" and len(node.args) == 2:
            function = _FUNCTIONS[ast.unparse(node.args[0])]
            yield from ([function(item) for item in items] for items in self.fold(node.args[1], names))
        elif written in _FUNCTIONS:
            yield from (_FUNCTIONS[written](*args) for args in self._product(node.args, names))
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            for owner, *args in self._product([node.func.value, *node.args], names):
                yield _method(owner, node.func.attr, args)
        else:
            raise NotConstant(written)

    def _comprehension(self, element: ast.expr, loops: list[ast.comprehension], names: Lookup) -> Iterator[Any]:
        if not loops:
            yield from self.fold(element, names)
            return
        loop, *rest = loops
        if loop.ifs:
            raise NotConstant("a condition")
        for items in self.fold(loop.iter, names):
            for item in items:
                yield from self._comprehension(element, rest, _with(dict(_unpack(loop.target, item)), names))


def _with(own: dict[str, Any], names: Lookup) -> Lookup:
    return lambda name: [own[name]] if name in own else names(name)


def _method(owner: Any, name: str, args: list[Any]) -> Any:
    if not isinstance(owner, str | bytes | list | dict):
        raise NotConstant(type(owner).__name__)
    if name in ("format", "format_map"):
        _plain_form(owner if isinstance(owner, str) else "")
    size = len(owner) * max((len(arg) for arg in args if hasattr(arg, "__len__")), default=1)
    if size > MAX_LENGTH**2:
        raise NotConstant("long")
    charge(size >> 8)
    return getattr(owner, name)(*args)


def _unpack(target: ast.expr, item: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(target, ast.Name):
        yield target.id, item
    elif isinstance(target, ast.Tuple | ast.List):
        for inner, value in zip(target.elts, item, strict=True):
            yield from _unpack(inner, value)
    else:
        raise NotConstant("a target")
