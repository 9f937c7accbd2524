"""The fork server: a process that has imported torch, IPython and matplotlib. It forks and reaps student processes.

It never opens a course file.

:mod:`foundations.session.forkserver` starts it as ``python -I -B -m foundations.worker.forkserver DESCRIPTOR`` and is
its only client. Each message is one JSON object, sent over a SOCK_SEQPACKET socket. The message "fork" carries the
descriptors of the student process's pipes.

If it gets a second descriptor, a listening socket, it is shared by several judges: for each one that connects, it forks
a twin, which serves that judge alone and ends with the connection. The twins share the memory of the imported modules.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any

MESSAGE_BYTES = 1 << 16
#: Seconds to wait for a process to end without a kill, and after a kill, before the fork server returns to other work.
_ENDING_S, _KILLED_S = 1.0, 10.0

#: A cell that is run once before the first fork, to do work that most notebooks need: find fonts, set formulas and draw
#: figures.
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the judge handles Ctrl-C
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a shell may leave it ignored, and then waiting for a child fails
    from foundations.sandbox import layers as sandbox
    from foundations.sandbox import syscalls

    if syscalls.is_linux():  # on other systems this process ends only when the control socket closes, below
        sandbox.die_with_parent(os.getppid())
    os.environ.update(sandbox.UNCOMPILED)  # PyTorch reads it when it is imported
    shell = warm_up()
    plan = sandbox.prepare()
    control.send(json.dumps({"ready": True, "owner": plan.owner}).encode())
    if len(sys.argv) > 2:
        control = share(control, int(sys.argv[2]))
        plan = sandbox.prepare()  # the twin is another parent
        control.send(json.dumps({"ready": True, "owner": plan.owner}).encode())
    serve(control, shell, plan)


def share(control: socket.socket, listener: int) -> socket.socket:
    """Fork a twin for each judge that connects; return in each twin, with the socket of its judge.

    This process ends when its own judge closes ``control``, and the twins end with it.
    """
    from foundations.sandbox import layers as sandbox
    from foundations.sandbox import syscalls

    listening = socket.socket(fileno=listener)
    twins: list[int] = []
    listening.set_inheritable(False)
    while True:
        ready, _, _ = select.select([control, listening], [], [])
        if control in ready and not control.recv(MESSAGE_BYTES):
            os._exit(0)
        reap_killed(twins, 0.0)
        if listening not in ready:
            continue
        connection, _ = listening.accept()
        this = os.getpid()
        try:
            twin = os.fork()
        except OSError:  # the machine allows no more processes; the judge sees a closed connection
            connection.close()
            continue
        if twin:
            twins.append(twin)
            connection.close()
            continue
        listening.close()
        control.close()
        if syscalls.is_linux():
            sandbox.die_with_parent(this)
        return connection


def serve(control: socket.socket, shell: Any, plan: Any) -> None:
    """Answer the requests of one judge until it closes the connection."""
    dying: list[int] = []
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        except ConnectionError:  # the judge was killed
            return
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
    """Import the libraries that notebooks use, run each kind of operation once, and freeze the heap for cheap forks.

    Raises:
        RuntimeError: the warm-up cell failed, or threads are left, with which a fork is not safe.
    """
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
        raise RuntimeError(f"the fork server's warm-up cell failed with {failed!r}; check the installation") from failed
    shell.reset()
    shell.run_line_magic("matplotlib", "inline")
    shell.execution_count = 1
    del numpy, testing, inside
    gc.collect()
    gc.freeze()
    if os.path.isdir("/proc/self/task") and (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise RuntimeError(
            f"the fork server has {threads} threads after warm-up; more than one cannot be forked safely"
        )
    return shell


def fork(
    control: socket.socket, shell: Any, plan: Any, descriptors: list[int], request: dict[str, Any]
) -> dict[str, Any]:
    """Fork a student process that serves on ``descriptors`` (requests, replies).

    Returns:
        ``{"pid"}``, or ``{"refused"}`` with the kernel's reason if the fork failed.
    """
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
    """Confine this process and serve requests. If a layer is refused, the server only reports the reason."""
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
    """Have the kernel kill this student process before the fork server and the judge if memory runs out."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb", buffering=0) as score:
        score.write(b"1000")


def reap_killed(dying: list[int], seconds: float) -> None:
    """Reap killed student processes, and wait up to ``seconds`` for those that are still releasing their memory."""
    until = time.monotonic() + seconds
    dying[:] = [pid for pid in dying if ending(pid, until) is None]


def kill(pid: int) -> None:
    """Kill a child of this process. Its number cannot belong to another process before it is reaped."""
    os.kill(pid, signal.SIGKILL)


def reap(pid: int, first_kill: bool, dying: list[int]) -> dict[str, Any]:
    """Reap a student process, after a kill if ``first_kill``, and describe how it ended.

    A process that does not end in time is killed. One that then still does not end in time is added to ``dying``, for
    :func:`reap_killed`.
    """
    result = None if first_kill else ending(pid, time.monotonic() + _ENDING_S)
    if result is None:
        kill(pid)
        result = ending(pid, time.monotonic() + _KILLED_S)
    if result is None:
        dying.append(pid)
    return result or {"status": int(signal.SIGKILL), "cpu_s": 0.0, "peak_bytes": 0}


def ending(pid: int, until: float) -> dict[str, Any] | None:
    """Reap a student process and describe its end; return ``None`` if one of its threads still runs at ``until``.

    This polls the kernel and does not block: a process whose first thread has ended looks like one that has ended, and
    a blocking wait would last until the last thread ends.
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
