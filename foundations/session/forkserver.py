"""The judge's interface to the fork server: start it, fork student processes from it, end it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from foundations.config import Limits, cache_folder
from foundations.errors import CourseError, InternalError

_START_S = 120.0
#: The address of a socket has at most 107 bytes, and fewer on other systems than Linux.
_LONGEST_PLACE = 60
_ANSWER_S = 30.0
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",
    "MPLBACKEND": "agg",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
}
#: Variables with the folders of libraries, and the folders' names in this user's cache.
_CACHES = {"MPLCONFIGDIR": "matplotlib", "IPYTHONDIR": "ipython"}


class ForkServerLost(InternalError):
    """The fork server ended or stopped answering, and its student processes ended. A new one can be started."""


@dataclass(frozen=True)
class Forked:
    """A student process and the judge's ends of its pipes."""

    pid: int
    requests: int
    replies: int
    #: The number of the fork server that forked the process and reaps it.
    generation: int


class ForkServer:
    """One fork server. It is not thread-safe.

    Each worker has its own, and starts it in a thread that lives at least as long, because the kernel ends the fork
    server with the thread that started it.

    Args:
        unsafe: accept student processes that cannot be confined. Their grades are not creditable.
        shared: the address of a :class:`SharedForkServer`, whose twin is used as long as there is one; a new one takes
            seconds to start.
    """

    def __init__(self, unsafe: bool = False, shared: str | None = None) -> None:
        self.unsafe = unsafe
        self._shared = shared
        #: Whether the fork server is a twin, which ends when its connection is closed.
        self._is_twin = False
        #: The user who owns the files of student processes; -1 until the fork server is ready.
        self.owner = -1
        self._generation = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the fork server without waiting, because the judge has to import its own modules meanwhile."""
        if self._runs():
            return
        self.close()
        if self._shared is not None and self._connect(self._shared):
            return
        # Other systems have only streams. A stream keeps messages apart, too, because each waits for its answer.
        kind = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_STREAM
        self._control, theirs = socket.socketpair(socket.AF_UNIX, kind)
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process that writes it
        folder = _caches()
        with contextlib.ExitStack() as passed:
            given = [passed.enter_context(each).fileno() for each in (theirs, *self._listeners())]
            self._process = subprocess.Popen(
                [*self._command(), *map(str, given)],
                env=_ENVIRONMENT | {variable: os.path.join(folder, name) for variable, name in _CACHES.items()},
                cwd="/",
                pass_fds=given,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
                start_new_session=True,
            )
        self._ready = False
        self._generation += 1

    def _runs(self) -> bool:
        return self._is_twin or (self._process is not None and self._process.poll() is None)

    def _connect(self, address: str) -> bool:
        """Connect to a shared fork server; return whether there is one."""
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            control.connect(address)
        except OSError:
            control.close()
            self._shared = None
            return False
        self._control, self._is_twin, self._ready = control, True, False
        self._generation += 1
        return True

    def _command(self) -> list[str]:
        return [sys.executable, "-I", "-B", "-m", "foundations.worker.forkserver"]

    def _listeners(self) -> list[socket.socket]:
        """Return the sockets that other judges connect to; the fork server alone keeps them."""
        return []

    def wait_until_ready(self) -> None:
        """Start the fork server if it does not run, and wait until it is ready.

        Raises:
            InternalError: the fork server could not be started.
        """
        self.start()
        if self._ready:
            return
        try:
            self.owner = self._receive(_START_S)["owner"]
        except InternalError:
            self._discard()
            raise
        self._ready = True

    def close(self) -> None:
        """End the fork server and reap its student processes."""
        if self._ready and self._runs():
            with contextlib.suppress(ForkServerLost):
                self._ask({"op": "reap_killed"})  # so that no process remains
        self._discard()

    def _discard(self) -> None:
        if self._is_twin:
            self._is_twin = False
            self._control.close()
        if self._process is None:
            return
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ANSWER_S)
        self._control.close()
        self._stderr.close()
        self._process = None

    def fork(self, limits: Limits, scratch: str | None = None) -> Forked:
        """Fork a student process, which waits for its first request; ``scratch`` is a folder that it may write to.

        Raises:
            ForkServerLost: the fork server has ended or stopped answering.
            InternalError: the fork server could not be started, or the machine allows no more processes.
        """
        self.wait_until_ready()
        their_requests, requests = os.pipe()
        replies, their_replies = os.pipe()
        try:
            reply = self._ask(
                {
                    "op": "fork",
                    "memory_bytes": limits.memory_bytes,
                    "reply_bytes": limits.reply_bytes,
                    "output_bytes": limits.output_bytes,
                    "scratch": scratch,
                    "scratch_bytes": limits.scratch_bytes,
                    "unsafe": self.unsafe,
                },
                [their_requests, their_replies],
            )
            if "refused" in reply:
                raise InternalError(
                    f"this machine gives no process for student code ({reply['refused']}); close other programs, or "
                    "raise the limit on processes (ulimit -u, pids.max), and grade again",
                    slug="warm",
                )
        except BaseException:
            os.close(requests)
            os.close(replies)
            raise
        finally:
            os.close(their_requests)
            os.close(their_replies)
        os.set_blocking(requests, False)
        os.set_blocking(replies, False)
        return Forked(reply["pid"], requests, replies, self._generation)

    def kill_later(self, process: Forked) -> None:
        """Ask the fork server to kill a student process and to reap it later, without waiting for either."""
        with contextlib.suppress(ForkServerLost):
            self._of(process, {"op": "kill_later", "pid": process.pid})

    def reap(self, process: Forked, kill: bool) -> dict[str, Any]:
        """Wait until a student process has ended; ``kill``: end it first.

        Returns:
            ``status`` as waitpid encodes it, ``cpu_s`` and ``peak_bytes``.

        Raises:
            ForkServerLost: the process has ended with the fork server.
        """
        return self._of(process, {"op": "reap", "pid": process.pid, "kill": kill})

    def is_parent_of(self, process: Forked) -> bool:
        """Decide whether ``process`` may still be alive: it ends with the fork server that forked it."""
        return self._runs() and process.generation == self._generation

    def _of(self, process: Forked, request: dict[str, Any]) -> dict[str, Any]:
        """Send ``request`` to the parent of ``process``; for another parent, the number may be another process's."""
        if not (self._is_twin or self._process is not None) or process.generation != self._generation:
            raise ForkServerLost("the fork server has ended, and the student process with it", slug="warm")
        return self._ask(request)

    def _ask(self, request: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        try:
            self._send(request, descriptors or [])
            return self._receive(_ANSWER_S)
        except InternalError as error:
            self._discard()
            raise ForkServerLost(str(error), slug="warm") from error

    def _send(self, request: dict[str, Any], descriptors: list[int]) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            raise InternalError(f"the fork server has ended: {error}{self._last_stderr_line()}", slug="warm") from error

    def _receive(self, seconds: float) -> dict[str, Any]:
        if not select.select([self._control], [], [], seconds)[0]:
            raise InternalError(f"the fork server did not answer within {seconds:.0f} s", slug="warm")
        try:
            message = self._control.recv(1 << 16)
        except ConnectionError:  # it was killed before it had read the request
            message = b""
        if not message:
            raise InternalError(f"the fork server ended{self._last_stderr_line()}", slug="warm")
        return json.loads(message)

    def _last_stderr_line(self) -> str:
        if self._is_twin:
            return ""
        self._stderr.seek(0)
        lines = self._stderr.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


class SharedForkServer(ForkServer):
    """A fork server for several judges: each gets a twin of it, without the seconds that a start takes.

    Attributes:
        address: the path of its socket, in a folder that only this user may enter. Judges pass it to
            :class:`ForkServer`.
    """

    def __init__(self, unsafe: bool = False) -> None:
        super().__init__(unsafe)
        self._folder = tempfile.mkdtemp(prefix="foundations-", dir=place_of_sockets())
        self.address = os.path.join(self._folder, "forkserver")

    def _listeners(self) -> list[socket.socket]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.address)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listening.bind(self.address)
        listening.listen(64)
        return [listening]

    def close(self) -> None:
        """End the fork server with its twins and their student processes."""
        self._discard()

    def end(self) -> None:
        """End the fork server for good: no judge can connect any more."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __exit__(self, *exc: object) -> None:
        self.end()


def place_of_sockets() -> str:
    """Return the temporary folder, or another one that every process may write to if its path is too long for sockets.

    Raises:
        CourseError: there is none.
    """
    wanted = tempfile.gettempdir()
    for place in (wanted, os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/var/tmp"):
        if place and len(place) <= _LONGEST_PLACE and os.access(place, os.W_OK | os.X_OK):
            return place
    raise CourseError(
        f"the temporary folder {wanted} has a path of {len(wanted)} characters, too long for the addresses of sockets "
        f"in it; set TMPDIR to a folder whose path has at most {_LONGEST_PLACE}",
        slug="temporary-folder",
    )


@cache
def _caches() -> str:
    """Return this user's folder for files of libraries: matplotlib's list of fonts takes seconds to make.

    IPython would make a new temporary folder for each fork server, which is killed and cannot remove it.
    """
    folder = str(cache_folder())
    try:
        for name in _CACHES.values():
            os.makedirs(os.path.join(folder, name), mode=0o700, exist_ok=True)
    except OSError:
        folder = tempfile.mkdtemp(prefix="foundations-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
