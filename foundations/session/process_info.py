"""CPU time, threads and end of a student process, read from outside.

On Linux they come from a clock and /proc. On other systems they come from psutil, which nbgrader's kernel installs.
The psutil part has not been tested on another system; it is for ``--unsafe-no-sandbox`` on macOS.
"""

from __future__ import annotations

import sys
import time

_MOMENT_S = 0.04


def cpu_clock(pid: int) -> float:
    """Return the CPU seconds that a process has used.

    Raises:
        OSError: the process does not exist (any more).
    """
    if sys.platform == "linux":
        return time.clock_gettime((~pid << 3) | 2)  # Linux encodes a process's clock as its complemented number
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error as error:
        raise OSError(str(error)) from error
    return float(times.user + times.system)


def other_threads_cpu(pid: int) -> float | None:
    """Return the CPU seconds of all threads of a process but its first one, which now waits for a request.

    Returns:
        ``None`` if the kernel does not account single threads (``CONFIG_SCHED_INFO``), or the process is gone.
    """
    try:
        with open(f"/proc/{pid}/task/{pid}/schedstat", "rb") as schedstat:
            first = int(schedstat.read().split()[0]) / 1e9
        return cpu_clock(pid) - first
    except (OSError, ValueError, IndexError):
        return None


def has_ended(pid: int) -> bool:
    """Decide whether a process that has closed its pipes ends, with all its threads, within a moment."""
    deadline = time.monotonic() + _MOMENT_S
    while time.monotonic() < deadline:
        if _is_gone(pid):
            return True
        time.sleep(0.001)
    return False


def threads(pid: int) -> int:
    """Return the number of threads of a process; 0 if it cannot be read."""
    try:
        return int(_stat(pid)[17])
    except (OSError, IndexError, ValueError):
        return 0


def _stat(pid: int) -> list[str]:
    """Return the fields of a process in /proc, from its state on. The name before it may have any characters."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        return stat.read().rpartition(")")[2].split()


def _is_gone(pid: int) -> bool:
    """Decide whether all threads of a process have ended.

    The state in /proc is the first thread's, and the other threads may outlive it.
    """
    if sys.platform == "linux":
        try:
            fields = _stat(pid)
        except (FileNotFoundError, ProcessLookupError):
            return True
        return fields[0] in "ZX" and int(fields[17]) <= 1
    import psutil

    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
