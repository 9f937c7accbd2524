"""Texts for students: quantities, causes of death, and memory that ran out. Sizes are decimal: 1 GB is 10⁹ bytes."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping
from typing import Any

UNREADABLE_REPLY = "its answer was not one that the grader understands"

_DEADLY_SIGNALS: dict[int, str] = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGXCPU: "CPU limit",
    signal.SIGABRT: "abort",
}
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")
_BINARY = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "PiB": 1 << 50, "EiB": 1 << 60}

# torch: "you tried to allocate 7840000000 bytes"; numpy: "Unable to allocate 7.3 GiB for an array with shape …".
_BYTES_ASKED = re.compile(r"you tried to allocate (\d{1,20}) bytes")
_UNITS_ASKED = re.compile(r"Unable to allocate (\d{1,4}(?:\.\d{1,3})?) ([KMGTPE]iB)")


def size(count: float) -> str:
    """Write ``count`` bytes with two significant digits: ``7.8 GB``."""
    value, unit = _two_digits(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        unit += 1
        value = _two_digits(count / 1000**unit)
    return f"{value:g} {_UNITS[unit]}"


def seconds(count: float) -> str:
    """Write ``count`` seconds with two significant digits; below a clock's precision, "less than 0.01 s"."""
    return "less than 0.01 s" if count < 0.01 else f"{_two_digits(count):g} s"


def out_of_memory(error: Mapping[str, Any], limit_bytes: float) -> str | None:
    """Describe which expression asked for how much memory; ``None`` if ``error`` is not about memory.

    Args:
        error: as the student process reports it: ``name``, ``bases``, ``text``, and in ``code`` the failed expression.
        limit_bytes: the memory that the process may use.
    """
    asked = _asked(str(error.get("text")))
    if asked is None and "MemoryError" not in (error.get("bases") or []):
        return None
    code = error.get("code")
    subject = f"`{code}`" if isinstance(code, str) and code else "it"
    amount = "more memory than was left" if asked is None else size(asked)
    return f"{subject} asked for {amount}; the limit is {size(limit_bytes)}"


def cause_of_death(status: int) -> str:
    """Describe how a process ended, from its exit status as waitpid encodes it."""
    if not os.WIFSIGNALED(status):
        return f"the code ended the process (exit code {os.WEXITSTATUS(status)})"
    number = os.WTERMSIG(status)
    if is_kill(status):
        return "the process was killed, most often because memory ran out"
    return f"the process crashed ({_DEADLY_SIGNALS.get(number) or signal.Signals(number).name})"


def is_kill(status: int) -> bool:
    """Return whether a process was killed, from its exit status as waitpid encodes it."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def broken_server(error: object) -> str:
    """Describe the exception that stopped the code in the student process that answers requests.

    Args:
        error: as the student process describes it, with "name" and "text"; not validated.
    """
    name = error.get("name") if isinstance(error, dict) else "an unknown error"
    text = str(error.get("text", ""))[:200] if isinstance(error, dict) else ""
    return f"the code that runs the notebook failed with {name} ({text}): was one of Python's own modules changed?"


def _asked(text: str) -> float | None:
    """Return the bytes that could not be allocated, from torch's or numpy's message."""
    if match := _BYTES_ASKED.search(text):
        return int(match[1])
    if match := _UNITS_ASKED.search(text):
        return float(match[1]) * _BINARY[match[2]]
    return None


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")
