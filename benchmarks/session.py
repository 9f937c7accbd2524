"""The time a student waits for a process with torch imported.

How much of it is for forking and confining the process? A fresh Jupyter kernel is measured for comparison.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from jupyter_client.manager import start_new_kernel

from benchmarks.results import Result
from benchmarks.statistic import percentile
from foundations.config import Limits
from foundations.sandbox import layers as sandbox
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session

BAR_S = 0.10
#: For a process that is forked and has confined itself, before any code of a notebook.
CONFINED_BAR_S = 0.015
#: The first cell of both.
_CELL = "import torch\nassert torch.ones(3).sum() == 3"


def measure(
    sessions: int = 200, kernels: int = 5, step: Callable[[str, int, int], None] = lambda what, done, of: None
) -> Result:
    """Time ``sessions`` of one fork server, and ``kernels`` one after the other, each to its first answered cell."""
    start = time.perf_counter()
    with ForkServer() as forkserver:
        _session_s(forkserver)
        forkserver_s = time.perf_counter() - start
        ours, confined = [], []
        for number in range(sessions):
            step("sessions", number, sessions)
            ours.append(_session_s(forkserver))
            confined.append(_confined_s(forkserver))
    theirs = []
    for number in range(kernels):
        step("Jupyter kernels", number, kernels)
        theirs.append(_kernel_s())
    step("Jupyter kernels", kernels, kernels)
    return _result(sorted(ours), sorted(confined), sorted(theirs), forkserver_s)


def _session_s(forkserver: ForkServer) -> float:
    """Return the seconds from the request for a student process to the reply to its first cell."""
    start = time.perf_counter()
    with Session(forkserver, [(0, _CELL)], Limits()) as session:
        session.finish()
        taken = time.perf_counter() - start
        assert session.runs[0].error is None, session.runs[0].error
    return taken


def _confined_s(forkserver: ForkServer) -> float:
    """Return the seconds from the request for a student process to its report that it is fully confined."""
    start = time.perf_counter()
    with Session(forkserver, [], Limits()) as session:
        session.clock()
        taken = time.perf_counter() - start
        assert sandbox.is_complete(session.layers), session.layers
    return taken


def _kernel_s() -> float:
    """Return the seconds from the request for a kernel, as stock grading makes, to its first reply."""
    start = time.perf_counter()
    manager, client = start_new_kernel(kernel_name="python3", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        reply = client.execute(_CELL, reply=True, timeout=120)
        taken = time.perf_counter() - start
        assert reply["content"]["status"] == "ok", reply["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return taken


def _result(ours: list[float], confined: list[float], theirs: list[float], forkserver_s: float) -> Result:
    seconds, confined_s = _summary(ours), _summary(confined)
    kernel = percentile(theirs, 50)
    return Result(
        name="session",
        title="Start of a session, torch imported",
        about="From asking for a student process to the answer of its first cell, which imports torch and uses it.",
        bar=f"95 % of {len(ours)} sessions within {BAR_S:.2f} s; the median of forking and confining within "
        f"{1000 * CONFINED_BAR_S:.0f} ms",
        met=seconds["p95"] <= BAR_S and confined_s["median"] <= CONFINED_BAR_S,
        figures={
            "session_s": seconds,
            "fork_and_confine_s": confined_s,
            "kernel_s": {"median": kernel, "all": theirs},
            "fork_server_s": forkserver_s,
            "ratio_of_medians": kernel / seconds["median"],
        },
        columns=["started", "times", "median", "95 %", "longest"],
        rows=[
            ["session", str(len(ours)), *(f"{1000 * value:.1f} ms" for value in seconds.values())],
            [
                "forking and confining",
                str(len(confined)),
                *(f"{1000 * value:.1f} ms" for value in confined_s.values()),
            ],
            ["fresh Jupyter kernel", str(len(theirs)), f"{1000 * kernel:,.0f} ms", "", f"{1000 * theirs[-1]:,.0f} ms"],
        ],
        notes=[
            f"A session starts {kernel / seconds['median']:.0f}× as fast as a kernel (medians).",
            f"Once for each class the fork server starts: {forkserver_s:.1f} s to the first session's first answer.",
        ],
    )


def _summary(seconds: list[float]) -> dict[str, float]:
    return {name: percentile(seconds, percent) for name, percent in (("median", 50), ("p95", 95), ("longest", 100))}
