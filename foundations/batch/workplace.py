"""The functions that a pool runs in its processes. They import the judge there, because torch takes long to import."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from multiprocessing import connection
from typing import TYPE_CHECKING

from foundations.config import Course

if TYPE_CHECKING:
    from foundations.batch.judge import Answer, Judge
    from foundations.batch.snapshot import Archive
    from foundations.batch.tasks import Task

#: The module that the processes fork with.
PRELOADED = "foundations.batch.judge"

#: The judge of this process.
judge: Judge | None = None


def open_judge(address: str, unsafe: bool, courses: Mapping[str, Course]) -> None:
    """Make this process's judge.

    Args:
        address: of the shared fork server.
        unsafe: accept student processes that cannot be confined.
        courses: the known courses, by digest.
    """
    global judge  # noqa: PLW0603 - a pool's initializer has no other way to its tasks
    from foundations.batch.judge import Judge
    from foundations.session.forkserver import ForkServer

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process of the command handles Ctrl-C
    threading.Thread(target=_end_with_parent, args=[address], daemon=True).start()
    judge = Judge(ForkServer(unsafe, address), dict(courses))


def _end_with_parent(address: str) -> None:
    """End this process as soon as the process of the command has ended, even if that was killed.

    ``address`` is the socket of its fork server, in a folder that was made for it.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        if judge is not None:
            judge.forget()
        with contextlib.suppress(OSError):
            os.unlink(address)
            os.rmdir(os.path.dirname(address))
        os._exit(1)


def grade(task: Task, seed: int) -> Answer:
    """Grade one task with the hidden inputs of ``seed``."""
    assert judge is not None
    return judge.grade(task, seed)


def grade_with(archive: Archive, task: Task, seed: int) -> Answer:
    """Grade one task of a course that this machine does not have."""
    assert judge is not None
    judge.learn(task.course, archive)
    return judge.grade(task, seed)
