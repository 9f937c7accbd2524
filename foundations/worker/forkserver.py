"""The fork server: torch, IPython and matplotlib imported, no course file ever opened. It forks student processes
and reaps them.

Started as ``python -I -B -m foundations.worker.forkserver DESCRIPTOR`` by :mod:`foundations.session.forkserver`, which
is the only one to talk to it. Messages are one JSON object each, over a SOCK_SEQPACKET socket; descriptors of the
student process's pipes travel beside "fork".
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import sys
import time
from typing import Any

MESSAGE_BYTES = 1 << 16
#: Seconds that a process gets to end by itself, and to end after it was killed, before this one turns to other work.
_ENDING_S, _KILLED_S = 1.0, 10.0

#: What every notebook does sooner or later, done once before the first fork: fonts are found, formulas are set,
#: figures drawn.
_WARM_CELL = """
import torch
import matplotlib.pyplot as plt
from foundations import data, plots
plt.figure()
plt.title("$x$")
plt.show()
mnist = data.load_mnist(full=False)
display(plots.digits(mnist.x_train[:4], mnist.y_train[:4]))
display(plots.matrix_product((2, 2), (2, 2), cell=(0, 0)))
display(plots.timings({"warm": 1.0}, title="warm"))
"""


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(control.fileno(), False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the judge's to handle
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, as a shell may leave it, no child could be waited for
    from foundations.sandbox import layers as sandbox
    from foundations.sandbox import syscalls

    if syscalls.is_linux():  # elsewhere the control socket's end, below, is all that ends this process
        sandbox.die_with_parent(os.getppid())
    shell = warm_up()
    plan = sandbox.prepare()
    control.send(json.dumps({"ready": True, "owner": plan.owner}).encode())
    dying: list[int] = []
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        if not message:
            return
        request = json.loads(message)
        if request["op"] == "fork":
            reply = fork(control, shell, plan, descriptors, request)
            reap_killed(dying, 0.0)
        elif request["op"] == "kill_later":
            kill(request["pid"])
            dying.append(request["pid"])
            reply = {}
        elif request["op"] == "reap_killed":
            reap_killed(dying, _KILLED_S)
            reply = {}
        else:
            reply = reap(request["pid"], request["kill"], dying)
        control.send(json.dumps(reply).encode())


def warm_up() -> Any:
    """Import what every notebook imports, run each kind of operation once, and freeze the heap for cheap forks."""
    import numpy
    import torch

    torch.set_num_threads(1)
    from foundations import testing
    from foundations.worker import outputs, tracing
    from foundations.worker import server as inside
    from foundations.worker.shell import make_shell

    shell = make_shell()
    weight = torch.ones(4, 4, requires_grad=True)
    torch.nn.functional.conv2d((torch.exp(weight) @ weight)[None, None], torch.ones(1, 1, 2, 2)).sum().backward()
    tracing.trace_call(torch.add, [torch.ones(2), torch.ones(2)])
    outputs.RECORDER.start(1 << 24)
    if failed := shell.run_cell(_WARM_CELL).error_in_exec:
        raise RuntimeError(f"the fork server cannot do what every notebook does: {failed!r}") from failed
    shell.reset()
    shell.run_line_magic("matplotlib", "inline")
    shell.execution_count = 1
    del numpy, testing, inside
    gc.collect()
    gc.freeze()
    if os.path.isdir("/proc/self/task") and (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise RuntimeError(f"the fork server has {threads} threads; a process with threads cannot be forked safely")
    return shell


def fork(
    control: socket.socket, shell: Any, plan: Any, descriptors: list[int], request: dict[str, Any]
) -> dict[str, Any]:
    """Fork a student process that serves on ``descriptors`` (requests, replies); "refused" is why there is none."""
    try:
        pid = os.fork()
    except OSError as error:
        for descriptor in descriptors:
            os.close(descriptor)
        return {"refused": str(error)}
    if pid == 0:
        try:
            control.detach()
            _become_student(shell, plan, descriptors, request)
        finally:
            os._exit(70)  # an exception must never fall back into the loop of the fork server
    for descriptor in descriptors:
        os.close(descriptor)
    return {"pid": pid}


def _become_student(shell: Any, plan: Any, descriptors: list[int], request: dict[str, Any]) -> None:
    """Confine this process, and serve. Where it could not be confined, it says why and does nothing else."""
    from foundations.sandbox import layers as sandbox
    from foundations.worker import server as inside

    os.setsid()
    _die_first()
    scratch = sandbox.ScratchGrant(request["scratch"], request["scratch_bytes"]) if request["scratch"] else None
    confinement = plan, descriptors, request["memory_bytes"], scratch
    layers: list[str] = []
    refused: list[sandbox.ConfinementError] = []
    if request["unsafe"]:
        layers, refused = sandbox.confine_unsafely(*confinement)
    else:
        try:
            layers = sandbox.confine(*confinement)
        except sandbox.ConfinementError as error:
            refused = [error]
    requests, replies = descriptors
    server = inside.Server(shell, requests, replies, request["reply_bytes"], request["output_bytes"])
    server.serve(layers, [error.to_json() for error in refused])


def _die_first() -> None:
    """Where the machine runs out of memory, the kernel ends student code before this process and the judge."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb", buffering=0) as score:
        score.write(b"1000")


def reap_killed(dying: list[int], seconds: float) -> None:
    """Reap killed student processes that nobody asks about; giving back their memory takes them a while."""
    until = time.monotonic() + seconds
    dying[:] = [pid for pid in dying if ending(pid, until) is None]


def kill(pid: int) -> None:
    """Killed by its parent, a process is surely the one that is meant: its number is free only when it is reaped."""
    os.kill(pid, signal.SIGKILL)


def reap(pid: int, first_kill: bool, dying: list[int]) -> dict[str, Any]:
    """Describe how a student process ended, which ends by itself or is killed first.

    A process that claims to end and does not is killed; one that outlives even that for a while is left to
    :func:`reap_killed`.
    """
    found = None if first_kill else ending(pid, time.monotonic() + _ENDING_S)
    if found is None:
        kill(pid)
        found = ending(pid, time.monotonic() + _KILLED_S)
    if found is None:
        dying.append(pid)
    return found or {"status": int(signal.SIGKILL), "cpu_s": 0.0, "peak_bytes": 0}


def ending(pid: int, until: float) -> dict[str, Any] | None:
    """Reap a student process; ``None`` if a thread of it still lives at the moment ``until``.

    The kernel is asked again and again instead of being waited for: a process whose first thread alone has ended looks
    like one that has ended, and whoever waits for it waits as long as the threads that are left.
    """
    while True:
        reaped, status, usage = os.wait4(pid, os.WNOHANG)
        if reaped:
            cpu_s = usage.ru_utime + usage.ru_stime
            return {"status": status, "cpu_s": cpu_s, "peak_bytes": usage.ru_maxrss * 1024}
        if time.monotonic() >= until:
            return None
        time.sleep(0.001)


if __name__ == "__main__":
    main()
