"""One student process walking one notebook, seen from the judge.

The judge never waits without a deadline. Whatever ends the student process (a crash, an endless loop, ``os._exit``,
memory) costs the cell or the check it happened in: :class:`SessionLost` says what happened in words for a student,
and the next request is answered by a fresh student process that has replayed the cells up to there, without those
that killed one.
"""

from __future__ import annotations

import os
import secrets
import select
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from foundations import sandbox, wire
from foundations.config import Limits
from foundations.errors import InternalError, SessionLost, SubmissionError
from foundations.warm import Forked, Warm

_TICK_S = 0.05


@dataclass
class CellRun:
    """What running one cell gave: outputs in nbformat's form, and the error it stopped with, if any."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    execution_count: int | None = None
    error: dict[str, Any] | None = None


class Session:
    """Runs code cells in order and answers probes, in a student process of its own.

    Args:
        warm: forks the student processes.
        cells: index in the notebook and source of every code cell, in order.
        limits: what the student may use.
    """

    def __init__(self, warm: Warm, cells: Sequence[tuple[int, str]], limits: Limits) -> None:
        self._warm = warm
        self._cells = list(cells)
        self._limits = limits
        self._process: Forked | None = None
        self._cpu_at_request = 0.0
        self._spent_cpu_s = 0.0
        self._deadline = time.monotonic() + limits.notebook_wall_s
        self._next = 0
        self._killers: set[int] = set()
        self.runs: dict[int, CellRun] = {}
        self.restarts = 0
        self.layers: list[str] = []

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all student processes of this session, as the operating system accounts them."""
        return self._spent_cpu_s + (self._clock() if self._process else 0.0)

    def advance(self, index: int) -> None:
        """Run every code cell that stands before position ``index`` of the notebook and has not run yet."""
        while self._next < len(self._cells) and self._cells[self._next][0] < index:
            position, source = self._cells[self._next]
            if self._next in self._killers:
                self._next += 1
                continue
            try:
                self._start()
                self.runs[position] = self._run_cell(source)
            except SessionLost as lost:
                self._killers.add(self._next)
                self.runs[position] = _ended(lost.reason)
            self._next += 1

    def skip(self, index: int, reason: str) -> None:
        """Do not run the cell at position ``index``, now or later: what it calls is known to end the student
        process.
        """
        for number, (position, _) in enumerate(self._cells):
            if position == index and number >= self._next:
                self._killers.add(number)
                self.runs[index] = _ended(reason)

    def finish(self) -> None:
        """Run the cells that are left."""
        self.advance(1 << 60)

    def request(self, operation: str, **values: Any) -> Any:
        """Ask the student process, as it stands at the cell reached, for one thing.

        Raises:
            SessionLost: it ended, hung, or answered with anything but a reply.
        """
        self._start()
        reply = self._ask(operation, self._limits.check_cpu_s, self._limits.check_wall_s, values)
        if not _is_answer(operation, values, reply):
            self._lose("its answer was not one that the grader understands")
        return reply

    def clock(self) -> float:
        """CPU seconds of the present student process, read from outside it."""
        self._start()
        return self._clock()

    def close(self) -> None:
        """End the student process without waiting for its memory to be given back."""
        if self._process is not None:
            process, self._process = self._process, None
            self._spent_cpu_s += _cpu_clock(process.pid)
            os.close(process.requests)
            os.close(process.replies)
            os.kill(process.pid, signal.SIGKILL)
            self._warm.bury(process.pid)

    def _run_cell(self, source: str) -> CellRun:
        reply = self._ask("cell", self._limits.cell_cpu_s, self._limits.cell_wall_s, {"source": source})
        if not isinstance(reply, dict) or not isinstance(reply.get("outputs"), list):
            self._lose("its answer was not one that the grader understands")
        return CellRun(reply["outputs"], reply.get("execution_count"), reply.get("error"))

    def _start(self) -> None:
        """Have a student process that stands where the walk has come to."""
        while self._process is None:
            if self.restarts > self._limits.restarts:
                raise SessionLost(
                    f"the student process had to be started again more than {self._limits.restarts} times"
                )
            self.restarts += 1
            self._process = self._warm.fork(self._limits)
            self._greet()
            self._replay()

    def _greet(self) -> None:
        """No student code is sent before the process has said which layers confine it."""
        reply = self._ask("hello", 10.0, 30.0, {})
        self.layers = reply["layers"]
        if self.layers != list(sandbox.MANDATORY):
            self._end()
            refusal = next((layer for layer in self.layers if layer.startswith("refused")), "layers missing")
            raise SubmissionError(
                f"not graded: the student process could not be confined ({refusal}); no student code was run",
                slug="confinement",
            )

    def _replay(self) -> None:
        for number in range(self._next):
            if number in self._killers:
                continue
            try:
                self._run_cell(self._cells[number][1])
            except SessionLost:
                self._killers.add(number)
                return  # the outer loop starts once more, without this cell

    def _ask(self, operation: str, cpu_s: float, wall_s: float, values: dict[str, Any]) -> Any:
        assert self._process is not None
        nonce = secrets.token_bytes(wire.NONCE_BYTES)
        payload = wire.encode({"op": operation, **values}, 1 << 30)
        self._cpu_at_request = self._clock()
        waiting = _Waiting(cpu_s, wall_s, min(time.monotonic() + wall_s, self._deadline))
        self._send(wire.frame(nonce, payload), waiting)
        try:
            length, echoed = wire.read_frame_header(
                self._receive(wire.FRAME.size, waiting), 2 * self._limits.reply_bytes
            )
            if echoed != nonce:
                self._lose("it wrote to the grader's pipe, which no exercise asks for")
            reply = wire.decode(self._receive(length, waiting))
        except wire.WireError as error:
            return self._lose(f"it wrote something to the grader's pipe that is no answer ({error})")
        if isinstance(reply, dict) and "broken" in reply:
            self._lose(_broken(reply["broken"]))
        return reply

    def _send(self, data: bytes, waiting: _Waiting) -> None:
        assert self._process is not None
        view = memoryview(data)
        while view:
            self._wait(self._process.requests, select.POLLOUT, waiting)
            try:
                view = view[os.write(self._process.requests, view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                self._lose()

    def _receive(self, size: int, waiting: _Waiting) -> bytes:
        assert self._process is not None
        parts: list[bytes] = []
        while size:
            self._wait(self._process.replies, select.POLLIN, waiting)
            try:
                part = os.read(self._process.replies, min(size, 1 << 20))
            except BlockingIOError:
                continue
            if not part:
                self._lose()
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _wait(self, descriptor: int, event: int, waiting: _Waiting) -> None:
        """Until ``descriptor`` is ready, while the student stays within its limits."""
        poll = select.poll()
        poll.register(descriptor, event)
        while True:
            left = waiting.until - time.monotonic()
            if left <= 0:
                self._lose(f"stopped after {waiting.wall_s:g} s: it did not come to an end")
            if poll.poll(1000 * min(left, _TICK_S)):
                return
            if self._clock() - self._cpu_at_request > waiting.cpu_s:
                self._lose(f"stopped after {waiting.cpu_s:g} s of CPU: is there a loop that never ends?")

    def _lose(self, reason: str = "") -> Any:
        """End the student process and say why, in words for the student."""
        status = self._end()
        raise SessionLost(reason or _cause_of_death(status))

    def _end(self) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        os.close(process.requests)
        os.close(process.replies)
        # A process that is about to end by itself gets the moment it needs, so that its own exit status is seen.
        ended_by_itself = _has_ended(process.pid)
        if not ended_by_itself:
            os.kill(process.pid, signal.SIGKILL)
        ending = self._warm.reap(process.pid)
        self._spent_cpu_s += ending["cpu_s"]
        return ending["status"]

    def _clock(self) -> float:
        assert self._process is not None
        return _cpu_clock(self._process.pid)


def _cpu_clock(pid: int) -> float:
    """CPU seconds of another process: Linux's clock of a process is made of its complemented number."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError as error:
        raise InternalError(f"the CPU clock of process {pid} cannot be read: {error}") from error


@dataclass(frozen=True)
class _Waiting:
    """The limits of one request."""

    cpu_s: float
    wall_s: float
    until: float


def _has_ended(pid: int) -> bool:
    """Whether a process that has closed its pipes is a zombie by now; it gets a moment to become one."""
    for _ in range(40):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                if stat.read().rpartition(")")[2].split()[0] in "ZX":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.001)
    return False


def _cause_of_death(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            return "the process was killed, most often for want of memory"
        known: dict[int, str] = {
            signal.SIGSEGV: "segmentation fault",
            signal.SIGXCPU: "CPU limit",
            signal.SIGABRT: "abort",
        }
        return f"the process crashed ({known.get(number, signal.Signals(number).name)})"
    return f"the code ended the process (exit code {os.WEXITSTATUS(status)})"


def _is_answer(operation: str, values: dict[str, Any], reply: Any) -> bool:
    """Whether a reply has the parts that graders rely on. Student code shares the process that wrote it."""
    if not isinstance(reply, dict) or "value" not in reply or not isinstance(reply.get("printed"), str):
        return False
    error = reply.get("error")
    if error is not None and not (
        isinstance(error, dict)
        and isinstance(error.get("name"), str)
        and isinstance(error.get("text"), str)
        and isinstance(error.get("bases"), list)
        and all(isinstance(base, str) for base in error["bases"])
    ):
        return False
    if operation != "call":
        return True
    count = len(values["args"])
    lists = [reply.get("args"), reply.get("attributes")]
    return (
        all(isinstance(one, list) and len(one) == count for one in lists)
        and isinstance(trace := reply.get("trace"), dict | None)
        and all(isinstance(entries, list) for entries in (trace or {}).values())
        and isinstance(reply.get("same_object_as"), int | None)
    )


def _broken(error: Any) -> str:
    name = error.get("name") if isinstance(error, dict) else "an unknown error"
    text = str(error.get("text", ""))[:200] if isinstance(error, dict) else ""
    return f"the code that runs the notebook failed with {name} ({text}): was one of Python's own modules changed?"


def _ended(reason: str) -> CellRun:
    output = {
        "output_type": "error",
        "ename": "SessionLost",
        "evalue": reason,
        "traceback": [f"This cell was lost: {reason}"],
    }
    return CellRun([output], None, {"name": "SessionLost", "bases": [], "text": reason, "line": None})
