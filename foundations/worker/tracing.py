"""Traces of a call: the operations that ran, how often, the largest number of elements, and the dataflow between them.

Two modes record the call, because each misses operations of the other: a ``TorchFunctionMode`` records names as written
(``matmul`` for ``@``, ``einsum``, ``item``), a ``TorchDispatchMode`` the operators that really run (``aten.mm``). The
operators and their operands are recorded as a :class:`~foundations.worker.dataflow.Dataflow`, which the judge replays.

This module runs in the student's process, so a trace can be forged or switched off. Counts are evidence only together
with a replay that computes the value of the call. :mod:`foundations.grading.trace` reads them, and skips other forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import MethodWrapperType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, _get_current_function_mode_stack
from torch.utils._python_dispatch import TorchDispatchMode

from foundations.worker.dataflow import Dataflow

Plain = dict[str, Any]

MAX_NAMES = 500
#: Characters of a name that are kept. The judge cuts names as well: a forged one may have millions of characters.
MAX_NAME_CHARACTERS = 80
#: Checks that careful students write. Torch computes them by arithmetic (``isfinite`` multiplies), which a trace does
#: not count.
PREDICATES = frozenset({"isfinite", "isclose"})
_PREDICATES = frozenset(getattr(owner, name) for owner in (torch, torch.Tensor) for name in PREDICATES)
_INDEXING = frozenset({"__getitem__", "__setitem__"})
#: Number of elements of a list of arguments that are examined: enough to find a tensor, cheap for a million floats.
_LOOK_INSIDE = 64


@dataclass(frozen=True)
class Raised:
    """Represents the value of a traced function that raised ``error``, so that the trace is kept."""

    error: BaseException


def trace_call(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any] | None = None,
    inputs: Sequence[Any] | None = None,
) -> tuple[Any, Plain]:
    """Call ``function(*args, **kwargs)`` and report the operations that ran.

    Args:
        inputs: the values whose tensors are the inputs of the recorded dataflow; by default ``args``.

    Returns:
        The value, or a :class:`Raised` that holds the exception, and the trace: ``{"function": [[name, count,
        largest], ...], "dispatch": [...], "flow": {"record", "leaves"}}``, names sorted. ``count`` is the number of
        calls and ``largest`` the largest number of elements of any tensor among their arguments and results. A property
        has its own name (``shape``) and ``largest`` 0. Dispatch names have the form ``aten.mm``.
    """
    inputs = args if inputs is None else inputs
    with torch._C.DisableTorchFunction():
        flow = Dataflow(inputs)
    trace = Trace(flow)
    value: Any
    try:
        with trace:
            value = function(*args, **(kwargs or {}))
    except BaseException as error:
        value = Raised(error)
    return value, trace.plain() | {"flow": flow.plain(value, inputs)}


@contextmanager
def uncounted() -> Iterator[None]:
    """Leave the functions that are called in this block out of the counts of the present trace, if there is one.

    Their operators are recorded and counted as before: a replay needs them to compute the value of the call.
    """
    modes = [mode for mode in _get_current_function_mode_stack() if isinstance(mode, _FunctionMode)]
    before = [mode.counting for mode in modes]
    for mode in modes:
        mode.counting = False
    try:
        yield
    finally:
        for mode, counting in zip(modes, before, strict=True):
            mode.counting = counting


class Trace:
    """Records while it is entered: ``with Trace(flow) as trace: ...``, then ``trace.plain()``."""

    def __init__(self, flow: Dataflow) -> None:
        self._function, self._dispatch = _Tally(), _Tally()
        self._dispatch_mode = _DispatchMode(self._dispatch, flow)
        self._function_mode = _FunctionMode(self._function, self._dispatch_mode, flow)

    def __enter__(self) -> Trace:
        self._function_mode.__enter__()
        self._dispatch_mode.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        for mode in (self._dispatch_mode, self._function_mode):
            try:
                mode.__exit__(None, None, None)
            except Exception:
                # The traced code has emptied torch's stack of modes, so no mode is left to remove.
                continue

    def plain(self) -> Plain:
        """Return the counts of both modes as lists."""
        return {"function": self._function.plain(), "dispatch": self._dispatch.plain()}


class _Tally:
    """Counts operations: name → [count, largest]."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = {}

    def add(self, name: str, *tensors: Iterable[Any]) -> None:
        entry = self.counts.get(name)
        if entry is None:
            if len(self.counts) >= MAX_NAMES:
                return
            entry = self.counts[name] = [0, 0]
        entry[0] += 1
        for group in tensors:
            entry[1] = max(entry[1], _largest(group))

    def plain(self) -> list[list[Any]]:
        return [[name, count, largest] for name, (count, largest) in sorted(self.counts.items())]


