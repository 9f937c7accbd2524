"""A class that is stopped half-way, several times, and resumed.

``python tests/robustness/resumed.py --students 300`` grades a generated class with two judges, kills the command twice
at a random moment, stops it once with Ctrl-C, lets it end, and compares gradebook, folders and reports with those of a
run without stops. ``tests/robustness/test_resumed.py`` runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import kills

#: Bodies of the two functions, right and wrong.
_DOUBLE = ("return x + x", "return 2 * x", "return x * x", "return x", "return x.add(x)", "raise ValueError('no')")
_TRIPLE = ("return 3 * x", "return x + x + x", "return 2 * x", "return None", "x *= 3\n    return x", "return 1 / 0")
#: Seconds within which Ctrl-C ends the command, and all processes of a killed one end.
STOP_S, GONE_S = 2.0, 20.0
_RUN_S = 1800.0
_STOPPED = 130


def make_class(root: Path, students: int, chosen: random.Random) -> None:
    """Make a course with ``students`` submissions, each different."""
    kills.make_new(root)
    shutil.rmtree(root / "submitted")
    for number in range(students):
        double, triple = chosen.choice(_DOUBLE), chosen.choice(_TRIPLE)
        kills.hand_in(root, f"s{number:03}", f"{double}  # {number}", triple)


class Command:
    """One run of the command that an instructor types."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events = root.parent / "events.jsonl"
        self.events.unlink(missing_ok=True)
        options = ["--workers", "2", "--json-dir", "../reports", "--log-json", str(self.events)]
        self.process = kills.launched(root, "course", *options)

    def graded(self) -> list[dict[str, Any]]:
        """Return the log's lines on results so far."""
        if not self.events.exists():
            return []
        lines = self.events.read_text("utf-8").splitlines()
        return [event for line in lines if line.endswith("}") and (event := json.loads(line))["event"] == "graded"]

    def wait_for(self, results: int, chosen: random.Random) -> None:
        """Wait until that many results were computed, and for a moment of random length.

        Raises:
            AssertionError: the run ended before.
        """
        while sum(not event["unchanged"] for event in self.graded()) < results:
            assert self.process.poll() is None, f"the run ended with {self.process.returncode} before it was stopped"
            time.sleep(0.02)
        time.sleep(chosen.uniform(0, 0.3))

    def kill(self) -> None:
        """Kill the command, and wait until all its processes have ended."""
        self.process.kill()
        self.process.wait()
        kills.seconds_until_gone(GONE_S)

    def interrupt(self) -> float:
        """Press Ctrl-C; return the seconds until the command has ended."""
        before = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(60)
        took = time.monotonic() - before
        assert code == _STOPPED, f"Ctrl-C ended it with {code}"
        kills.seconds_until_gone(GONE_S)
        return took

    def finish(self) -> int:
        code = self.process.wait(_RUN_S)
        kills.seconds_until_gone(GONE_S)
        return code


def results(root: Path) -> dict[str, Any]:
    """Return all that a run leaves: gradebook, executed notebooks, and reports without their measured times."""
    reports = {}
    for path in sorted((root.parent / "reports").glob("*.json")):
        report = json.loads(path.read_text("utf-8"))
        reports[path.name] = {name: value for name, value in report.items() if name not in ("timing", "environment")}
    return {**kills.snapshot(root, exact=True), "reports": reports}


def compared(students: int, seed: int) -> dict[str, Any]:
    """Grade a class undisturbed and disturbed; return figures, of which ``differences`` is empty if all is well."""
    chosen = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="foundations-resumed-"))
    make_class(folder / "template", students, chosen)
    quiet, stopped = (shutil.copytree(folder / "template", folder / name / "root") for name in ("quiet", "stopped"))
    before = time.monotonic()
    code = Command(quiet).finish()
    quiet_s = time.monotonic() - before
    stops: list[int] = []
    for share in (0.2, 0.3):
        run = Command(stopped)
        run.wait_for(round(share * students), chosen)
        run.kill()
        stops.append(len(run.graded()))
    run = Command(stopped)
    run.wait_for(round(0.2 * students), chosen)
    interrupt_s = run.interrupt()
    stops.append(len(run.graded()))
    last = Command(stopped)
    assert last.finish() == code
    kept = sum(event["unchanged"] for event in last.graded())
    differences = kills.differences(results(quiet), results(stopped))
    if not differences:
        shutil.rmtree(folder)
    return {
        "seed": seed,
        "students": students,
        "exit": code,
        "undisturbed_s": round(quiet_s, 1),
        "results at each stop": stops,
        "kept": kept,
        "interrupt_s": round(interrupt_s, 2),
        "differences": differences,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args(arguments)
    with kills.adopting():
        figures = compared(options.students, options.seed)
    print(json.dumps(figures))
    return bool(figures["differences"])


if __name__ == "__main__":
    sys.exit(main())
