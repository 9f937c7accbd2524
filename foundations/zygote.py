"""The warm process: torch, IPython and matplotlib imported, no course file ever opened. It forks student processes
and reaps them.

Started as ``python -I -B -m foundations.zygote DESCRIPTOR`` by :mod:`foundations.warm`, which is the only one to talk
to it. Messages are one JSON object each, over a SOCK_SEQPACKET socket; descriptors of the student process's pipes
travel beside "fork".
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from typing import Any

MESSAGE_BYTES = 1 << 16

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
    from foundations import kernel, sandbox

    if kernel.is_linux():  # elsewhere the control socket's end, below, is all that ends this process
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
            sweep(dying, os.WNOHANG)
        elif request["op"] == "bury":
            kill(request["pid"])
            dying.append(request["pid"])
            reply = {}
        elif request["op"] == "sweep":
            sweep(dying, 0)
            reply = {}
        else:
            reply = reap(request["pid"], request["kill"])
        control.send(json.dumps(reply).encode())


def warm_up() -> Any:
    """Import what every notebook imports, run each kind of operation once, and freeze the heap for cheap forks."""
    import numpy
    import torch

    torch.set_num_threads(1)
    from foundations import inside, outputs, testing, tracing
    from foundations.shell import make_shell

    shell = make_shell()
    weight = torch.ones(4, 4, requires_grad=True)
    torch.nn.functional.conv2d((torch.exp(weight) @ weight)[None, None], torch.ones(1, 1, 2, 2)).sum().backward()
    tracing.trace_call(torch.add, [torch.ones(2), torch.ones(2)])
    outputs.RECORDER.start(1 << 24)
    if failed := shell.run_cell(_WARM_CELL).error_in_exec:
        raise RuntimeError(f"the warm process cannot do what every notebook does: {failed!r}") from failed
    shell.reset()
    shell.run_line_magic("matplotlib", "inline")
    shell.execution_count = 1
    del numpy, testing, inside
    gc.collect()
    gc.freeze()
    if os.path.isdir("/proc/self/task") and (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise RuntimeError(f"the warm process has {threads} threads; a process with threads cannot be forked safely")
    return shell


def fork(
    control: socket.socket, shell: Any, plan: Any, descriptors: list[int], request: dict[str, Any]
) -> dict[str, Any]:
    """Fork a student process that serves on ``descriptors`` (requests, replies)."""
    pid = os.fork()
    if pid == 0:
        try:
            control.detach()
            _become_student(shell, plan, descriptors, request)
        finally:
            os._exit(70)  # an exception must never fall back into the loop of the warm process
    for descriptor in descriptors:
        os.close(descriptor)
    return {"pid": pid}


def _become_student(shell: Any, plan: Any, descriptors: list[int], request: dict[str, Any]) -> None:
    """Confine this process, and serve. Where it could not be confined, it says why and does nothing else."""
    from foundations import inside, sandbox

    os.setsid()
    scratch = sandbox.Scratch(request["scratch"], request["scratch_bytes"]) if request["scratch"] else None
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


def sweep(dying: list[int], options: int) -> None:
    """Reap killed student processes that nobody asks about; giving back their memory takes them a while."""
    dying[:] = [pid for pid in dying if os.waitpid(pid, options) == (0, 0)]


def kill(pid: int) -> None:
    """Killed by its parent, a process is surely the one that is meant: its number is free only when it is reaped."""
    os.kill(pid, signal.SIGKILL)


def reap(pid: int, first_kill: bool) -> dict[str, Any]:
    """Wait for a student process that is ending by itself, or is killed first."""
    if first_kill:
        kill(pid)
    _, status, usage = os.wait4(pid, 0)
    return {"status": status, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024}


if __name__ == "__main__":
    main()
