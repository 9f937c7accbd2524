"""The request server of the student process: it runs cells in an IPython shell, and probes that return values.

This module holds no expected value and makes no judgement. Student code shares its process and may break or forge all
of it, so the judge accepts values only, and checks them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stderr, redirect_stdout
from functools import cache, partial
from types import CodeType
from typing import Any

import numpy
import torch

from foundations.worker import protocol, replaying, tracing
from foundations.worker.exceptions import describe_error
from foundations.worker.outputs import RECORDER, Stream
from foundations.worker.shell import Shell
from foundations.worker.sparing import sparing
from foundations.worker.stand_ins import stand_ins as standing_in
from foundations.worker.undisturbed import Quiet


class Server:
    """Answers the judge's requests, one at a time, until the request pipe closes."""

    def __init__(self, shell: Shell, requests: int, replies: int, reply_bytes: int, output_bytes: int) -> None:
        self.shell = shell
        self.requests = requests
        self.replies = replies
        self.reply_bytes = reply_bytes
        self.output_bytes = output_bytes
        self.quiet = Quiet()
        self.operations: dict[str, Callable[..., Any]] = {
            "hello": self.hello,
            "cell": self.cell,
            "watched_cell": self.watched_cell,
            "call": self.call,
            "calls": self.calls,
            "probe": self.probe,
            "batch": self.batch,
            "replay": self.replay,
        }

    def serve(self, layers: list[str], refused: list[dict[str, str]]) -> None:
        """Answer requests until the pipe closes.

        Args:
            layers: names of the layers that confine this process; if there are none, it answers only "hello".
            refused: the layers that could not be applied, with reason and advice.
        """
        self.confinement = {"layers": layers, "refused": refused}
        if not layers:
            self.operations = {"hello": self.hello}
        sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
        while True:
            header = _read(self.requests, protocol.FRAME.size)
            length, nonce = protocol.read_frame_header(header, 1 << 40)
            request = protocol.decode(_read(self.requests, length))
            _write(self.replies, protocol.frame(nonce, self.answer(request)))

    def answer(self, request: dict[str, Any]) -> bytes:
        """Return the payload of the reply. If this server itself fails, the reply is the error under "broken".

        A notebook can break the modules that this server uses.
        """
        try:
            return protocol.encode(self.operations[request.pop("op")](**request), self.reply_bytes)
        except BaseException as error:
            return protocol.encode({"broken": describe_error(error)}, self.reply_bytes)

    def hello(self) -> dict[str, Any]:
        return self.confinement

    def cell(self, source: str, spared: Sequence[str] = ()) -> dict[str, Any]:
        """Run one cell as a notebook would, without the work that :mod:`foundations.worker.sparing` spares it."""
        self.quiet.end()
        RECORDER.start(self.output_bytes)
        count = self.shell.execution_count
        with sparing(self.shell, spared):
            result = self.shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        return {
            "outputs": RECORDER.finish(),
            "execution_count": count,
            "error": None if error is None else describe_error(error),
        }

    def watched_cell(self, source: str, names: list[str], spared: Sequence[str] = ()) -> dict[str, Any]:
        """Run one cell, and report which of ``names`` it has bound (true) or deleted (false)."""
        before = {name: self.shell.user_ns.get(name, _MISSING) for name in names}
        reply = self.cell(source, spared)
        after = {name: self.shell.user_ns.get(name, _MISSING) for name in names}
        changed = {name: value is not _MISSING for name, value in after.items() if value is not before[name]}
        return reply | {"bound": changed}

    def call(
        self,
        *,
        function: str,
        args: list[Any],
        attributes: list[dict[str, Any]],
        kwargs: dict[str, Any] | None = None,
        trace: bool = False,
        caller: dict[str, str] | None = None,
        stand_ins: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Call the notebook's ``function`` and return its value and all visible effects.

        Args:
            function: a dotted name in the notebook.
            args: positional arguments.
            attributes: for each positional argument, the attributes to set on it before the call.
            kwargs: keyword arguments.
            trace: record the operations that run.
            caller: source and name of a grader's function that makes the call.
            stand_ins: source and name of a grader's function that makes right versions of earlier exercises, and
                whether they are to be blank.
        """
        for arg, values in zip(args, attributes, strict=True):
            for name, value in values.items():
                setattr(arg, name, value)
        target = self.target(function, caller)

        def run() -> tuple[Any, Any]:
            with self.standing_in(function, stand_ins):
                if not trace:
                    return target(*args, **(kwargs or {})), None
                self.quiet.begin()
                return tracing.trace_call(target, args, kwargs)

        reply = self.guarded(run)
        value, record = reply.pop("value") or (None, None)
        # A traced call returns the function's exception together with the trace, so that the trace is not lost.
        if isinstance(value, tracing.Raised):
            reply["error"] = describe_error(value.error)
            value = None
        return reply | {
            "value": value,
            "trace": record,
            "args": args,
            "attributes": [_attributes(arg) for arg in args],
            "same_object_as": next((index for index, arg in enumerate(args) if arg is value and arg is not None), None),
        }

    def calls(
        self,
        *,
        function: str,
        each: list[dict[str, Any]],
        caller: dict[str, str] | None,
        stand_ins: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Make several calls, one after the other; ``value`` is the list of their replies."""
        common: dict[str, Any] = {"function": function, "caller": caller, "stand_ins": stand_ins}
        return {
            "value": [self.call(**common, **arguments) for arguments in each],
            "error": None,
            "printed": "",
        }

    def probe(
        self,
        source: str,
        function: str,
        args: list[Any],
        exercise: str = "",
        stand_ins: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Run a grader's own probe, whose first argument is the notebook's namespace."""
        probe = _compiled(source, function)

        def run() -> Any:
            with self.standing_in(exercise, stand_ins):
                return probe(self.shell.user_ns, *args)

        return self.guarded(run)

    def batch(  # noqa: PLR0917 - each is a part of the request
        self,
        function: str,
        stacks: list[torch.Tensor],
        count: int,
        caller: dict[str, str] | None = None,
        plain: Sequence[Any] = (),
        stand_ins: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Call ``function`` on each of ``count`` fresh inputs and the same ``plain`` values, timed from outside.

        A grader's function is compiled for the first batch only, because the compile time is not the student's.
        """
        target = self.target(function, caller, kept=True)

        def run() -> Any:
            self.quiet.begin()
            with self.standing_in(function, stand_ins, kept=True):
                results = [target(*[stack[index] for stack in stacks], *plain) for index in range(count)]
            alike = all(type(result) is torch.Tensor and result.shape == results[0].shape for result in results)
            return torch.stack(results) if alike and results[0].numel() <= 10_000 else list(results)

        return self.guarded(run)

    def replay(self, jobs: list[dict[str, Any]]) -> dict[str, Any]:
        """Run recorded operators again. The judge requests this only of processes in which no student code has run."""
        return {"value": replaying.replay(jobs), "error": None, "printed": ""}

    def target(self, name: str, caller: dict[str, str] | None, *, kept: bool = False) -> Any:
        """Return the notebook's ``name``, or the grader's own function that finds it in the notebook's namespace."""
        value = self.lookup(name)
        if caller is None or value is _MISSING:
            return value
        compiled = _compiled_once if kept else _compiled
        return partial(compiled(**caller), self.shell.user_ns)

    def standing_in(
        self, exercise: str, stand_ins: dict[str, Any] | None, *, kept: bool = False
    ) -> AbstractContextManager[None]:
        """Return a context in which right versions of the exercises above ``exercise`` are in use."""
        if stand_ins is None:
            return nullcontext()
        make = (_compiled_once if kept else _compiled)(stand_ins["source"], stand_ins["function"])
        names = self.shell.user_ns
        return standing_in(names, make(names, exercise, stand_ins["blank"]), exercise)

    def lookup(self, name: str) -> Any:
        """Return the value of a dotted name in the notebook, or ``_MISSING``."""
        target = self.shell.user_ns
        head, *rest = name.split(".")
        value = target.get(head, _MISSING)
        for part in rest:
            value = getattr(value, part, _MISSING)
        return value

    def guarded(self, action: Callable[[], Any]) -> dict[str, Any]:
        """Run student code, and return its value, its exception and its printed text.

        The text is recorded even if the notebook has redirected its streams.
        """
        RECORDER.start(self.output_bytes)
        value, error = None, None
        try:
            with redirect_stdout(Stream("stdout")), redirect_stderr(Stream("stderr")):
                value = action()
        except BaseException as caught:
            error = describe_error(caught)
        return {"value": value, "error": error, "printed": RECORDER.printed()}


def _compiled(source: str, function: str) -> Callable[..., Any]:
    """Compile a grader's function from its source."""
    names: dict[str, Any] = {"torch": torch, "np": numpy}
    exec(_code_of(source), names)
    compiled: Callable[..., Any] = names[function]
    return compiled


_compiled_once = cache(_compiled)


@cache
def _code_of(source: str) -> CodeType:
    """Compile the source of a grader's function once; each call gets new objects from it."""
    return compile(source, "<probe>", "exec")


class _Missing:
    """Represents a name that the notebook does not define; calling it raises an error that the judge recognises."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        raise NameError("foundations: not defined")


_MISSING = _Missing()


def _attributes(arg: object) -> dict[str, Any]:
    """Return the attributes that were set on a tensor, such as ``.g``, and its ``.grad`` if it has one."""
    if not isinstance(arg, torch.Tensor):
        return {}
    attributes = {key: value for key, value in vars(arg).items() if isinstance(key, str)}
    return attributes | ({"grad": arg.grad} if arg.is_leaf and arg.grad is not None else {})


def _read(descriptor: int, size: int) -> bytes:
    parts = []
    while size:
        try:
            part = os.read(descriptor, min(size, 1 << 20))
        except BlockingIOError:
            os.set_blocking(descriptor, True)  # student code has made the pipe non-blocking
            continue
        if not part:
            os._exit(0)  # the judge has ended, or has closed this session
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            os.set_blocking(descriptor, True)
