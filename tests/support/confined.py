"""Run a piece of Python in a separate process, where it may confine itself for good; also as another user.

``python confined.py`` reads the piece from standard input. The arguments of ``say(...)`` in the piece are returned.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LAUNCHER = Path(__file__).parents[1] / "attacks" / "another_user.py"
MASK = Path(__file__).parent / "masking.py"
NOBODY = 65534
#: The users to try: the user who runs the tests; for root also root with a Python that everybody may read, in whatever
#: folder it is, and an ordinary user.
USERS = {"self": os.getuid(), "open": 0, "nobody": NOBODY} if os.getuid() == 0 else {"self": os.getuid()}
EACH_USER = pytest.mark.parametrize("user", USERS)
AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user; this run is unprivileged")

_HEAD = """
import json as _json, os as _os
_answers = _os.dup(1)
def say(**values):
    _os.write(_answers, (_json.dumps(values) + "\\n").encode())
"""


def command(*arguments: str, user: str = "self", masked: tuple[str, ...] = ()) -> list[str]:
    """Return the command that runs this Python with ``arguments`` as ``user``.

    The kernel seems to lack the layers ``masked``.
    """
    whole = [sys.executable, *arguments]
    if masked:
        whole = [sys.executable, str(MASK), *masked, "--", *whole]
    if user != "self":
        needed = [sys.base_prefix, sys.prefix, str(ROOT)]
        whole = [sys.executable, str(LAUNCHER), str(USERS[user]), *needed, "--", *whole]
    return whole


#: Runs a piece in a child that is confined as a student process is; if an exception refuses it, the exception is
#: reported instead.
_STUDENT = """
import os, sys
from foundations.sandbox import layers as confinement
plan = confinement.prepare()
pid = os.fork()
if pid == 0:
    try:
        scratch = confinement.ScratchGrant(*{scratch!r}) if {scratch!r} else None
        layers = confinement.confine(plan, [_answers], {memory_bytes}, scratch)
        exec({piece!r}, globals())
    except confinement.ConfinementError as error:
        say(refused=error.to_json())
    except BaseException as error:
        say(failed=repr(error))
    finally:
        os._exit(0)
os.waitpid(pid, 0)
"""


def student(
    piece: str,
    user: str = "self",
    masked: tuple[str, ...] = (),
    memory_bytes: int = 256 << 20,
    scratch: tuple[str, int] | None = None,
) -> dict[str, Any]:
    """Run ``piece`` in a confined process and return its report; ``layers`` and ``plan`` are names that it has."""
    piece = textwrap.dedent(piece)
    return run(_STUDENT.format(piece=piece, memory_bytes=memory_bytes, scratch=scratch), user, masked)


#: Runs each attempt and gives the name of its error, or "done".
_TRY = """
import fcntl, resource, signal, socket, subprocess, time
from errno import errorcode
from foundations.sandbox import syscalls
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(syscalls.__file__)))
results = {}
for name, code in ATTEMPTS.items():
    try:
        exec(code, globals())
        results[name] = "done"
    except OSError as error:
        results[name] = errorcode.get(error.errno, str(error))
    except BaseException as error:
        results[name] = repr(error)
say(**results)
"""


def trying(attempts: dict[str, str], user: str, **more: Any) -> dict[str, Any]:
    """Run each of ``attempts``, code by name, in one confined process; return "done" or an error by name."""
    return student(f"ATTEMPTS = {attempts!r}\n{_TRY}", user, **more)


def run(piece: str, user: str = "self", masked: tuple[str, ...] = (), timeout: float = 60) -> dict[str, Any]:
    """Run ``piece`` and return its last report; without one, its stderr fails the test."""
    done = subprocess.run(
        command("-B", "-c", _HEAD + textwrap.dedent(piece), user=user, masked=masked),
        cwd="/",
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if not done.stdout.strip():
        pytest.fail(f"nothing was said; exit code {done.returncode}; {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
