"""Faults made on purpose: judge, fork server and student process are killed at random moments of a class run.

``python tests/robustness/kills.py --runs 200`` grades a small class again and again, kills one process in each run,
repeats the command if needed, and compares gradebook and folders with those of an undisturbed run.
``tests/robustness/test_kills.py`` runs it with smaller numbers.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import builders
from course_builder import ROOT
from hidden_tests import GRADER

#: The process that is killed, and how often of a hundred.
TARGETS = {"judge": 50, "fork server": 25, "student": 25}
#: The class, and how often of ten. "new" has no gradebook; "again" has one, in which a person has graded, too.
CLASSES = {"new": 4, "again": 5, "real": 1}
ASSIGNMENTS = {"new": "course", "again": "course", "real": "01_matmul"}
#: Seconds in which all processes of a killed judge must end, and in which a run must end.
GONE_S, RUN_S = 20.0, 240.0
#: How often a run is repeated in which the target was gone before it could be killed.
_ATTEMPTS = 6
_PR_SET_CHILD_SUBREAPER = 36
#: The command with the handler of Ctrl-C that a terminal's shell leaves it; a shell's background has none.
_COMMAND = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from foundations.cli import main; main()",
]


@dataclass
class Figures:
    """Results of the runs. Keys of the counters are ``"<target>, <class>"``."""

    runs: Counter[str] = field(default_factory=Counter)
    reruns: Counter[str] = field(default_factory=Counter)
    #: Runs that ended with another gradebook than an undisturbed one, and their exit codes.
    differed: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    longest_gone_s: float = 0.0
    undisturbed_s: dict[str, float] = field(default_factory=dict)
    #: Entries that runs left in the system's folder for temporary files.
    left_in_tmp: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    wall_s: float = 0.0


# -------------------------------------------------------------------------------------------------- the classes


def make_new(root: Path) -> None:
    """Make a course without a gradebook: right, wrong, half done, untouched and missing submissions."""
    builders.write(builders.source_notebook(), root / "source" / "course" / "course.ipynb")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    graders = root / "graders" / "course"
    graders.mkdir(parents=True)
    for name, factor in (("double", 2), ("triple", 3)):
        (graders / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    for student, double, triple in (
        ("s01", "return x + x", "return x + x + x"),
        ("s02", "return x * x", "return 3 * x"),
        ("s03", "x *= 2\n    return x", "raise ValueError('no')"),
        ("s04", "return 2 * x", "import os; os._exit(0)"),
        ("s05", None, None),
    ):
        hand_in(root, student, double, triple)
    (root / "submitted" / "s06" / "course").mkdir(parents=True)


def hand_in(root: Path, student: str, double: str | None, triple: str | None) -> None:
    notebook = builders.answered() if double else builders.release()
    for name, body in (("double", double), ("triple", triple)):
        if body:
            builders.cell(notebook, f"{name}-solution").source = f"def {name}(x):\n    {body}\n"
    folder = root / "submitted" / student / "course"
    builders.write(notebook, folder / "course.ipynb")
    (folder / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")


def make_again(root: Path) -> None:
    """Grade the same course once; then a person gives points and comments, and two students submit again."""
    make_new(root)
    grade(root, "again")
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as database, database:
        why = "cell_id IN (SELECT id FROM base_cell WHERE name = 'why')"
        database.execute(f"UPDATE grade SET manual_score = 2.5, needs_manual_grade = 0 WHERE {why}")
        database.execute("UPDATE grade SET extra_credit = 0.5 WHERE rowid % 3 = 0")
        database.execute(f"UPDATE comment SET manual_comment = 'well said' WHERE {why}")
        database.execute("UPDATE comment SET manual_comment = 'look again' WHERE auto_comment IS NOT NULL")
    hand_in(root, "s02", "return 2 * x", "return 3 * x")
    hand_in(root, "s06", "return x", "return x")


def make_real(root: Path) -> None:
    """Copy four of the examples, for the course's own assignment, which measures speed as well."""
    for name in ("source", "graders"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    for student in ("all-right", "half-done", "last-product-only", "not-a-notebook"):
        source = ROOT / "examples" / "submitted" / student / "01_matmul"
        shutil.copytree(source, root / "submitted" / student / "01_matmul", symlinks=True)


# ------------------------------------------------------------------------------------------------- the remains of a run


def snapshot(root: Path, exact: bool) -> dict[str, Any]:
    """Return everything that a run leaves: the gradebook by names instead of ids, and every file.

    ``exact``: also the exact comments and outputs; those of a speed check contain measurements.
    """
    files = sorted(path for path in root.rglob("*") if "__pycache__" not in path.parts and path.is_file())
    parts: dict[str, Any] = {"files": [str(path.relative_to(root)) for path in files]}
    parts |= gradebook(root / "gradebook.db", exact)
    for path in files:
        if path.suffix == ".ipynb" and path.parts[len(root.parts)] == "autograded":
            notebook = json.loads(path.read_text("utf-8"))
            cells = notebook["cells"]
            parts[str(path.relative_to(root))] = notebook if exact else [[cell["id"], cell["source"]] for cell in cells]
    return parts


_NAMED = """
    SELECT student.id, assignment.name, base_cell.name, {columns} FROM {table}
    JOIN base_cell ON base_cell.id = {table}.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = {table}.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    JOIN student ON student.id = submitted_assignment.student_id ORDER BY 1, 2, 3
"""


def gradebook(path: Path, exact: bool) -> dict[str, Any]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA foreign_keys = ON")

        def rows(query: str) -> list[Any]:
            return database.execute(query).fetchall()

        tables = [name for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        grades = "auto_score, manual_score, extra_credit, needs_manual_grade"
        comments = "auto_comment, manual_comment" if exact else "auto_comment IS NULL, manual_comment"
        return {
            "integrity": rows("PRAGMA integrity_check"),
            "foreign keys": rows("PRAGMA foreign_key_check"),
            "rows": {name: rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables},
            "grades": rows(_NAMED.format(columns=grades, table="grade")),
            "comments": rows(_NAMED.format(columns=comments, table="comment")),
            "submissions": rows("SELECT student_id, timestamp FROM submitted_assignment ORDER BY 1"),
        }


def differences(wanted: dict[str, Any], got: dict[str, Any]) -> str:
    """List the parts that differ, each cut short; empty if none does."""
    keys = [key for key in wanted.keys() | got.keys() if wanted.get(key) != got.get(key)]
    return "; ".join(f"{key}: {_first_difference(wanted.get(key), got.get(key))}" for key in sorted(keys))[:2000]


def _first_difference(wanted: Any, got: Any) -> str:
    if isinstance(wanted, list) and isinstance(got, list):
        less, more = (
            [each for each in first if each not in second] for first, second in ((wanted, got), (got, wanted))
        )
        return f"without {less[:3]}, with {more[:3]}"[:400]
    return f"{str(got)[:200]} instead of {str(wanted)[:200]}"


# -------------------------------------------------------------------------------------------------- the processes


def parents() -> dict[int, int]:
    """Map each process of this machine to its parent, zombies included."""
    parent_of = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = Path(entry.path, "stat").read_text("utf-8", "replace")
                parent_of[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    return parent_of


def children(pid: int) -> list[int]:
    return [child for child, parent in parents().items() if parent == pid]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def forkserver_of(judge: int) -> int | None:
    return next((pid for pid in children(judge) if "foundations.worker.forkserver" in command_of(pid)), None)


def student_of(judge: int) -> int | None:
    forkserver = forkserver_of(judge)
    living = [pid for pid in children(forkserver) if command_of(pid)] if forkserver else []  # a zombie has no command
    return living[-1] if living else None


def killed(pid: int, parent: int | None) -> bool:
    """Kill ``pid`` if it is still the child of ``parent`` (``None``: any parent's); return whether it was."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if parent is not None and parents().get(pid) != parent:
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        return True
    except OSError:
        return False
    finally:
        os.close(handle)


@contextlib.contextmanager
def adopting() -> Iterator[None]:
    """Adopt orphans of runs as children of this process, where they can be seen and counted."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def seconds_until_gone(most: float) -> float:
    """Return the seconds until this process has no child left; ended children are reaped.

    Raises:
        AssertionError: some are alive after ``most`` seconds.
    """
    start = time.monotonic()
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        alive = children(os.getpid())
        if not alive:
            return time.monotonic() - start
        commands = [command_of(pid) for pid in alive]
        assert time.monotonic() - start < most, f"processes are left: {commands}"
        time.sleep(0.01)


# -------------------------------------------------------------------------------------------------------- a run


def start(root: Path, name: str) -> subprocess.Popen[bytes]:
    """Start the command that an instructor types; the judge is in its own process. tests/batch kills those of pools."""
    return launched(root, ASSIGNMENTS[name], "--workers", "0")


def launched(root: Path, assignment: str, *options: str) -> subprocess.Popen[bytes]:
    """Start ``foundations grade`` in a session, with folders for temporary files and for kept results."""
    tmp = root.parent / "tmp"
    tmp.mkdir(exist_ok=True)
    with (root.parent / "log").open("ab") as log:
        return subprocess.Popen(
            [*_COMMAND, "grade", "submitted", "--assignment", assignment, "--seed", "7", *options],
            cwd=root,
            env={**os.environ, "TMPDIR": str(tmp), "FOUNDATIONS_CACHE": str(root.parent / "cache")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def grade(root: Path, name: str) -> int:
    """Run once undisturbed; return the exit code."""
    judge = start(root, name)
    try:
        return judge.wait(RUN_S)
    except subprocess.TimeoutExpired:
        judge.kill()
        judge.wait()
        raise


class KillRunner:
    """Prepares classes and their undisturbed results, and disturbs runs."""

    def __init__(self, folder: Path, chosen: random.Random) -> None:
        self.folder = folder
        self.chosen = chosen
        self.figures = Figures()
        self.wanted: dict[str, tuple[dict[str, Any], int]] = {}

    def prepare(self, name: str) -> None:
        """Make a class, and grade a copy of it undisturbed."""
        if name in self.wanted:
            return
        template = self.folder / name / "template"
        template.mkdir(parents=True)
        {"new": make_new, "again": make_again, "real": make_real}[name](template)
        root = self.copy(name, "undisturbed")
        before = time.monotonic()
        code = grade(root, name)
        self.figures.undisturbed_s[name] = round(time.monotonic() - before, 2)
        seconds_until_gone(1.0)
        assert code in (0, 1), (root.parent / "log").read_text("utf-8", "replace")
        self.wanted[name] = snapshot(root, exact=name != "real"), code

    def copy(self, name: str, run: str) -> Path:
        return Path(shutil.copytree(self.folder / name / "template", self.folder / name / run / "root", symlinks=True))

    def run(self, number: int, target: str, name: str) -> None:
        """Kill ``target`` once while class ``name`` is graded, and check the result."""
        self.prepare(name)
        key = f"{target}, {name}"
        for attempt in range(_ATTEMPTS):
            root = self.copy(name, f"run-{number}-{attempt}")
            try:
                hit = self._disturbed(root, target, name, key)
            except (AssertionError, OSError, sqlite3.Error, ValueError, subprocess.TimeoutExpired) as error:
                log = (root.parent / "log").read_text("utf-8", "replace")[-3000:]
                self.figures.failures.append(f"run {number} ({key}, kept in {root.parent}): {error!r}\n{log}")
                return
            shutil.rmtree(root.parent)
            if hit:
                self.figures.runs[key] += 1
                return
            self.figures.missed += 1
        self.figures.failures.append(f"run {number} ({key}): there was nobody to kill in {_ATTEMPTS} attempts")

    def _disturbed(self, root: Path, target: str, name: str, key: str) -> bool:
        """Return whether the target was hit; everything else is asserted."""
        wanted, code = self.wanted[name]
        judge = start(root, name)
        hit = self._kill(judge, target, name, root)
        ended = judge.wait(RUN_S)
        self.figures.longest_gone_s = max(self.figures.longest_gone_s, round(seconds_until_gone(GONE_S), 3))
        names = (path.name for path in (root.parent / "tmp").iterdir())
        self.figures.left_in_tmp.update(re.sub(r"[a-z0-9_]{8}$", "*", name) for name in names)
        if target == "judge" and hit:
            assert ended == -signal.SIGKILL, f"the judge ended with {ended}"
        elif differences(wanted, snapshot(root, name != "real")) or ended != code:
            self.figures.differed[f"{key}, exit code {ended}"] += 1
        else:
            return hit
        assert hit, f"nobody was killed, and the run ended with {ended}: {differences(wanted, snapshot(root, False))}"
        self.figures.reruns[key] += 1
        assert grade(root, name) == code, "the second run has another exit code"
        seconds_until_gone(GONE_S)
        differing = differences(wanted, snapshot(root, name != "real"))
        assert not differing, differing
        return True

    def _kill(self, judge: subprocess.Popen[bytes], target: str, name: str, root: Path) -> bool:
        """Return whether the target could be killed before the run was over."""
        whole = self.figures.undisturbed_s[name]
        moment = time.monotonic() + self.chosen.uniform(0.05, 0.95 if target == "judge" else 0.8) * whole
        if target == "judge" and self.chosen.random() < 0.5:
            return self._kill_while_writing(judge, root)
        while time.monotonic() < moment:
            if judge.poll() is not None:
                return False
            time.sleep(0.005)
        if target == "judge":
            return judge.poll() is None and killed(judge.pid, None)
        find: Callable[[int], int | None] = forkserver_of if target == "fork server" else student_of
        while judge.poll() is None:
            pid = find(judge.pid)
            if pid is not None:
                if target == "student":
                    time.sleep(self.chosen.uniform(0, 0.05))
                if killed(pid, judge.pid if target == "fork server" else forkserver_of(judge.pid)):
                    return True
            time.sleep(0.001)
        return False

    def _kill_while_writing(self, judge: subprocess.Popen[bytes], root: Path) -> bool:
        """Kill the judge at or soon after one of the moments at which it writes to the gradebook."""
        writes, seen, wait = self.chosen.randint(1, 25), 0, self.chosen.choice([0.0, 0.0, 0.002, 0.02, 0.1])
        journals = [root / f"gradebook.db{suffix}" for suffix in ("-journal", f".new-{judge.pid}-journal")]
        there = False
        while judge.poll() is None:
            now = any(journal.exists() for journal in journals)
            seen, there = seen + (now and not there), now
            if seen >= writes:
                time.sleep(wait)
                return killed(judge.pid, None)
            time.sleep(0.0002)
        return False


def plan(runs: int, chosen: random.Random) -> list[tuple[str, str]]:
    """Choose target and class of each run by the shares of :data:`TARGETS` and :data:`CLASSES`.

    Each pair comes up soon.
    """
    pairs = [(target, name) for name in CLASSES for target in TARGETS]
    weights = [CLASSES[name] * TARGETS[target] for target, name in pairs]
    rest = chosen.choices(pairs, weights, k=max(0, runs - len(pairs)))
    return [*pairs[:runs], *rest]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--json", action="store_true", help="print figures as JSON, and no progress")
    options = parser.parse_args()
    chosen = random.Random(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="foundations-kills-"))
    runner, began = KillRunner(folder, chosen), time.monotonic()
    with adopting():
        for number, (target, name) in enumerate(plan(options.runs, chosen), 1):
            runner.run(number, target, name)
            if not options.json:
                print(f"{number:4d} {target:8} {name:6} {len(runner.figures.failures)} failures", flush=True)
    runner.figures.wall_s = round(time.monotonic() - began, 1)
    print(json.dumps({"seed": options.seed, **vars(runner.figures)}, indent=None if options.json else 2))
    if not runner.figures.failures:
        shutil.rmtree(folder)
    return 1 if runner.figures.failures else 0


if __name__ == "__main__":
    sys.exit(main())
