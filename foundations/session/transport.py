"""Requests to the student processes of one session, their replies, and the limits of time on each.

The judge never waits without a deadline.
"""

from __future__ import annotations

import math
import os
import secrets
import select
import time
from dataclasses import dataclass
from typing import Any

from foundations.config import Limits
from foundations.errors import OutOfTime, SessionLost
from foundations.session import messages, process_info
from foundations.session.student_process import StudentProcess
from foundations.worker import protocol

_TICK_S = 0.05
#: A student process with more threads than this is a bomb, even if the kernel still allows more.
_MAX_THREADS = 256
#: How often a notebook's replies may reach the limit for the outputs of one cell. The student process counts its
#: outputs too, but student code may have changed how it counts.
_NOTEBOOK_OUTPUTS = 32


class PipeClosed(Exception):
    """The student process has closed its end of a pipe: it has ended, or soon will."""


@dataclass(frozen=True)
class _Exchange:
    """One request to one process, and its limits.

    Attributes:
        until: the time on the monotonic clock when the reply must be complete.
        cpu_before_s: CPU seconds that the process had used when the request began.
    """

    process: StudentProcess
    cpu_s: float
    wall_s: float
    until: float
    cpu_before_s: float


class Transport:
    """Sends requests and receives replies within a notebook's limits of time and output.

    Attributes:
        reply_bytes: the size of the last reply.
        reply_weight: about how many bytes of memory the last reply takes.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._deadline = math.inf
        self._output_bytes = 0
        self.reply_bytes = 0
        self.reply_weight = 0

    def start_notebook_clock(self) -> None:
        """Start the time that the notebook may take as a whole; a second call has no effect."""
        if self._deadline == math.inf:
            self._deadline = time.monotonic() + self._limits.notebook_wall_s

    def charge_outputs(self, count: int) -> bool:
        """Charge a reply of ``count`` bytes to the notebook's outputs and decide whether they are within the budget.

        The judge keeps all outputs of a notebook in memory.
        """
        self._output_bytes += count
        return self._output_bytes <= _NOTEBOOK_OUTPUTS * self._limits.output_bytes

    def ask(self, process: StudentProcess, operation: str, cpu_s: float, wall_s: float, values: dict[str, Any]) -> Any:
        """Send one request and return the reply, decoded. The caller ends the process if this raises.

        Args:
            process: a student process that waits for a request.
            operation: the name of a request in :mod:`foundations.worker.server`.
            cpu_s: CPU seconds that the process may use.
            wall_s: seconds until the reply must be complete.
            values: the parts of the request.

        Raises:
            OutOfTime: the process used up its CPU or wall time.
            SessionLost: the process broke the protocol or exceeded another limit.
            PipeClosed: the process closed a pipe; its exit status shows the reason.
            ForkServerLost: the process ended with the fork server.
        """
        nonce = secrets.token_bytes(protocol.NONCE_BYTES)
        payload = protocol.encode({"op": operation, **values}, 1 << 30)
        cpu_before_s = process.cpu_s()
        until = min(time.monotonic() + wall_s, self._deadline)
        exchange = _Exchange(process, cpu_s, wall_s, until, cpu_before_s)
        self._send(protocol.frame(nonce, payload), exchange)
        reply = self._reply(nonce, exchange)
        if isinstance(reply, dict) and "broken" in reply:
            raise SessionLost(messages.broken_server(reply["broken"]))
        _check_scratch(process)
        return reply

    def _reply(self, nonce: bytes, exchange: _Exchange) -> Any:
        try:
            header = self._receive(protocol.FRAME.size, exchange)
            length, echoed = protocol.read_frame_header(header, 2 * self._limits.reply_bytes)
            if echoed != nonce:
                raise SessionLost("it wrote to the grader's pipe, which no exercise asks for")
            self.reply_bytes = length
            reply, self.reply_weight = protocol.weighed(self._receive(length, exchange))
        except protocol.WireError as error:
            raise SessionLost(f"it wrote something to the grader's pipe that is not a reply ({error})") from error
        return reply

    def _send(self, data: bytes, exchange: _Exchange) -> None:
        unsent = memoryview(data)
        while unsent:
            self._wait(exchange.process.requests, select.POLLOUT, exchange)
            try:
                unsent = unsent[os.write(exchange.process.requests, unsent) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise PipeClosed from error

    def _receive(self, size: int, exchange: _Exchange) -> bytearray:
        data = bytearray(size)  # the system allocates its memory only as it is filled
        unread = memoryview(data)
        while unread:
            self._wait(exchange.process.replies, select.POLLIN, exchange)
            try:
                count = os.readv(exchange.process.replies, [unread[: 1 << 20]])
            except BlockingIOError:
                continue
            if not count:
                raise PipeClosed
            unread = unread[count:]
        return data

    def _wait(self, descriptor: int, event: int, exchange: _Exchange) -> None:
        """Wait until ``descriptor`` is ready, as long as the process keeps within its limits."""
        poll = select.poll()
        poll.register(descriptor, event)
        while True:
            remaining_s = exchange.until - time.monotonic()
            if remaining_s <= 0:
                raise self._out_of_wall_time(exchange)
            if poll.poll(1000 * min(remaining_s, _TICK_S)):
                return
            _check_scratch(exchange.process)
            if process_info.threads(exchange.process.pid) > _MAX_THREADS:
                raise SessionLost(f"it started more than {_MAX_THREADS} threads")
            if exchange.process.cpu_s() - exchange.cpu_before_s > exchange.cpu_s:
                raise OutOfTime(f"stopped after {exchange.cpu_s:g} s of CPU", ": is there a loop that never ends?")

    def _out_of_wall_time(self, exchange: _Exchange) -> SessionLost:
        if exchange.until == self._deadline:
            whole = f"{self._limits.notebook_wall_s:g} s"
            return SessionLost(f"stopped: the notebook has had the {whole} it may take as a whole")
        return OutOfTime(f"stopped after {exchange.wall_s:g} s", ": it did not come to an end")


def _check_scratch(process: StudentProcess) -> None:
    if excess := process.scratch_excess():
        raise SessionLost(excess)
