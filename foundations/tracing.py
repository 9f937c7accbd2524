"""What ran while a function was called: which operations, how often, and on how many numbers at most.

Two ways of looking, because each is blind where the other sees: a ``TorchFunctionMode`` sees names as written
(``matmul`` for ``@``, ``einsum``, ``item``), a ``TorchDispatchMode`` what really runs (``aten.mm``). An audit hook adds
what no mode sees: code made from strings, and threads, in which the modes are off.

This module runs inside the student's process, so what it says can be forged: it is evidence beside the source.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import FrameType, MethodWrapperType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

Plain = dict[str, list[list[Any]]]

MAX_NAMES = 500
MAX_NAME_CHARACTERS = 80
#: Recorded, as if it were an operation, where a mode was switched off and not put back.
TURNED_OFF = "tracing turned off"

#: Recorded where a thread was started, or was at work before: in other threads both modes are off.
THREAD = "start_new_thread"
#: Those that were there before any student's code was.
_OWN_THREADS = frozenset(sys._current_frames())
#: Audit events worth a name: those by which work can be done out of sight of both modes.
_AUDITED = frozenset({
    "exec", "compile", "code.__new__", "function.__new__", "pickle.find_class", "gc.get_objects", "ctypes.dlopen",
    "ctypes.dlsym", "os.fork", "os.exec", "os.system", "os.posix_spawn", "subprocess.Popen",
})  # fmt: skip
#: Questions that a careful student asks, and that torch answers by arithmetic of its own (``isfinite`` multiplies).
_PREDICATES = frozenset({torch.isfinite, torch.Tensor.isfinite, torch.isclose, torch.Tensor.isclose})
#: Elements of a list of arguments: enough to see a tensor in it, cheap where it holds a million floats.
_LOOK_INSIDE = 64
#: Folders of libraries. Those on Python's path count too: packages may be in other folders than this environment's own.
_LIBRARIES = tuple({
    folder + os.sep
    for folder in (
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *(folder for folder in sys.path if os.path.basename(folder) in ("site-packages", "dist-packages")),
    )
})  # fmt: skip


@dataclass(frozen=True)
class Raised:
    """Stands for the value of a traced function that raised ``error``: the trace is kept."""

    error: BaseException


def trace_call(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any] | None = None
) -> tuple[Any, Plain]:
    """Call ``function(*args, **kwargs)`` and say what ran.

    Returns:
        The value, or a :class:`Raised` that holds what the function raised, and the trace (:meth:`Trace.plain`).
    """
    trace = Trace()
    value: Any
    try:
        with trace:
            value = function(*args, **(kwargs or {}))
    except BaseException as error:
        value = Raised(error)
    return value, trace.plain()


class Trace:
    """Records while it is entered: ``with Trace() as trace: ...``, then ``trace.plain()``."""

    def __init__(self) -> None:
        self._function, self._dispatch = _Tally(), _Tally()
        self._dispatch_mode = _DispatchMode(self._dispatch)
        self._function_mode = _FunctionMode(self._function, self._dispatch_mode)

    def __enter__(self) -> Trace:
        _install_audit_hook()
        if sys._current_frames().keys() - _OWN_THREADS - {threading.get_ident()}:
            self._function.add(THREAD)  # started before, and out of sight as well
        self._profile = threading.getprofile()
        threading.setprofile(_hear_thread)
        self._function_mode.__enter__()
        self._dispatch_mode.__enter__()
        _listening.append(self._function)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._function in _listening:
            _listening.remove(self._function)
        threading.setprofile(self._profile)
        whole = self._awake()
        for mode in (self._dispatch_mode, self._function_mode):
            try:
                mode.__exit__(None, None, None)
            except Exception:
                # The traced code emptied torch's stack of modes; there is nothing left to take off it.
                whole = False
        if not whole:
            self._function.add(TURNED_OFF)

    def plain(self) -> Plain:
        """The trace: ``{"function": [[name, count, largest], ...], "dispatch": [...]}``, sorted by name.

        ``count`` is the number of calls and ``largest`` the largest number of elements among the tensors that went into
        or came out of one of them. A property is named by itself (``shape``) with ``largest`` 0. Dispatch names read
        ``aten.mm``.
        """
        return {"function": self._function.plain(), "dispatch": self._dispatch.plain()}

    def _awake(self) -> bool:
        """Whether both modes still see an operation (which is not counted)."""
        before = self._function.seen, self._dispatch.seen
        self._function.paused = self._dispatch.paused = True
        torch.empty(0)
        self._function.paused = self._dispatch.paused = False
        return self._function.seen > before[0] and self._dispatch.seen > before[1]


class _Tally:
    """Name → [count, largest]."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = {}
        self.seen = 0
        self.paused = False

    def add(self, name: str, *tensors: Iterable[Any]) -> None:
        self.seen += 1
        if self.paused:
            return
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
    def __init__(self, tally: _Tally) -> None:
        super().__init__()
        self._tally = tally
        self._names: dict[Any, str] = {}
        self.at_work = False
        self.at_rest = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = self._names.get(func)
        if name is None:
            name = self._names[func] = str(func.overloadpacket)[:MAX_NAME_CHARACTERS]
        outside, self.at_work = self.at_work, True
        result = None
        try:
            result = func(*args, **(kwargs or {}))
        finally:
            if not self.at_rest:
                self._tally.add(name, args, (kwargs or {}).values(), (result,))
            self.at_work = outside
        return result


