"""Code that reaches out of the notebook, for what runs it, or that changes in a hidden way what a name stands for:
another function can then answer in the place of an exercise's own, which is all that reading the exercise shows.

No exercise needs any of this. It is looked for in the whole notebook: an exercise does not have to name it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from foundations.resolving import NAMESPACE_CALLS, Resolver

#: By these code finds, from anywhere in the process, what calls it and measures it.
_REACHING = frozenset({
    "_current_frames", "_getframe", "ag_frame", "cr_frame", "currentframe", "f_back", "f_builtins", "f_globals",
    "f_locals", "get_objects", "get_referents", "get_referrers", "gi_frame", "setprofile", "settrace", "tb_frame",
    "__code__", "__globals__", "__subclasses__",
})  # fmt: skip
#: By these operations run out of sight of a trace.
_UNSEEN = frozenset({
    "DisableTorchFunction", "DisableTorchFunctionSubclass", "_DisableFuncTorch", "_DisableTorchDispatch",
    "_disable_current_modes", "_get_current_dispatch_mode_stack", "_pop_mode", "_pop_mode_temporarily",
    "_pop_torch_dispatch_stack", "_pop_torch_function_stack", "_push_mode", "_push_on_torch_dispatch_stack",
    "_push_on_torch_function_stack", "_push_torch_function_stack", "_set_torch_function_mode",
    "_unset_dispatch_mode", "no_dispatch",
})  # fmt: skip
_NAMES = _REACHING | _UNSEEN
#: Modules of which any use counts: the notebook itself as one, threads that no trace sees, and memory by its address.
_MODULES = frozenset({"__main__", "_thread", "_ctypes", "cffi", "unittest.mock"})
#: Parts of this package that are for notebooks.
_FOR_NOTEBOOKS = frozenset({"testing", "data", "plots"})
#: Names by which the others are found, in ``foundations``, in ``sys``, and through ``ctypes``.
_OURS = frozenset({
    "inside", "modules", "sandbox", "tracing", "wire", "zygote",
    "CDLL", "PyDLL", "cast", "cdll", "memmove", "memset", "py_object", "pythonapi", "string_at",
})  # fmt: skip
#: What a notebook asks its shell for, most often written with % or !.
_OF_SHELL = frozenset({"run_line_magic", "run_cell_magic", "magic", "system", "getoutput", "run_cell", "ex", "ev"})
#: Magics that run or bind what no cell below them shows.
_HIDING_MAGICS = frozenset({
    "alias_magic", "autocall", "cpaste", "ed", "edit", "load", "loadpy", "macro", "paste", "recall", "rep", "rerun",
    "run",
})  # fmt: skip
#: What reads a namespace and changes nothing.
_LOOKING = frozenset({"get", "keys", "items", "values", "copy", "__getitem__", "__contains__"})
#: Calls that hand nothing on of what they are given.
_HARMLESS = frozenset({"dir", "display", "len", "list", "print", "repr", "sorted", "str"})
#: Names by which all of this can be had, if they are not called where they stand.
DOORS = NAMESPACE_CALLS | {"get_ipython", "exec", "eval", "setattr"}


def reaches_out(node: ast.AST, names: Resolver) -> str:
    """How ``node`` reaches out of the notebook; empty where it does not."""
    match node:
        case ast.Attribute(attr=name) if name in _NAMES:
            return ast.unparse(node)
        case ast.Attribute(value=ast.Name(), attr=name) if name in _OURS:
            found = names.paths(node)
        case ast.Import(names=aliases):
            found = [alias.name for alias in aliases]
        case ast.ImportFrom(module=module, names=aliases):
            found = [f"{module}.{alias.name}" for alias in aliases]
        case ast.Call(func=ast.Name("getattr"), args=[_, name, *_]):
            found = [f".{key}" for key in names.folded(name) or []]
        case ast.Call(func=ast.Name("exec" | "eval"), args=[code, *_]) if names.folded(code) is None:
            return ast.unparse(node)
        case ast.Call():
            return ast.unparse(node) if _changes_secretly(node, names) else ""
        case _:
            return ""
    return next((name for name in found if _reaches(name)), "")


def handed_on(tree: ast.Module, names: Resolver) -> Iterator[ast.expr]:
    """Where a namespace, the shell, or what gives them is handed on, or changed, rather than looked at: from then on
    names may be bound that no statement shows.
    """
    below = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in DOORS and isinstance(node.ctx, ast.Load):
            if not names.is_builtin(node.id):
                continue
            call = below[id(node)]
            if not isinstance(call, ast.Call) or call.func is not node:
                yield node
            elif _gives_itself(call) and not _only_looked_at(call, below, names):
                yield call


def _gives_itself(call: ast.Call) -> bool:
    """Whether ``call`` gives the notebook's namespace or its shell."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    return name == "get_ipython" or (name in NAMESPACE_CALLS and not call.args)


def _only_looked_at(call: ast.Call, below: dict[int, ast.AST], names: Resolver) -> bool:
    of_shell = isinstance(call.func, ast.Name) and call.func.id == "get_ipython"
    match below[id(call)]:
        case ast.Attribute(attr=attr):
            return attr in (_OF_SHELL if of_shell else _LOOKING)
        case ast.Subscript(slice=key, ctx=context):
            return isinstance(context, ast.Load) or (isinstance(key, ast.Constant) and not of_shell)
        case ast.Call(func=ast.Name(id=name)):
            return name in _HARMLESS and not names.bindings(name)
        case ast.Compare() | ast.For() | ast.comprehension() | ast.Expr():
            return True
        case ast.keyword(arg=None):
            return True  # "{x}".format(**locals())
    return False


def _changes_secretly(call: ast.Call, names: Resolver) -> bool:
    """Whether ``call`` gives something another attribute, code or cell than any statement shows."""
    match call:
        case ast.Call(func=ast.Attribute(attr="__setattr__"), args=[owner, _, _]):
            return not (isinstance(owner, ast.Name) and owner.id == "self")
        case ast.Call(func=ast.Attribute(attr="run_line_magic" | "run_cell_magic" | "magic"), args=[magic, *_]):
            known = names.folded(magic)
            return known is None or any(str(one).partition(" ")[0] in _HIDING_MAGICS for one in known)
        case ast.Call(func=ast.Attribute(value=owner, attr="run_cell" | "ex" | "ev"), args=[code, *_]):
            return "get_ipython" in ast.unparse(owner) and names.folded(code) is None
    spoken = [part for given in (*call.args, *(keyword.value for keyword in call.keywords)) for part in _items(given)]
    if any(isinstance(part, ast.Constant) and part.value in _NAMES for part in spoken):
        return True
    rewraps = {"functools.update_wrapper", "functools.wraps"} & set(names.paths(call.func))
    return bool(rewraps) and any(keyword.arg in ("assigned", "updated") for keyword in call.keywords)


def _items(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]


def _reaches(path: str) -> bool:
    first, *rest = path.split(".")
    if first == "foundations":
        return not {*rest[:1]} <= _FOR_NOTEBOOKS
    if first in _MODULES or any(path == module or path.startswith(f"{module}.") for module in _MODULES):
        return True
    return (first == "ctypes" and bool(rest)) or path == "sys.modules" or bool(rest and rest[-1] in _NAMES)
