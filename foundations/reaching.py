"""Code that reaches out of the notebook, for what runs it: another function can then answer in the place of an
exercise's own, which is all that reading the exercise shows.
"""

from __future__ import annotations

import ast

from foundations.resolving import Resolver

#: By these code finds, from anywhere in the process, what calls it and measures it. No exercise has a use for them.
_REACHING = frozenset({
    "_current_frames", "_getframe", "ag_frame", "cr_frame", "currentframe", "f_back", "f_builtins", "f_globals",
    "f_locals", "get_objects", "get_referents", "get_referrers", "gi_frame", "setprofile", "settrace", "tb_frame",
    "__globals__", "__subclasses__",
})  # fmt: skip
#: Parts of this package that are for notebooks.
_FOR_NOTEBOOKS = frozenset({"testing", "data", "plots"})
#: Names by which the others are found, in ``foundations``, in ``sys``, and through ``ctypes``.
_OURS = frozenset({
    "inside", "modules", "sandbox", "tracing", "wire", "zygote",
    "CDLL", "PyDLL", "cast", "cdll", "memmove", "memset", "py_object", "pythonapi", "string_at",
})  # fmt: skip


def reaches_out(node: ast.AST, names: Resolver) -> str:
    """How ``node`` reaches out of the notebook; empty where it does not."""
    match node:
        case ast.Attribute(attr=name) if name in _REACHING:
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
        case _:
            return ""
    return next((name for name in found if _reaches(name)), "")


def _reaches(path: str) -> bool:
    first, *rest = path.split(".")
    if first == "foundations":
        return not {*rest[:1]} <= _FOR_NOTEBOOKS
    return (first == "ctypes" and bool(rest)) or path == "sys.modules" or bool(rest and rest[-1] in _REACHING)
