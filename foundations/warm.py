"""The judge's handle on the warm process: start it, fork student processes from it, end it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Any

from foundations.config import Limits
from foundations.errors import InternalError

_START_S = 120.0
_ANSWER_S = 30.0
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",
    "MPLBACKEND": "agg",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
}


@dataclass(frozen=True)
class Forked:
    """A student process and the judge's ends of its pipes."""

    pid: int
    requests: int
    replies: int


class Warm:
    """One warm process. Not thread-safe; each worker has its own."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False

    def __enter__(self) -> Warm:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def start(self) -> None:
        """Start it without waiting: the judge has imports of its own to make meanwhile."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process that writes it
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-m", "foundations.zygote", str(theirs.fileno())],
                env=_ENVIRONMENT | {"HOME": "/nonexistent", "MPLCONFIGDIR": _font_cache()},
                cwd="/",
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                start_new_session=True,
            )
        self._ready = False

    def close(self) -> None:
        if self._process is None:
            return
        if self._ready and self._process.poll() is None:
            with contextlib.suppress(InternalError):
                self._ask({"op": "sweep"})  # no process is left behind
        self._process.kill()
        self._process.wait()
        self._control.close()
        self._complaints.close()
        self._process = None

    def fork(self, limits: Limits) -> Forked:
        """A student process that waits for its first request.

        Raises:
            InternalError: the warm process could not be started or has stopped answering.
        """
        self.start()
        their_requests, requests = os.pipe2(os.O_CLOEXEC)
        replies, their_replies = os.pipe2(os.O_CLOEXEC)
        try:
            reply = self._ask(
                {
                    "op": "fork",
                    "memory_bytes": limits.memory_bytes,
                    "reply_bytes": limits.reply_bytes,
                    "output_bytes": limits.output_bytes,
                },
                [their_requests, their_replies],
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
        return Forked(reply["pid"], requests, replies)

    def bury(self, pid: int) -> None:
        """Have a killed student process reaped some time later; nobody waits for it."""
        with contextlib.suppress(InternalError):
            self._ask({"op": "bury", "pid": pid})

    def reap(self, pid: int) -> dict[str, Any]:
        """How a student process ended: ``status`` as of waitpid, ``cpu_s``, ``peak_bytes``."""
        return self._ask({"op": "reap", "pid": pid})

    def _ask(self, request: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        if not self._ready:
            self._receive(_START_S)
            self._ready = True
        self._send(request, descriptors or [])
        return self._receive(_ANSWER_S)

    def _send(self, request: dict[str, Any], descriptors: list[int]) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            raise InternalError(f"the warm process is gone: {error}{self._last_words()}", slug="warm") from error

    def _receive(self, seconds: float) -> dict[str, Any]:
        if not select.select([self._control], [], [], seconds)[0]:
            raise InternalError(f"the warm process did not answer within {seconds:.0f} s", slug="warm")
        message = self._control.recv(1 << 16)
        if not message:
            raise InternalError(f"the warm process ended{self._last_words()}", slug="warm")
        return json.loads(message)

    def _last_words(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


def _font_cache() -> str:
    """A folder of this user's own where matplotlib keeps its list of fonts, whose making takes seconds."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(home, "foundations", "matplotlib")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        folder = tempfile.mkdtemp(prefix="foundations-")
    return folder
