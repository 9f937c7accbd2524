"""Wall and CPU seconds of a whole command, including every process that it started and left behind.

    python -m benchmarks.usage FILE COMMAND ...

writes ``{"wall_s", "cpu_s", "exit"}`` to FILE. It runs as a separate process because it adopts the command's orphans: a
student process whose parent is gone would otherwise not be counted.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Usage:
    """Seconds. ``wall_s`` is until the command itself ended, ``cpu_s`` the sum over all its processes."""

    wall_s: float
    cpu_s: float
    exit: int


def usage(command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str] = os.environ) -> Usage:
    """Run ``command`` in ``folder``, its output to ``log``, and return its usage."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as file, log.open("w", encoding="utf-8") as output:
        root = Path(__file__).parent.parent
        path = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH")]))
        subprocess.run(
            [sys.executable, "-m", "benchmarks.usage", file.name, *command],
            cwd=folder,
            env={**environment, "PYTHONPATH": path},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=True,
        )
        return Usage(**json.load(file))


def _main(file: str, command: list[str]) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "orphans cannot be adopted")
    start = time.perf_counter()
    first = subprocess.Popen(command)
    wall_s, code, cpu_s = 0.0, 0, 0.0
    while True:
        try:
            pid, status, used = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu_s += used.ru_utime + used.ru_stime
        if pid == first.pid:
            wall_s, code = time.perf_counter() - start, os.waitstatus_to_exitcode(status)
    Path(file).write_text(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "exit": code}), "utf-8")


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2:])
