"""What the judge sees of a student process from outside. Linux tells it through a clock and /proc; elsewhere psutil
does, which nbgrader's kernel brings along. That part has not been tried: it is for ``--unsafe-no-sandbox`` on macOS.
"""

from __future__ import annotations

import sys
import time

_MOMENT_S = 0.04


def cpu_clock(pid: int) -> float:
    """CPU seconds that a process has used.

    Raises:
        OSError: there is no such process (any more).
    """
    if sys.platform == "linux":
        return time.clock_gettime((~pid << 3) | 2)  # the clock of a process is made of its complemented number
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error as error:
        raise OSError(str(error)) from error
    return float(times.user + times.system)


def other_threads_cpu(pid: int) -> float | None:
    """CPU seconds of all threads of a process but its first one, which waits for a request now.

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
    """Whether a process that has closed its pipes has ended by now, with all of its threads; it gets a moment to."""
    deadline = time.monotonic() + _MOMENT_S
    while time.monotonic() < deadline:
        if _is_gone(pid):
            return True
        time.sleep(0.001)
    return False


def threads(pid: int) -> int:
    """Threads of a process; 0 where that cannot be seen."""
    try:
        return int(_stat(pid)[17])
    except (OSError, IndexError, ValueError):
        return 0


def _stat(pid: int) -> list[str]:
    """What /proc knows of a process, from its state on: its name comes before, and may be anything."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        return stat.read().rpartition(")")[2].split()


def _is_gone(pid: int) -> bool:
    """Whether nothing of a process runs any more. The state is that of its first thread, and the others may live on
    when that one has ended.
    """
    if sys.platform == "linux":
        try:
            fields = _stat(pid)
        except (FileNotFoundError, ProcessLookupError):
            return True
        return fields[0] in "ZX" and int(fields[17]) <= 1
    import psutil

    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
