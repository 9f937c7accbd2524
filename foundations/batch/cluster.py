"""Judges on the workers of a Dask cluster, which may be other machines.

A worker runs tasks in threads; so each has one process with a judge, which grades one task after the other. A worker
that lacks the course of a task gets the task again with the course's files.
"""

from __future__ import annotations

import contextlib
import ipaddress
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from foundations.batch.pool import JudgePool
from foundations.errors import CourseError

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds to wait for the scheduler.
_PATIENCE_S = 30
_EXTRA = "pip install 'foundations-kit[cluster]'"


class Cluster(Executor):
    """An executor over the workers of a Dask cluster.

    Args:
        address: of the scheduler, such as ``tls://192.0.2.7:8786``.
        unsafe: accept student processes that cannot be confined.

    Raises:
        CourseError: Dask is not installed, the scheduler does not answer or has no worker, or the connection would not
            be encrypted.
    """

    def __init__(self, address: str, *, unsafe: bool = False) -> None:
        must_be_encrypted(address)
        try:
            import distributed
        except ImportError as error:
            raise CourseError(
                f"--scheduler needs Dask, which is not installed here; install it with {_EXTRA}", slug="scheduler"
            ) from error
        self._unsafe = unsafe
        try:
            self._client = distributed.Client(address, timeout=_PATIENCE_S, set_as_default=False)
        except Exception as error:  # Dask raises errors of many classes for addresses and certificates
            raise CourseError(
                f"the scheduler {address} cannot be reached: {error}; look whether it runs, and whether Dask's "
                "configuration names the certificates (docs/scaling.md)",
                slug="scheduler",
            ) from error
        self._lost = distributed.scheduler.KilledWorker
        #: Two tasks for each worker, so that the next one is there when a worker is free.
        self.workers = 2 * len(self._client.nthreads())
        if not self.workers:
            self.shutdown()
            raise CourseError(f"the scheduler {address} has no worker; start at least one", slug="scheduler")

    def start(self) -> None:
        """Return at once: the workers run already."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn(*args, **kwargs)`` in the process of a worker that is free."""
        future: Future[T] = Future()
        theirs = self._client.submit(run_in_judge, self._unsafe, fn, args, kwargs, pure=False)
        theirs.add_done_callback(lambda done: self._settle(future, done))
        return future

    def _settle(self, future: Future[Any], done: Any) -> None:
        """Copy the outcome of Dask's future."""
        try:
            result = done.result()
        except self._lost as error:  # Dask has given the task to several workers, and lost each
            lost = BrokenProcessPool(str(error))
            lost.__cause__ = error
            future.set_exception(lost)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        done.release()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the connection; the cluster is left running."""
        with contextlib.suppress(Exception):
            self._client.close()


def must_be_encrypted(address: str) -> None:
    """Refuse to send notebooks and hidden tests over a network without encryption.

    Raises:
        CourseError: the scheduler is on another machine, and its address does not begin with ``tls://``.
    """
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme in {"tls", "inproc"} or _is_this_machine(parts.hostname or ""):
        return
    raise CourseError(
        f"the scheduler {address} is on another machine, and the connection would not be encrypted, although it "
        "carries hidden tests and students' notebooks; use an address that begins with tls:// (docs/scaling.md)",
        slug="scheduler",
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# ------------------------------------------------------------------------------------------ code that runs on a worker

_pool: JudgePool | None = None
_one_at_a_time = threading.Lock()


def run_in_judge(unsafe: bool, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    """Run ``fn`` in the process of this worker's judge; it starts with the first task."""
    global _pool  # noqa: PLW0603 - a worker has one judge for all of its tasks
    with _one_at_a_time:
        if _pool is None:
            # Dask starts workers as daemons, which may have no children, so that none outlive them. The judge's
            # process does not: it ends when the connection to its parent is closed.
            multiprocessing.current_process().daemon = False
            _pool = JudgePool(1, {}, unsafe=unsafe)
        return _pool.submit(fn, *args, **kwargs).result()
