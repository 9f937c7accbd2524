"""Cells of a notebook as trees, parsed as Python or as IPython would rewrite them. No code runs."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from foundations.analysis.constant_folding import NotConstant, charge, fold

#: Magics whose argument is Python that runs in the notebook's own namespace.
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "lprun"})
#: Characters of the longest cell whose tree is cached for the next exercise and the next submission. A tree may take
#: 400 times the memory of its text.
_SHORT = 4_000
#: Characters of the longest cell that is read.
LONG = 100_000
#: Limit of characters times magics: IPython searches the whole cell for each magic, and gives up after 500 magics.
_REWRITING = 100_000
_PARSE = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
#: Calls whose keywords or strings name attributes of the object that they make.
_MAKERS = frozenset({"SimpleNamespace", "namedtuple", "make_dataclass", "type", "Enum", "setattr", "__setattr__"})

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
#: The functions and comprehensions around a node, from the outside in.
Scopes = tuple[Function | Comprehension, ...]


def parse(source: str) -> ast.Module | None:
    """Parse one cell; return ``None`` if not even IPython could make Python of it. Do not change the tree.

    Trees are cached, because most cells are the same in all submissions, and each is read again for every exercise.
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
    """The parts of one cell's tree that readers need; each node has its enclosing functions and comprehensions."""

    nodes: tuple[tuple[ast.AST, Scopes], ...]
    functions_with_globals: tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]
    has_walrus: bool
    #: Names of attributes that the cell gives to its own classes and objects.
    own_attributes: frozenset[str]

    @classmethod
    def of(cls, tree: ast.Module) -> Parts:
        scopes = tuple(scoped(tree))
        nodes = [node for node, _ in scopes]
        has_global = any(isinstance(node, ast.Global) for node in nodes)
        functions = (node for node in nodes if has_global and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        return cls(
            scopes,
            tuple(functions),
            any(isinstance(node, ast.NamedExpr) for node in nodes),
            frozenset(name for node in nodes for name in _attributes_made_by(node)),
        )


def parts(tree: ast.Module) -> Parts:
    """Return the parts of one cell's tree, which are cached together with the tree."""
    kept: Parts | None = vars(tree).get(_PARTS)
    return kept or Parts.of(tree)


def scoped(tree: ast.AST) -> Iterator[tuple[ast.AST, Scopes]]:
    """Yield every node with the functions and comprehensions around it, without recursion, so that any depth works."""
    waiting: list[tuple[ast.AST, Scopes]] = [(tree, ())]
    while waiting:
        node, scopes = waiting.pop()
        yield node, scopes
        inner = (*scopes, node) if isinstance(node, Function | Comprehension) else scopes
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]


def _attributes_made_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(attr=attr, ctx=ast.Store()):
            yield attr
        case ast.ClassDef(body=body):
            for inner in body:
                yield from _class_names(inner)
        case ast.Call(func=ast.Name(id=maker) | ast.Attribute(attr=maker)) if maker in _MAKERS:
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)
            texts = [inner.value for given in node.args for inner in _items(given) if isinstance(inner, ast.Constant)]
            yield from (word for text in texts if isinstance(text, str) for word in re.findall(r"\w+", text[:1000]))


def _class_names(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Assign(targets=targets):
            yield from (inner.id for target in targets for inner in _items(target) if isinstance(inner, ast.Name))
        case ast.If(body=body, orelse=other):
            for inner in (*body, *other):
                yield from _class_names(inner)


def _items(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return items
        case ast.Dict(keys=keys):
            return [key for key in keys if key is not None]
    return [node]


#: The tree of a cell that is nested too deeply or is too long to be read.
UNREADABLE = ast.parse("")


def _parse(source: str) -> ast.Module | None:
    charge(len(source))
    for rewritten in (lambda text: text, _as_ipython, _as_automagic):
        try:
            tree = compile(rewritten(source), "<cell>", "exec", _PARSE)
        except (SyntaxError, ValueError, MemoryError):
            continue
        except RecursionError:  # it may still run, if student code raises Python's limit
            return UNREADABLE
        except RuntimeError:  # more magics than IPython rewrites
            return UNREADABLE
        return tree
    return None


#: Syntax that IPython would rewrite; it matches too much rather than too little.
_MAGIC = re.compile(r"^\s*[%!?,;/]|=\s*[%!]|\?\s*$", re.MULTILINE)


def _as_ipython(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    work = len(source) * (1 + len(_MAGIC.findall(source)))
    if work > _REWRITING:
        raise RuntimeError("too much to rewrite")
    charge(5 * work)
    return TransformerManager().transform_cell(source)


def _as_automagic(source: str) -> str:
    """Rewrite a cell of one line that calls a magic without its ``%``."""
    line = source.strip()
    if "\n" in line or not line[:1].isalpha():
        raise ValueError("no magic")
    return _as_ipython("%" + line)


def tree_of(source: str) -> ast.Module | None:
    """Parse one cell; return :data:`UNREADABLE` if it is too long."""
    return UNREADABLE if len(source) > LONG else parse(source)


# ---- code in strings


def embedded(call: ast.Call) -> list[ast.Module]:
    """Parse the constant strings of ``exec("...")`` and of ``%time ...``, as IPython rewrites it."""
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
    except NotConstant:
        return
    for text in texts:
        code = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        if isinstance(code, str) and (tree := parse(code)):
            yield tree


def _no_names(name: str) -> list[Any]:
    raise NotConstant(name)
