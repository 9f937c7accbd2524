"""The machine in words: the facts a reader needs to weigh a figure, without the name of the machine or its owner."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

#: Half of the competing processes count, the other half walk through more memory than a cache holds. Each checks now
#: and then that its parent still exists, so that none outlives an interrupted benchmark.
_COUNTING = "import os, sys\nwhile os.getppid() == int(sys.argv[1]):\n for i in range(1000000): pass"
_WALKING = (
    "import os, sys\na = bytearray(64 << 20)\nb = memoryview(bytearray(64 << 20))\n"
    "while os.getppid() == int(sys.argv[1]): a[:] = b"
)


def describe() -> dict[str, str | int | float]:
    """Return CPU model, cores, memory in GiB, kernel, Python and torch."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "virtual": "hypervisor" in _cpuinfo("flags").split(),
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def in_words(machine: dict[str, str | int | float]) -> str:
    """Format the description as one line."""
    kind = "virtual machine" if machine["virtual"] else "machine"
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {kind}, {machine['kernel']}, "
        f"Python {machine['python']}, torch {machine['torch']}"
    )


@contextmanager
def competitors(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keep ``count`` other processes busy for as long as the block runs."""
    sources = [(_COUNTING, _WALKING)[number % 2] for number in range(count)]
    processes = [subprocess.Popen([sys.executable, "-I", "-c", source, str(os.getpid())]) for source in sources]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _cpu_model() -> str:
    return _cpuinfo("model name") or platform.processor() or platform.machine()


def _cpuinfo(key: str) -> str:
    """Return the first value of ``key`` in Linux's list of processors; empty on other systems."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == key), "")
