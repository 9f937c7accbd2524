"""Confinement of a freshly forked student process: what it may not do, one small function for each denial.

This is the one place where confinement is written. The layers here keep an honest mistake (a runaway loop, a matrix
of 80 GB, a file left open) from costing more than itself. They do NOT yet stop an attacker: the file system, the
network and other processes are within the reach of student code until the kernel's own barriers stand here too.
Reports say which layers were in force.

Every function raises :class:`ConfinementError` where it cannot keep its promise; nothing is skipped in silence.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Callable, Iterable

#: Layers without which nothing is graded, in the order in which they are put on.
MANDATORY = ("parent-death signal", "descriptors", "environment", "resource limits")

_PR_SET_PDEATHSIG = 1
_ADDRESS_SPACE_MARGIN = 5 << 29  # mapped files and libraries count for RLIMIT_AS and not for RLIMIT_DATA


class ConfinementError(Exception):
    """A layer could not be put on. No student code has run."""


def confine(keep: Iterable[int], memory_bytes: int) -> list[str]:
    """Confine the calling process for good and name the layers that are now in force.

    Args:
        keep: descriptors that stay open beside 0, 1 and 2.
        memory_bytes: what the process may allocate beyond what it has now.

    Raises:
        ConfinementError: a layer could not be put on; the message names it.
    """
    steps: tuple[Callable[[], None], ...] = (
        die_with_parent,
        lambda: close_descriptors(keep),
        forget_environment,
        lambda: limit_resources(memory_bytes),
    )
    for name, step in zip(MANDATORY, steps, strict=True):
        try:
            step()
        except (OSError, ValueError) as error:
            raise ConfinementError(f"{name}: {error}") from error
    return list(MANDATORY)


def die_with_parent() -> None:
    """No orphan outlives the warm process, however that one ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def close_descriptors(keep: Iterable[int]) -> None:
    """No file of the judge or the warm process can be read through an inherited descriptor."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    low = 3
    for descriptor in sorted(keep):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def forget_environment() -> None:
    """No path, token or name of the grading machine is left in the environment.

    What remains pins the data to the bundled subset.
    """
    os.environ.clear()
    os.environ["FOUNDATIONS_MNIST"] = "bundled"
    os.chdir("/")


def limit_resources(memory_bytes: int) -> None:
    """No allocation beyond the limit, no file written, no core dumped.

    RLIMIT_CPU is left alone: with it the kernel moves a process's CPU clock in steps of a scheduler tick, too coarse
    for what students time in their notebooks. The judge reads the clock from outside and ends what runs too long; if
    it dies, so does everything below it.
    """
    data = _data_bytes() + memory_bytes
    for kind, value in (
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_AS, data + _ADDRESS_SPACE_MARGIN),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        _lower(kind, value)


def _lower(kind: int, value: int) -> None:
    """Lower a limit; one that is already stricter stays, for only root may raise it."""
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _data_bytes() -> int:
    """Bytes of private writable memory that this process has now."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    raise ValueError("/proc/self/status has no VmData line")
