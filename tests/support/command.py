"""The ``foundations`` command, run in the tests' own process.

A new process imports torch and nbgrader for seconds, and starts its own fork server. Runs in the tests' process use the
fork server that all tests share.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest import mock

from foundations import cli
from foundations.batch import pool
from foundations.session import forkserver as warming
from foundations.session.forkserver import ForkServer


@dataclass
class Done:
    """The printed text of a command, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


@cache
def shared_forkserver() -> ForkServer:
    """Return the fork server of all tests of this process; it ends with them."""
    forkserver = ForkServer()
    atexit.register(forkserver.close)
    return forkserver


@contextlib.contextmanager
def _borrowed(unsafe: bool = False) -> Iterator[ForkServer]:
    if unsafe:
        with ForkServer(unsafe=True) as own:
            yield own
        return
    shared_forkserver().start()
    yield shared_forkserver()


def foundations(*arguments: object, cwd: Path | str) -> Done:
    """Run ``foundations`` with ``arguments`` in the folder ``cwd``."""
    stdout, stderr, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["foundations", *map(str, arguments)]
    try:
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
            mock.patch.object(warming, "ForkServer", _borrowed),
            mock.patch.object(pool, "cores", return_value=0),
        ):
            cli.main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.argv = before
    return Done(code, stdout.getvalue(), stderr.getvalue())
