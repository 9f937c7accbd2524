"""Judges in processes on this machine, each with one task at a time.

A killed process breaks a whole :class:`concurrent.futures.ProcessPoolExecutor`; so each process has a pool to itself,
which is replaced when it is broken. The processes fork from one that has imported the judge's modules, and their fork
servers are twins of one fork server.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import util
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

from foundations.batch import workplace
from foundations.config import Course
from foundations.session import forkserver

P = ParamSpec("P")
T = TypeVar("T")

#: Tasks after which a process is replaced, so that its memory does not grow with the class.
_TASKS_OF_A_PROCESS = 100
_SAFE_PATH = "PYTHONSAFEPATH"


def cores() -> int:
    """Return the number of cores that this process may use, which is the default number of judges."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class JudgeHere(Executor):
    """An executor with the judge in this process, where a debugger can follow it.

    Args:
        courses: the known courses, by the digest that tasks name them by.
        unsafe: accept student processes that cannot be confined.
    """

    workers = 1

    def __init__(self, courses: Mapping[str, Course], *, unsafe: bool = False) -> None:
        self._forkserver = contextlib.ExitStack()
        server = self._forkserver.enter_context(forkserver.ForkServer(unsafe))
        from foundations.batch.judge import Judge

        workplace.judge = Judge(server, dict(courses))

    def start(self) -> None:
        """Return at once: the judge is here already."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call ``fn(*args, **kwargs)`` at once, and return a future that is done.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes of the judge."""
        if workplace.judge is not None:
            workplace.judge.close()
            workplace.judge = None
        self._forkserver.close()


class JudgePool(Executor):
    """An executor over judges on this machine.

    A task whose process is lost raises :class:`concurrent.futures.process.BrokenProcessPool`; the others continue.

    Args:
        workers: the number of processes.
        courses: the known courses, by the digest that tasks name them by.
        unsafe: accept student processes that cannot be confined.
    """

    def __init__(self, workers: int, courses: Mapping[str, Course], *, unsafe: bool = False) -> None:
        self.workers = workers
        self._forkserver = forkserver.SharedForkServer(unsafe)
        _make_folder_of_sockets()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([workplace.PRELOADED])
        start = self._forkserver.address, unsafe, dict(courses)

        def new_pool() -> ProcessPoolExecutor:
            return ProcessPoolExecutor(1, context, workplace.open_judge, start)

        self._seats = [_Seat(new_pool) for _ in range(workers)]
        self._free: queue.SimpleQueue[_Seat] = queue.SimpleQueue()
        self._starting: threading.Thread | None = None

    def start(self) -> None:
        """Start the processes, which import torch, while the command does other work. The first task does it too.

        A run whose results are all kept needs none of them.
        """
        if self._starting is None:
            self._forkserver.start()  # it imports while the judges' modules are imported
            self._starting = threading.Thread(target=self._start_all, name="starting judges", daemon=True)
            self._starting.start()

    def _start_all(self) -> None:
        for seat in self._seats:
            with contextlib.suppress(OSError):  # the next task of the seat raises it again
                seat.submit(os.getpid)
            self._free.put(seat)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn(*args, **kwargs)`` in a process that is free; wait for one if there is none."""
        self.start()
        seat = self._free.get()
        try:
            future = seat.submit(fn, *args, **kwargs)
        except BaseException:
            self._free.put(seat)
            raise
        future.add_done_callback(lambda _: self._free.put(seat))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all processes. With ``cancel_futures``, those in the middle of a task are killed."""
        if self._starting is not None:
            self._starting.join()
        for seat in self._seats:
            seat.close(kill=cancel_futures, wait=wait)
        self._forkserver.end()


def _make_folder_of_sockets() -> None:
    """Make the folder for the sockets of the standard library's pools where their addresses are short enough."""
    before, tempfile.tempdir = tempfile.tempdir, forkserver.place_of_sockets()
    try:
        util.get_temp_dir()  # makes it at the first call
    finally:
        tempfile.tempdir = before


@contextlib.contextmanager
def _without_working_directory() -> Iterator[None]:
    """Start Python processes that import no module of the working directory, which may be a student's folder.

    The standard library starts the helpers of its pools as ``python -c``.
    """
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE_PATH]
        else:
            os.environ[_SAFE_PATH] = before


class _Seat:
    """The place of one process, which is replaced when it is lost, and when it has graded many tasks."""

    def __init__(self, new_pool: Callable[[], ProcessPoolExecutor]) -> None:
        self._new_pool = new_pool
        self._pool: ProcessPoolExecutor | None = None
        self._processes: set[BaseProcess] = set()
        self._tasks = 0
        self._is_broken = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run ``fn`` in the process; a new one starts if it was lost."""
        if self._pool is None or self._is_broken or self._tasks >= _TASKS_OF_A_PROCESS:
            self.close(kill=False, wait=False)
            self._pool, self._tasks, self._is_broken = self._new_pool(), 0, False
        self._tasks += 1
        before = set(multiprocessing.active_children())
        with _without_working_directory():
            future = self._pool.submit(fn, *args, **kwargs)
        self._processes |= set(multiprocessing.active_children()) - before
        future.add_done_callback(self._look)
        return future

    def _look(self, future: Future[Any]) -> None:
        self._is_broken = not future.cancelled() and isinstance(future.exception(), BrokenProcessPool)

    def close(self, *, kill: bool, wait: bool) -> None:
        if self._pool is None:
            return
        for process in self._processes if kill else ():
            process.kill()
        self._processes = set()
        self._pool.shutdown(wait=wait, cancel_futures=True)
        self._pool = None
