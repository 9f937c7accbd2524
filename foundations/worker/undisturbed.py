"""Timed and traced calls without the process-wide settings of the notebook.

Some honest settings slow down every operation: ``tracemalloc.start()``, a profile that was never stopped,
``torch.set_default_device("cpu")``. ``torch.set_num_threads(4)`` takes more CPU time and moves work to other threads. A
speed check compares with a process that has none of these settings, and work in other threads looks like an evasion.
"""

from __future__ import annotations

import cProfile
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch

#: Restores a setting.
_Switch = Callable[[], Any]


class Quiet:
    """Switches off the settings that slow down all code of the process, and restores them."""

    def __init__(self) -> None:
        self._again = ExitStack()

    def begin(self) -> None:
        """Switch off the settings until the next cell, because switching them for each call would take time."""
        for switch_off in (_memory, _lines, _profile, _device, _threads, _determinism):
            if (switch_on := switch_off()) is not None:
                self._again.callback(switch_on)

    def end(self) -> None:
        """Restore the notebook's settings."""
        self._again.close()


def _memory() -> _Switch | None:
    if not tracemalloc.is_tracing():
        return None
    depth = tracemalloc.get_traceback_limit()
    tracemalloc.stop()
    return lambda: tracemalloc.start(depth)


def _lines() -> _Switch | None:
    trace = sys.gettrace()
    if trace is None:
        return None
    sys.settrace(None)
    return lambda: sys.settrace(trace)


def _profile() -> _Switch | None:
    profile: Any = sys.getprofile()
    if profile is None:
        return None
    sys.setprofile(None)
    return profile.enable if isinstance(profile, cProfile.Profile) else lambda: sys.setprofile(profile)


def _device() -> _Switch | None:
    """Switch off a default device that is the CPU. Tensors are made on the CPU without it, so no result changes."""
    chosen = getattr(getattr(torch, "_GLOBAL_DEVICE_CONTEXT", None), "device_context", None)
    if chosen is None or chosen.device.type != "cpu":
        return None
    torch.set_default_device(None)
    return lambda: torch.set_default_device(chosen.device)


def _threads() -> _Switch | None:
    """Set one thread, as in every student process before its first cell."""
    count = torch.get_num_threads()
    if count == 1:
        return None
    torch.set_num_threads(1)
    return lambda: torch.set_num_threads(count)


def _determinism() -> _Switch | None:
    """Switch off deterministic algorithms, which fill the memory of every new tensor."""
    if not torch.are_deterministic_algorithms_enabled():
        return None
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(False)
    return lambda: torch.use_deterministic_algorithms(True, warn_only=warn_only)
