"""What runs of ours inside the student process: an IPython shell for the cells, and probes that return values.

This module holds no expected value and judges nothing. Student code shares its process and may break or forge all of
it; the judge therefore believes values only, and checks them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache, partial
from typing import Any

import torch

from foundations.worker import protocol, replaying, tracing
from foundations.worker.exceptions import describe_error
from foundations.worker.outputs import RECORDER, Stream
from foundations.worker.shell import Shell
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
        """Answer until the pipe closes. ``layers`` confine this process; without any it says so and does no more."""
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
        """The reply's payload. That this code itself fails is said too: a notebook can break what it stands on."""
        try:
            return protocol.encode(self.operations[request.pop("op")](**request), self.reply_bytes)
        except BaseException as error:
            return protocol.encode({"broken": describe_error(error)}, self.reply_bytes)

    def hello(self) -> dict[str, Any]:
        return self.confinement

    def cell(self, source: str) -> dict[str, Any]:
        """Run one cell as a notebook would."""
        self.quiet.end()
        RECORDER.start(self.output_bytes)
        count = self.shell.execution_count
        result = self.shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        return {
            "outputs": RECORDER.finish(),
            "execution_count": count,
            "error": None if error is None else describe_error(error),
        }

    def watched_cell(self, source: str, names: list[str]) -> dict[str, Any]:
        """Run one cell, and report which of ``names`` it has bound (true) or deleted (false)."""
        before = {name: self.shell.user_ns.get(name, _MISSING) for name in names}
        reply = self.cell(source)
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
    ) -> dict[str, Any]:
        """Call what the notebook has defined as ``function`` and say everything that can be seen of it."""
        for arg, values in zip(args, attributes, strict=True):
            for name, value in values.items():
                setattr(arg, name, value)
        target = self.target(function, caller)

        def run() -> tuple[Any, Any]:
            if not trace:
                return target(*args, **(kwargs or {})), None
            self.quiet.begin()
            return tracing.trace_call(target, args, kwargs)

        reply = self.guarded(run)
        value, seen = reply.pop("value") or (None, None)
        # A traced call returns what the function raised beside the trace, so that the trace is not lost.
        if isinstance(value, tracing.Raised):
            reply["error"] = describe_error(value.error)
            value = None
        return reply | {
            "value": value,
            "trace": seen,
            "args": args,
            "attributes": [_attributes(arg) for arg in args],
            "same_object_as": next((index for index, arg in enumerate(args) if arg is value and arg is not None), None),
        }

    def calls(self, *, function: str, each: list[dict[str, Any]], caller: dict[str, str] | None) -> dict[str, Any]:
        """Several calls, one after the other; what is said of each is in ``value``."""
        return {
            "value": [self.call(function=function, caller=caller, **one) for one in each],
            "error": None,
            "printed": "",
        }

    def probe(self, source: str, function: str, args: list[Any]) -> dict[str, Any]:
        """Run a grader's own probe; it finds the notebook's names through its first argument."""
        run = _of_grader(source, function)
        return self.guarded(lambda: run(self.shell.user_ns, *args))

    def batch(
        self,
        function: str,
        stacks: list[torch.Tensor],
        count: int,
        caller: dict[str, str] | None = None,
        plain: Sequence[Any] = (),
    ) -> dict[str, Any]:
        """Call ``function`` on each of ``count`` fresh inputs and the same ``plain`` values, for the clock outside.

        A grader's function is compiled for the first batch alone: the time is not the student's.
        """
        target = self.target(function, caller, kept=True)

        def run() -> Any:
            self.quiet.begin()
            results = [target(*[stack[index] for stack in stacks], *plain) for index in range(count)]
            alike = all(type(one) is torch.Tensor and one.shape == results[0].shape for one in results)
            return torch.stack(results) if alike and results[0].numel() <= 10_000 else list(results)

        return self.guarded(run)

    def replay(self, jobs: list[dict[str, Any]]) -> dict[str, Any]:
        """Run recorded operators again; asked of processes in which no student code has run."""
        return {"value": replaying.replay(jobs), "error": None, "printed": ""}

    def target(self, name: str, caller: dict[str, str] | None, *, kept: bool = False) -> Any:
        """What is called for ``name``: itself, or a grader's own function that finds it among the notebook's names."""
        value = self.lookup(name)
        if caller is None or value is _MISSING:
            return value
        make = _compiled_once if kept else _of_grader
        return partial(make(**caller), self.shell.user_ns)

    def lookup(self, name: str) -> Any:
        target = self.shell.user_ns
        head, *rest = name.split(".")
        value = target.get(head, _MISSING)
        for part in rest:
            value = getattr(value, part, _MISSING)
        return value

    def guarded(self, action: Callable[[], Any]) -> dict[str, Any]:
        """Run student code; whatever it raises becomes part of the reply, and so does what it prints, even if the
        notebook has redirected its streams.
        """
        RECORDER.start(self.output_bytes)
        value, error = None, None
        try:
            with redirect_stdout(Stream("stdout")), redirect_stderr(Stream("stderr")):
                value = action()
        except BaseException as caught:
            error = describe_error(caught)
        return {"value": value, "error": error, "printed": RECORDER.printed()}


def _of_grader(source: str, function: str) -> Callable[..., Any]:
    """A function of a grader's, which has travelled as source."""
    names: dict[str, Any] = {"torch": torch}
    exec(compile(source, "<probe>", "exec"), names)
    made: Callable[..., Any] = names[function]
    return made


_compiled_once = cache(_of_grader)


class _Missing:
    """The notebook does not define the name; calling it says so in a way the judge knows."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        raise NameError("foundations: not defined")


_MISSING = _Missing()


def _attributes(arg: object) -> dict[str, Any]:
    """Attributes that were set on a tensor, ``.g`` above all."""
    return (
        {key: value for key, value in vars(arg).items() if isinstance(key, str)}
        if isinstance(arg, torch.Tensor)
        else {}
    )


def _read(descriptor: int, size: int) -> bytes:
    parts = []
    while size:
        try:
            part = os.read(descriptor, min(size, 1 << 20))
        except BlockingIOError:
            os.set_blocking(descriptor, True)  # student code has made it so
            continue
        if not part:
            os._exit(0)  # the judge has gone or is done with this session
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
