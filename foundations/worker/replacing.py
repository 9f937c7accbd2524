"""Replacement of functions and classes in place, so that every reference to them reaches the replacement.

A new value for a name does not reach a reference that was made earlier: an entry of a dict, a default argument, a
``functools.partial``, the base of a class. So a function gets other code, and a class gets other methods. Everything is
restored when the block of :func:`replaced` ends.

Only objects that the notebook itself has made are changed. For others, such as a function of torch, the name is bound
to the replacement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from types import FunctionType
from typing import Any

_ABSENT = object()


class _Empty:
    """Has the attributes that every class has."""


_OF_EVERY_CLASS = frozenset(vars(_Empty)) | {"__qualname__"}


def replace(undo: ExitStack, names: dict[str, Any], name: str, replacement: Any, exercise: Any) -> None:
    """Replace the object ``names[name]`` of a notebook until ``undo`` is closed.

    Args:
        undo: gets the functions that restore the old state.
        names: the notebook's namespace.
        name: may be missing in ``names``; then it is bound.
        replacement: a function or a class.
        exercise: the object that is being graded. It is never changed, even if ``name`` refers to it too.
    """
    present = names.get(name)
    if isinstance(replacement, type):
        reached = _replace_class(undo, names, name, replacement, exercise)
    else:
        reached = _replace_callable(undo, names, present, replacement, exercise)
    if not reached:
        bind(undo, names, name, replacement)


def bind(undo: ExitStack, names: dict[str, Any], name: str, value: Any) -> None:
    """Bind ``name`` to ``value`` until ``undo`` is closed."""
    before = names.get(name, _ABSENT)

    def restore() -> None:
        if before is _ABSENT:
            names.pop(name, None)
        else:
            names[name] = before

    undo.callback(restore)
    names[name] = value


# ----------------------------------------------------------------------------------------------------------- functions


def _replace_callable(
    undo: ExitStack, names: dict[str, Any], present: Any, replacement: Callable[..., Any], exercise: Any
) -> bool:
    """Replace a callable object; return whether the name reaches the replacement as well."""
    if present is exercise:
        return False
    function = next((link for link in _wrapped(present) if _is_own_function(link, names)), None)
    if function is not None:
        _replace_code(undo, function, replacement)
        return function is present  # a cache around it may answer without calling it
    if type(present) is partial:
        set_state: Any = getattr(present, "__setstate__")  # noqa: B009 - the type stubs do not have it
        undo.callback(set_state, present.__reduce__()[2])
        set_state((replacement, (), {}, {}))
        return True
    call = getattr(type(present), "__call__", None)  # noqa: B004 - the method itself is needed
    if _is_own_function(call, names):
        _set(undo, type(present), "__call__", _for_one_object(present, replacement, call))
        return True
    return False


def _wrapped(value: Any) -> Iterator[Any]:
    """Yield ``value``, and the functions around which it was made by decorators."""
    seen: set[int] = set()
    while value is not None and id(value) not in seen:
        yield value
        seen.add(id(value))
        value = getattr(value, "__wrapped__", None)


def _is_own_function(value: Any, names: dict[str, Any]) -> bool:
    return type(value) is FunctionType and value.__globals__ is names


def _call_replacement(*args: Any, __replacement__: Any, **named: Any) -> Any:
    return __replacement__(*args, **named)


def _replace_code(undo: ExitStack, function: Any, replacement: Callable[..., Any]) -> None:
    """Give a function code that calls ``replacement``, with as many free variables as before.

    Python allows no other number of them; ``__closure__`` and ``__globals__`` cannot be changed at all.
    """
    code = function.__code__
    before = code, function.__defaults__, function.__kwdefaults__
    free = tuple(f"__free_{number}__" for number in range(len(code.co_freevars)))
    undo.callback(_set_code, function, *before)
    new = _call_replacement.__code__.replace(co_freevars=free, co_name=code.co_name)
    _set_code(function, new, None, {"__replacement__": replacement})


def _set_code(function: Any, code: Any, defaults: Any, named_defaults: Any) -> None:
    function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, named_defaults


def _for_one_object(owner: object, replacement: Callable[..., Any], call: Any) -> Callable[..., Any]:
    """Return a ``__call__`` that other objects of the class of ``owner`` keep."""

    def dispatch(self: Any, *args: Any, **named: Any) -> Any:
        return replacement(*args, **named) if self is owner else call(self, *args, **named)

    return dispatch


# ------------------------------------------------------------------------------------------------------------- classes


def _replace_class(undo: ExitStack, names: dict[str, Any], name: str, replacement: type, exercise: Any) -> bool:
    """Give the notebook's class the attributes of ``replacement``; return whether the name reaches them.

    A class of this name among the bases of ``exercise`` gets them too, if a later cell has defined the name again.
    """
    present = names.get(name)
    bases = [base for base in getattr(exercise, "__mro__", ())[1:] if base.__name__ == name]
    targets = {id(target): target for target in (present, *bases) if is_own_class(target, names)}
    for target in targets.values():
        if target is not exercise:
            _give_attributes(undo, target, replacement, exercise)
    return id(present) in targets and present is not exercise


def is_own_class(value: Any, names: dict[str, Any]) -> bool:
    """Return whether ``value`` is a class that a cell of the notebook has defined."""
    return isinstance(value, type) and value.__module__ == names.get("__name__")


def attributes_of(replacement: type) -> dict[str, Any]:
    """Return the attributes of a class and its bases, without those that every class has."""
    found: dict[str, Any] = {}
    for base in reversed(replacement.__mro__[:-1]):
        found |= {name: value for name, value in vars(base).items() if name not in _OF_EVERY_CLASS}
    return found


def _give_attributes(undo: ExitStack, target: type, replacement: type, exercise: Any) -> None:
    given = attributes_of(replacement)
    for name, value in given.items():
        _set(undo, target, name, value)
    for name in vars(object).keys() & vars(target).keys() - given.keys() - _OF_EVERY_CLASS:
        if name == "__init__":
            _set(undo, target, name, _tolerant_init(getattr(target, name)))
        elif name == "__new__":
            # Python forgets after a deletion that object's own __new__ accepts arguments if there is an __init__.
            _set(undo, target, name, staticmethod(_tolerant_new(getattr(target, name))))
        elif callable(getattr(target, name)):
            _delete(undo, target, name)
    for kind in {*_subclasses(target), *getattr(exercise, "__mro__", ())}:
        if target in kind.__mro__ and (abstract := getattr(kind, "__abstractmethods__", None)):
            undo.callback(type.__setattr__, kind, "__abstractmethods__", abstract)
            type.__setattr__(kind, "__abstractmethods__", frozenset(abstract) - given.keys())


def _tolerant_new(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a ``__new__`` that makes a plain object if the notebook's own one does not make one."""

    def __new__(kind: type, *args: Any, **named: Any) -> Any:
        try:
            made = make(kind, *args, **named)
        except Exception:
            made = None
        return made if isinstance(made, kind) else object.__new__(kind)

    return __new__


def _tolerant_init(initialize: Callable[..., None]) -> Callable[..., None]:
    """Return an ``__init__`` that keeps the attributes which the notebook's own one sets, but not its exceptions."""

    def __init__(self: Any, *args: Any, **named: Any) -> None:
        try:
            initialize(self, *args, **named)
        except Exception:
            return

    return __init__


def _subclasses(target: type) -> Iterator[type]:
    yield target
    children: list[type] = type.__subclasses__(target)
    for child in children:
        yield from _subclasses(child)


def _set(undo: ExitStack, target: type, name: str, value: Any) -> None:
    """Set an attribute of a class itself; the ``__setattr__`` of its metaclass does not run."""
    before = vars(target).get(name, _ABSENT)
    if before is _ABSENT:
        undo.callback(type.__delattr__, target, name)
    else:
        undo.callback(type.__setattr__, target, name, before)
    type.__setattr__(target, name, value)


def _delete(undo: ExitStack, target: type, name: str) -> None:
    undo.callback(type.__setattr__, target, name, vars(target)[name])
    type.__delattr__(target, name)
