"""Whoever is killed in the middle of a class run: after the same command, the gradebook is what it would have been."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = Path(__file__).parent / "kills.py"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_run_that_is_killed_ends_with_the_same_gradebook() -> None:
    """Judge, warm process and student process, on a new course, a graded one, and the real one.

    In a process of its own, which adopts all orphans of the runs and sees them end. The full number of runs is that
    command with ``--runs 200``.
    """
    command = [sys.executable, str(KILLS), "--runs", "9", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=880)
    assert done.stdout, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["failures"] == [], "\n".join(figures["failures"])
    assert done.returncode == 0
    assert sum(figures["runs"].values()) == 9
    assert {key.partition(",")[0] for key in figures["runs"]} == {"judge", "warm", "student"}
