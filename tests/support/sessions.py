"""Requests to sessions as tests make them, and code that ends their processes in odd ways."""

from __future__ import annotations

import torch

SCRATCH = {"scratch_bytes": 1_000_000, "scratch_files": 8}


def kill(forkserver):
    forkserver._process.kill()
    forkserver._process.wait()


def call(session, function, *args, **more):
    return session.request(
        "call",
        function=function,
        args=list(args),
        kwargs={},
        attributes=[dict(vars(a)) if isinstance(a, torch.Tensor) else {} for a in args],
        **more,
    )


def text_of(run):
    return "".join(output.get("text", "") for output in run.outputs)


def error_of(run):
    assert run.error is not None
    return run.error


#: A thread survives, and the first one ends by the system call of a thread, not of a process.
LEADERLESS = """
    import ctypes, os, threading, time
    def hold():
        time.sleep(0.1)
        {hold}
        time.sleep(3600)
    for _ in range({threads}):
        threading.Thread(target=hold).start()
    ctypes.CDLL(None).syscall(60, 0)
"""
CLOSE_ALL = "os.closerange(3, 64)"