class _DispatchMode(TorchDispatchMode):
    def __init__(self, tally: _Tally, flow: Dataflow) -> None:
        super().__init__()
        self._tally = tally
        self._flow = flow
        self._names: dict[Any, tuple[str, str, bool]] = {}
        self.at_rest = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep PyTorch from wrapping this class for its compiler, whose import takes more than a second."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        names = self._names.get(func)
        if names is None:
            packet = str(func.overloadpacket)[:MAX_NAME_CHARACTERS]
            whole = f"{packet}.{func._overloadname}"[:MAX_NAME_CHARACTERS]
            names = self._names[func] = packet, whole, bool(func._schema.is_mutable)
        with torch._C.DisableTorchFunction():  # examining a tensor is an operation too, but not the student's
            encoded = self._flow.encode_args(args, kwargs)
            result = None
            try:
                result = func(*args, **kwargs)
            finally:
                if not self.at_rest:
                    self._tally.add(names[0], args, kwargs.values(), (result,))
            self._flow.add(names[1], *encoded, result, names[2])
        return result


class _FunctionMode(TorchFunctionMode):
    def __init__(self, tally: _Tally, dispatch: _DispatchMode, flow: Dataflow) -> None:
        super().__init__()
        self._tally = tally
        self._dispatch = dispatch
        self._flow = flow
        self._names: dict[Any, str] = {}
        self.counting = True

    def _count(self, name: str, *tensors: Iterable[Any]) -> None:
        if self.counting:
            self._tally.add(name, *tensors)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if type(func) is MethodWrapperType:
            # ``Tensor.shape.__get__``: a property, and a new object at every access.
            name = _name(getattr(func, "__self__", func))
            mark = self._flow.open_call(name)
            result = func(*args, **kwargs)
            self._count(name)
            self._flow.close_call(mark, result)
            return result
        name = self._names.get(func) or self._names.setdefault(func, _name(func))
        result = None
        outside = self._dispatch.at_rest
        self._dispatch.at_rest = outside or func in _PREDICATES
        with torch._C.DisableTorchFunction():
            mark = self._flow.open_call(name, args)
            if name in _INDEXING and len(args) > 1 and _holds_single_index(args[1]):
                self._count("__index__")  # PyTorch reads the number without an operator
        try:
            result = func(*args, **kwargs)
        finally:
            self._dispatch.at_rest = outside
            with torch._C.DisableTorchFunction():
                self._count(name, args, kwargs.values(), (result,))
                self._flow.close_call(mark, result)
        return result


def _name(func: Any) -> str:
    """Return the name of a function: ``matmul``, ``__getitem__``, ``mm`` (for ``aten.mm.default`` too).

    A property has its own name.
    """
    func = getattr(func, "fget", func)
    func = getattr(func, "overloadpacket", func)
    name = getattr(func, "__name__", None)
    if str(getattr(func, "__module__", "")).startswith("torch.autograd"):
        return f"autograd.{name}"[:MAX_NAME_CHARACTERS]  # ``grad`` alone is the property
    return name[:MAX_NAME_CHARACTERS] if type(name) is str else type(func).__name__


def _holds_single_index(index: Any) -> bool:
    """Return whether an index contains a tensor of one whole number, which PyTorch treats as the number."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, torch.Tensor) and part.dim() == 0 and not part.is_floating_point() for part in parts)


def _largest(values: Iterable[Any], depth: int = 2) -> int:
    """Return the largest number of elements of a tensor in ``values``, and in lists there up to ``depth`` deep."""
    most = 0
    for value in values:
        if isinstance(value, torch.Tensor):
            try:
                most = max(most, int(value.numel()))
            except Exception:
                # A student's subclass may raise any exception here, which must not end the trace.
                continue
        elif depth and isinstance(value, list | tuple):
            most = max(most, _largest(islice(value, _LOOK_INSIDE), depth - 1))
    return most
