"""Stand-ins: right versions of earlier exercises, which an answer that builds on these uses during one call.

A grader's function makes them in the student's process, and :func:`stand_ins` uses them instead of the notebook's
own. A stand-in that cannot work raises an error about the call of the student's, not about its own formula. Functions
of PyTorch that it calls are not counted in a trace.

Students may read this module. It does not contain a right answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, lru_cache, wraps
from inspect import BoundArguments, Parameter, Signature, signature
from types import CodeType, FunctionType
from typing import Any, TypeVar

import torch

from foundations.worker.replacing import attributes_of, bind, replace
from foundations.worker.tracing import uncounted

_TRANSPARENT = "__foundations_transparent__"
_ANY_NUMBER = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)

_Function = TypeVar("_Function", bound=Callable[..., Any])


@contextmanager
def stand_ins(names: dict[str, Any], implementations: Mapping[str, Any], exercise: str) -> Iterator[None]:
    """Use ``implementations`` instead of the notebook's objects of these names, and restore the notebook's at the end.

    Args:
        names: the notebook's namespace.
        implementations: functions and classes by name.
        exercise: the name of the exercise that is graded; its object is not changed.
    """
    with ExitStack() as undo:
        graded = names.get(exercise)
        for name, implementation in implementations.items():
            replace(undo, names, name, _guarded(name, implementation, names.get(name)), graded)
        yield


@contextmanager
def rebound(names: dict[str, Any], **values: Any) -> Iterator[None]:
    """Bind names of the notebook to other values, and restore the notebook's at the end."""
    with ExitStack() as undo:
        for name, value in values.items():
            bind(undo, names, name, value)
        yield


# ---------------------------------------------------------------------------------- for graders that write stand-ins


def transparent(function: _Function) -> _Function:
    """Mark a stand-in that calls code of the student: its exceptions and operations are those of that code."""
    setattr(function, _TRANSPARENT, True)
    return function


class Notes:
    """Values that a stand-in keeps about an object, outside the object, which may have ``__slots__``."""

    def __init__(self) -> None:
        self._values: dict[int, tuple[object, Any]] = {}

    def __setitem__(self, owner: object, value: Any) -> None:
        self._values[id(owner)] = owner, value  # the object is kept, so that no other one gets its id

    def get(self, owner: object) -> Any:
        """Return the value that was kept about ``owner``, or ``None``."""
        return self._values.get(id(owner), (owner, None))[1]


def promise(owner: object, **attributes: Any) -> None:
    """Set attributes that the notebook's text promises, if ``owner`` can have them."""
    for name, value in attributes.items():
        try:
            object.__setattr__(owner, name, value)
        except (AttributeError, TypeError):
            continue  # it has __slots__


def gradient_of(**tensors: torch.Tensor) -> torch.Tensor:
    """Return ``.g`` of the one tensor that is given by its name: ``gradient_of(out=out)``.

    Raises:
        Misuse: it is not set, is not a tensor, or has another shape than the tensor itself.
    """
    [(name, tensor)] = tensors.items()
    gradient = getattr(tensor, "g", None)
    if gradient is None:
        raise Misuse(AttributeError(f"{name}.g is not set", name="g", obj=tensor))
    if not isinstance(gradient, torch.Tensor):
        raise Misuse(TypeError(f"{name}.g is of type {type(gradient).__name__}, not a tensor"))
    if gradient.shape != tensor.shape:
        shapes = f"has shape {tuple(gradient.shape)}, expected {tuple(tensor.shape)}, the shape of {name}"
        raise Misuse(RuntimeError(f"{name}.g {shapes}"))
    return gradient


class Misuse(Exception):
    """A stand-in was called on values that it cannot use. ``error`` is raised to the student instead."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


# -------------------------------------------------------------------------------------------- the call of a stand-in


def _guarded(name: str, implementation: Any, own: Any) -> Any:
    """Return a stand-in whose calls are arranged as its implementation expects, and whose errors are about the call."""
    if not isinstance(implementation, type):
        return _guarded_function(name, implementation, _signature(own))
    methods = {
        key: _guarded_function(_title(name, key), value, _signature(vars(own).get(key) if _is_class(own) else None))
        for key, value in attributes_of(implementation).items()
        if type(value) is FunctionType
    }
    return type(name, (implementation,), methods)


def _is_class(value: Any) -> bool:
    return isinstance(value, type)


def _title(name: str, method: str) -> str:
    return name if method in {"__init__", "__call__"} else f"{name}.{method}"


def _signature(function: Any) -> Signature | None:
    try:
        if type(function) is FunctionType:
            return _signature_of_code(function, function.__code__)
        return signature(function) if callable(function) else None
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=256)  # the notebook's functions are the same in each call of a check
def _signature_of_code(function: FunctionType, code: CodeType) -> Signature:
    return signature(function)


def _guarded_function(name: str, implementation: Callable[..., Any], own: Signature | None) -> Callable[..., Any]:
    """Return ``implementation`` with arranged arguments and with errors about the call.

    Args:
        name: of the function or method, for messages.
        implementation: the grader's function.
        own: the signature of the notebook's function, if it has one.
    """
    right = cache(lambda: signature(implementation))  # most functions are not called
    passes = getattr(implementation, _TRANSPARENT, False)

    @wraps(implementation)
    def call(*args: Any, **named: Any) -> Any:
        bound = _arranged(name, right(), own, args, named)
        if passes:
            return implementation(*bound.args, **bound.kwargs)
        with uncounted():
            try:
                return implementation(*bound.args, **bound.kwargs)
            except Misuse as misuse:
                misuse.error.args = (f"{misuse} when {name} was called", *misuse.error.args[1:])
                raise misuse.error from None
            except Exception as error:
                raise _about_call(name, bound, error) from None

    return call


def _arranged(name: str, right: Signature, own: Signature | None, args: Any, named: Any) -> BoundArguments:
    """Bind the arguments of a call to the parameters of the right function.

    If they do not fit, they are first bound to those of the notebook's function, which may have other names.

    Raises:
        TypeError: neither signature accepts the call.
    """
    with suppress(TypeError):
        return right.bind(*args, **named)
    wanted = right.parameters
    if own is not None and not _any_number(own):
        with suppress(TypeError):
            given = own.bind(*args, **named).arguments
            if wanted.keys() <= given.keys():
                return right.bind(**{key: given[key] for key in wanted})
            return right.bind(*given.values())
    parameters = ", ".join(parameter for parameter in wanted if parameter != "self")
    raise TypeError(f"{name} takes ({parameters}) and was called with other arguments") from None


def _any_number(parameters: Signature) -> bool:
    return any(parameter.kind in _ANY_NUMBER for parameter in parameters.parameters.values())


def _about_call(name: str, bound: BoundArguments, error: Exception) -> Exception:
    """Return an exception of the class of ``error`` whose text is about the arguments of the call."""
    given = [f"{key} {_shape(value)}" for key, value in bound.arguments.items() if isinstance(value, torch.Tensor)]
    arguments = f" with {', '.join(given)}, which do not fit" if given else " with arguments that do not fit"
    kind = type(error) if type(error).__module__ == "builtins" else RuntimeError
    try:
        return kind(f"{name} was called{arguments}")
    except TypeError:
        return RuntimeError(f"{name} was called{arguments}")


def _shape(tensor: torch.Tensor) -> str:
    return str(tuple(tensor.shape))