class _FunctionMode(TorchFunctionMode):
    def __init__(self, tally: _Tally, dispatch: _DispatchMode) -> None:
        super().__init__()
        self._tally = tally
        self._dispatch = dispatch
        self._names: dict[Any, str] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if self._dispatch.at_work:
            # Our own dispatch mode runs the operation: nobody wrote it.
            return func(*args, **kwargs)
        if type(func) is MethodWrapperType:
            # ``Tensor.shape.__get__``: a property, and a new object at every access.
            self._tally.add(_name(getattr(func, "__self__", func)))
            return func(*args, **kwargs)
        name = self._names.get(func)
        if name is None:
            name = self._names[func] = _name(func)
        result = None
        outside = self._dispatch.at_rest
        self._dispatch.at_rest = outside or func in _PREDICATES
        try:
            result = func(*args, **kwargs)
        finally:
            self._dispatch.at_rest = outside
            self._tally.add(name, args, kwargs.values(), (result,))
        return result


def _name(func: Any) -> str:
    """``matmul``, ``__getitem__``, ``mm`` (for ``aten.mm.default`` too), and for a property its own name."""
    func = getattr(func, "fget", func)
    func = getattr(func, "overloadpacket", func)
    name = getattr(func, "__name__", None)
    return name[:MAX_NAME_CHARACTERS] if type(name) is str else type(func).__name__


def _largest(values: Iterable[Any], depth: int = 2) -> int:
    """The largest number of elements among the tensors in ``values``, looking ``depth`` lists deep."""
    most = 0
    for value in values:
        if isinstance(value, torch.Tensor):
            try:
                most = max(most, int(value.numel()))
            except Exception:
                # A subclass of the student's own may raise anything here; it is not for us to fail.
                continue
        elif depth and isinstance(value, list | tuple):
            most = max(most, _largest(islice(value, _LOOK_INSIDE), depth - 1))
    return most


#: The tallies that the audit hook writes to. A hook cannot be taken out again: it idles while this is empty.
_listening: list[_Tally] = []
_hooks: list[object] = []


def _install_audit_hook() -> None:
    if not _hooks:
        _hooks.append(_hear)
        sys.addaudithook(_hear)


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if not _listening or event not in _AUDITED:
        return
    caller = sys._getframe(1)
    if caller.f_code.co_filename.startswith(("<frozen", *_LIBRARIES)):
        return  # a late import, or a namedtuple made by a library
    for tally in _listening:
        tally.add(event)


def _hear_thread(frame: FrameType, event: str, arg: object) -> None:
    """Called first thing in every thread that ``threading`` starts (there is no audit event for it in Python 3.11)."""
    sys.setprofile(None)
    for tally in _listening:
        tally.add(THREAD)
