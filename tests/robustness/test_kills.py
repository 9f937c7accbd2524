"""A process is killed during a class run: after the same command, the gradebook is as in an undisturbed run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = Path(__file__).parent / "kills.py"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("runs", "targets", "options"),
    [
        pytest.param(1, {"judge"}, ["--seed", "7"], id="1 run"),
        pytest.param(100, {"judge", "fork server", "student"}, [], id="100 runs", marks=pytest.mark.slow),
    ],
)
def test_a_run_that_is_killed_ends_with_the_same_gradebook(runs: int, targets: set[str], options: list[str]) -> None:
    """One process is killed in each run, and the gradebook is as in an undisturbed run.

    The judge is killed on a new course. In the long run, judge, fork server and student process are killed on a new
    course, a graded one, and the real one. The runs are in a separate process, which adopts all their orphans and sees
    them end.
    """
    command = [sys.executable, str(KILLS), "--runs", str(runs), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["failures"] == [], "\n".join(figures["failures"])
    assert done.returncode == 0
    assert sum(figures["runs"].values()) == runs
    assert {key.partition(",")[0] for key in figures["runs"]} == targets
