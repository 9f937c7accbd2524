"""Attempts of the denied actions, by the confined process itself, before it receives student code.

Each attempt is harmless if it succeeds. Each must fail with the error of its layer, because a different error would
mean that something other than the layer prevented it.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from errno import EACCES, ENOSYS, EPERM, errorcode

from foundations.sandbox import privileges, syscalls

_TRACEME = 0
_NEWUSER = 0x10000000
_SIGCHLD = 17
#: The kind of a CPU clock, in the low bits of its number; the higher bits are the process.
_PROCESS_CLOCK = 2
_NOT_A_CALL = 0x3000_0000


def run(forkserver: int, temporary: str, keep: Iterable[int]) -> None:
    """Make every attempt, and check the state of the process.

    Args:
        forkserver: the number of the parent process.
        temporary: a folder that every user may write to.
        keep: descriptors that are meant to be open, in addition to 0, 1 and 2.

    Raises:
        OSError: an attempt succeeded or failed with an unexpected error, or the state is wrong.
    """
    for action, expected, attempt in (*_files(forkserver, temporary), *_calls(forkserver)):
        _must_fail(action, expected, attempt)
    for name, value, required in _state(keep):
        if value != required:
            raise OSError(f"{name} is {value}, and must be {required}")


def _files(forkserver: int, temporary: str) -> Iterator[tuple[str, int, Callable[[], object]]]:
    for path in ("/etc/passwd", "/proc/self/environ", "/proc/1/cmdline", f"/proc/{forkserver}/mem", temporary):
        if os.path.lexists(path):
            yield f"opening {path}", EACCES, lambda path=path: os.open(path, os.O_RDONLY)  # type: ignore[misc]
    yield f"a new file in {temporary}", EACCES, lambda: _make_file(f"{temporary}/foundations-{os.getpid()}")


def _calls(forkserver: int) -> Iterator[tuple[str, int, Callable[[], object]]]:
    """Yield attempts that are harmless if they succeed: their target does not exist, or already has the new state."""
    yield "a network socket", EPERM, lambda: socket.socket(socket.AF_INET)
    yield "a local socket", EPERM, lambda: socket.socket(socket.AF_UNIX)
    yield "another process", EPERM, _fork
    yield "another program", EPERM, lambda: os.execv("/nonexistent", ["nonexistent"])
    yield "tracing", EPERM, lambda: syscalls.call("ptrace", _TRACEME, 0, 0, 0)
    yield "a signal to the parent", EPERM, lambda: os.kill(forkserver, 0)
    yield "a signal to all", EPERM, lambda: os.kill(-1, 0)
    yield "the session of the parent", EPERM, lambda: os.getsid(forkserver)
    yield "the priority of the parent", EPERM, lambda: os.getpriority(os.PRIO_PROCESS, forkserver)
    yield "the clock of the parent", EPERM, lambda: time.clock_gettime(~forkserver << 3 | _PROCESS_CLOCK)
    yield "a user namespace", EPERM, lambda: syscalls.call("unshare", _NEWUSER)
    yield "becoming root", EPERM, lambda: os.setuid(0)
    yield "truncating a file", EPERM, lambda: os.truncate("", 0)
    yield "changing permissions", EPERM, lambda: os.chmod("", 0)
    yield "cancelling the parent-death signal", EPERM, lambda: syscalls.prctl(syscalls.PR_SET_PDEATHSIG, 0)
    yield "anonymous files", EPERM, lambda: syscalls.call("memfd_create", b"", 0)
    yield "an unknown call", ENOSYS, lambda: syscalls.call_number(_NOT_A_CALL, "unknown")


def _state(keep: Iterable[int]) -> Iterator[tuple[str, object, object]]:
    yield "the parent-death signal", _parent_death_signal(), int(signal.SIGKILL)
    yield "no new privileges", syscalls.prctl(syscalls.PR_GET_NO_NEW_PRIVS), 1
    yield "the mode of seccomp", syscalls.prctl(syscalls.PR_GET_SECCOMP), 2
    yield "dumpable", syscalls.prctl(syscalls.PR_GET_DUMPABLE), 0
    yield "the set of capabilities", privileges.capabilities(), (0, 0, 0)
    yield "the list of open descriptors", _open_descriptors(), sorted({0, 1, 2, *keep})


def _must_fail(action: str, expected: int, attempt: Callable[[], object]) -> None:
    try:
        attempt()
    except OSError as error:
        if error.errno == expected:
            return
        name = errorcode.get(error.errno or 0, str(error))
        raise OSError(f"{action} fails with {name} instead of {errorcode[expected]}") from error
    raise OSError(f"{action} was possible, and must fail with {errorcode[expected]}")


def _make_file(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)


def _fork() -> None:
    """Fork by clone, which every machine has, without Python's hooks. If there is a child, it ends at once."""
    if syscalls.call("clone", _SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)


def _parent_death_signal() -> int:
    import ctypes

    number = ctypes.create_string_buffer(4)
    syscalls.call("prctl", syscalls.PR_GET_PDEATHSIG, number, 0, 0, 0)
    return int.from_bytes(number.raw, "little")


def _open_descriptors() -> list[int]:
    """Return the open descriptors, by testing each number: /proc is not readable now, and RLIMIT_NOFILE bounds them."""
    opened = []
    for descriptor in range(64):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        opened.append(descriptor)
    return opened
