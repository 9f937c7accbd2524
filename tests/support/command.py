"""The ``foundations`` command, run in the tests' own process.

A new process imports torch and nbgrader for seconds, and starts a warm process of its own. Runs in this one borrow the
warm process that all tests share.
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
from foundations.session import forkserver as warming
from foundations.session.forkserver import Warm


@dataclass
class Done:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


@cache
def shared_warm() -> Warm:
    """The warm process of all tests of this process; it ends with them."""
    one = Warm()
    atexit.register(one.close)
    return one


@contextlib.contextmanager
def _borrowed(unsafe: bool = False) -> Iterator[Warm]:
    if unsafe:
        with Warm(unsafe=True) as own:
            yield own
        return
    shared_warm().start()
    yield shared_warm()


def foundations(*arguments: object, cwd: Path | str) -> Done:
    """Run ``foundations`` with ``arguments`` in the folder ``cwd``."""
    stdout, stderr, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["foundations", *map(str, arguments)]
    try:
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
            mock.patch.object(warming, "Warm", _borrowed),
        ):
            cli.main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.argv = before
    return Done(code, stdout.getvalue(), stderr.getvalue())
