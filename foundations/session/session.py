"""Run one notebook's cells and the requests of its checks in student processes.

An end of the student process (a crash, an endless loop, ``os._exit``, memory) costs the cell or the check in which it
happened, and the reason of :class:`SessionLost` explains it to the student. A new student process then replays the
cells up to that point, without those that ended a process, and answers the next request.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType, TracebackType
from typing import Any, NoReturn, TypeVar

from foundations.config import Limits
from foundations.errors import OutOfTime, SessionLost, SubmissionError
from foundations.notebooks.definitions import Bound
from foundations.sandbox import layers as sandbox
from foundations.session import messages, process_info
from foundations.session.forkserver import ForkServer, ForkServerLost
from foundations.session.replies import CellRun, Greeting, is_answer
from foundations.session.scratch import Filler
from foundations.session.sparing import NOTHING_SPARED, Sparing
from foundations.session.student_process import StudentProcess
from foundations.session.transport import PipeClosed, Transport

#: How often in a row the fork server may be lost during one request before the request is not repeated.
_MAX_FORKSERVER_LOSSES = 2

_T = TypeVar("_T")


class Session:
    """Runs code cells in order and answers probes, in its own student process.

    Args:
        forkserver: forks the student processes.
        cells: index in the notebook and source of every code cell, in order.
        limits: the limits of the student's code.
        cell_limits: other limits of time, for cells at these indices.
        fill_scratch: puts files into the scratch folder of each student process, if the limits give it one.
        bound: records which cell binds which exercise's name, and leaves out stubs that would hide an answer.
        sparing: the work that the cells are spared.

    Attributes:
        answers: how many requests of checks were answered.
        bound: as in the arguments.
        check_limits: the limits of the next checks.
        forkserver_losses: how often the fork server was lost and replaced by a new one.
        layers: the layers that confine the student process.
        restarts: how many student processes were started; those lost with the fork server are not counted.
        runs: the run of each cell, by its index in the notebook.
    """

    def __init__(
        self,
        forkserver: ForkServer,
        cells: Sequence[tuple[int, str]],
        limits: Limits,
        cell_limits: Mapping[int, Limits] = MappingProxyType({}),
        fill_scratch: Filler | None = None,
        *,
        bound: Bound | None = None,
        sparing: Sparing = NOTHING_SPARED,
    ) -> None:
        self._forkserver = forkserver
        self._cells = list(cells)
        self._limits = limits
        self._cell_limits = cell_limits
        self.check_limits = limits
        self._fill_scratch = fill_scratch
        self.bound = bound or Bound()
        self._sparing = sparing
        self._process: StudentProcess | None = None
        #: Whether the student process has named its layers, so that student code may run in it.
        self._greeted = False
        self.forkserver_losses = 0
        self._kills: list[int] = []
        self.answers = 0
        self._transport = Transport(limits)
        self._spent_cpu_s = 0.0
        self._next = 0
        self._fatal_cells: set[int] = set()
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
    def was_killed(self) -> bool:
        """Whether a student process was killed by something else than this package, here or in :meth:`again`."""
        return bool(self._kills)

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all student processes of this session, as the operating system accounts them."""
        return self._spent_cpu_s + (self._process.cpu_s() if self._process else 0.0)

    @property
    def reply_weight(self) -> int:
        """About how many bytes of memory the last reply takes."""
        return self._transport.reply_weight

    def again(self) -> Session:
        """Return a session that runs the same notebook from its start, without the cells that ended a process here."""
        bound = self.bound.afresh()
        fresh = Session(self._forkserver, self._cells, self._limits, self._cell_limits, self._fill_scratch, bound=bound)
        fresh._fatal_cells, fresh._sparing, fresh._kills = set(self._fatal_cells), self._sparing, self._kills
        return fresh

    def start(self) -> None:
        """Start a confined student process before the first request.

        Raises:
            SubmissionError: the process could not be started or could not be confined, which is not the student's
                fault.
        """
        try:
            self._retrying(lambda: None)
        except SessionLost as lost:
            raise SubmissionError(
                f"not graded: no process for student code could be started, and none was run: {lost.reason}",
                slug=lost.slug,
            ) from lost

    def advance(self, index: int) -> None:
        """Run every code cell that is before position ``index`` of the notebook and has not run yet."""
        while self._next < len(self._cells) and self._cells[self._next][0] < index:
            position, source = self._cells[self._next]
            if self._next in self._fatal_cells:
                self._next += 1
                continue
            if position in self._sparing.not_run:
                self.runs[position] = CellRun()
                self._next += 1
                continue
            if self.bound.leaves_out(position):
                self.runs[position] = CellRun.left_out(self.bound.left_out[position])
                self._next += 1
                continue
            try:
                run = self._within_output_budget(self._retrying(partial(self._run_cell, position, source)))
                self.runs[position] = run
                self.bound.note(position, run.bound)
            except SessionLost as lost:
                self._fatal_cells.add(self._next)
                self.runs[position] = CellRun.lost(lost.reason)
            self._next += 1

    def skip(self, index: int, reason: str) -> None:
        """Do not run the cell at position ``index``, now or later, because its code is known to end the process."""
        for number, (position, _) in enumerate(self._cells):
            if position == index and number >= self._next:
                self._fatal_cells.add(number)
                self.runs[index] = CellRun.lost(reason)

    def finish(self) -> None:
        """Run the remaining cells."""
        self.advance(1 << 60)

    def request(self, operation: str, **values: Any) -> Any:
        """Send one request to the student process, which has run the cells up to the one reached.

        Raises:
            SessionLost: the process ended, hung, or sent anything but a valid reply.
        """
        limits = self.check_limits
        try:
            reply = self._retrying(lambda: self._ask(operation, limits.check_cpu_s, limits.check_wall_s, values))
        except OutOfTime as lost:
            lost.request = operation, values
            raise
        if not is_answer(operation, values, reply):
            self._fail(messages.UNREADABLE_REPLY)
        self.answers += 1
        for answer in reply["value"] if operation == "calls" else [reply]:
            self._explain(answer["error"])
        return reply

    def clock(self) -> float:
        """Return the CPU seconds of the present student process, read from outside it."""
        return self._retrying(lambda: self._running().cpu_s())

    def other_threads_s(self) -> float | None:
        """Return the CPU seconds of all threads of the present student process but its first.

        Returns:
            ``None`` if the system does not account them.
        """
        return self._retrying(lambda: process_info.other_threads_cpu(self._running().pid))

    def _running(self) -> StudentProcess:
        assert self._process is not None
        return self._process

    def close(self) -> None:
        """End the student process without waiting for its memory to be freed."""
        if self._process is not None:
            with contextlib.suppress(ForkServerLost):
                self._spent_cpu_s += self._process.cpu_s()
            process, self._process = self._process, None
            process.end_later()

    def _run_cell(self, position: int, source: str) -> CellRun:
        limits = self._cell_limits.get(position, self._limits)
        names = list(self.bound.names)
        operation, more = ("watched_cell", {"names": names}) if names else ("cell", {})
        values = {"source": source, "spared": self._sparing.of_cell(position), **more}
        reply = self._ask(operation, limits.cell_cpu_s, limits.cell_wall_s, values)
        run = CellRun.parse(reply)
        if run is None:
            self._fail(messages.UNREADABLE_REPLY)
        run.reply_bytes = self._transport.reply_bytes
        if explained := self._explain(run.error):
            run.outputs.append({"output_type": "stream", "name": "stderr", "text": f"Memory: {explained}.\n"})
        # Does it still answer? A cell that broke the code that runs the notebook is lost, and not the cell after it.
        self._ask("hello", limits.cell_cpu_s, limits.cell_wall_s, {})
        return run

    def _within_output_budget(self, run: CellRun) -> CellRun:
        """Return ``run``, without its outputs if the notebook has had more than any needs."""
        if not self._transport.charge_outputs(run.reply_bytes):
            text = "[left out: the notebook has more outputs than it may have]\n"
            run.outputs = [{"output_type": "stream", "name": "stderr", "text": text}]
        return run

    def _explain(self, error: dict[str, Any] | None) -> str | None:
        """Replace the text of an ``error`` about memory by the amount and the limit, and return the new text."""
        explained = messages.out_of_memory(error, self._limits.memory_bytes) if error else None
        if error and explained:
            error["text"] = explained
        return explained

    def _start(self) -> None:
        """Start a student process that has run the cells up to the one reached, unless there is one."""
        while self._process is None:
            if self.restarts > self._limits.restarts:
                raise SessionLost(
                    f"the student process had to be started again more than {self._limits.restarts} times"
                )
            self.restarts += 1
            self._forkserver.wait_until_ready()
            self._transport.start_notebook_clock()  # not earlier: the fork server may take long to start
            self._process = StudentProcess.fork(self._forkserver, self._limits, self._fill_scratch)
            self._greet()
            self._replay()

    def _retrying(self, work: Callable[[], _T]) -> _T:
        """Return the result of ``work``, repeated in a new process if the fork server is lost.

        The first loss may have any cause. A second loss during the same request is attributed to the student code that
        was running.
        """
        if self._process is not None and not self._process.has_parent():
            self._forget_process()
        for attempt in itertools.count(1):
            self._greeted = self._process is not None
            try:
                self._start()
                return work()
            except ForkServerLost as lost:
                self._forget_process()
                if attempt < _MAX_FORKSERVER_LOSSES:
                    continue
                if not self._greeted:  # no student code was running
                    raise
                self.restarts += 1
                raise SessionLost("the process that starts student code ended twice while this code ran") from lost
        raise AssertionError("unreachable")

    def _forget_process(self) -> None:
        """Forget a student process that ended with the fork server, and do not count it as the student's loss."""
        if self._process is not None:
            self._process.abandon()
            self._process = None
        self.restarts -= 1
        self.forkserver_losses += 1

    def _greet(self) -> None:
        """Check which layers confine the process before any student code is sent to it.

        Raises:
            SubmissionError: a mandatory layer is missing.
        """
        greeting = Greeting.parse(self._ask("hello", 10.0, 30.0, {}))
        if greeting is None:
            self._fail(messages.UNREADABLE_REPLY)
        self.layers = greeting.layers
        self._greeted = True
        if sandbox.is_complete(self.layers) or (self._forkserver.unsafe and self.layers[-1:] == [sandbox.UNSAFE]):
            return
        self._end()
        refused = greeting.refused or [{"layer": "layers", "reason": f"only {self.layers}", "advice": "report this"}]
        raise SubmissionError(
            "not graded: student code could not be confined, and none was run. Missing: {layer}, because {reason}. "
            "What to do: {advice}; `foundations doctor` checks every layer".format_map(refused[0]),
            slug="confinement",
        )

    def _replay(self) -> None:
        for number in range(self._next):
            position = self._cells[number][0]
            if number in self._fatal_cells or position in self.bound.left_out or position in self._sparing.not_run:
                continue
            try:
                self._run_cell(*self._cells[number])
            except SessionLost:
                self._fatal_cells.add(number)
                return  # the loop in _start begins again, without this cell

    def _ask(self, operation: str, cpu_s: float, wall_s: float, values: dict[str, Any]) -> Any:
        """Send one request and return the reply; end the student process if there is none."""
        try:
            return self._transport.ask(self._running(), operation, cpu_s, wall_s, values)
        except PipeClosed:
            status = self._end()
            if messages.is_kill(status):
                self._kills.append(status)
            raise SessionLost(messages.cause_of_death(status)) from None
        except SessionLost:
            with contextlib.suppress(ForkServerLost):
                self._end()
            raise

    def _fail(self, reason: str) -> NoReturn:
        """End the student process because of ``reason``, a text for the student."""
        with contextlib.suppress(ForkServerLost):
            self._end()
        raise SessionLost(reason)

    def _end(self) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        status, cpu_s = process.end()
        self._spent_cpu_s += cpu_s
        return status
