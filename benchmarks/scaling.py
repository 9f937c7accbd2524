"""The cost of ten thousand submissions, simulated: judges that answer at once with recorded results.

All the rest is real: submissions on disk, digests, kept results, reports, and for a part of them the gradebook.
"""

from __future__ import annotations

import itertools
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
from rich.console import Console

from benchmarks.results import Result
from benchmarks.throughput import our_course, timed
from foundations.batch.cache import Cache
from foundations.batch.classes import Class, Grading, Way
from foundations.batch.judge import Answer
from foundations.batch.tasks import Task
from foundations.config import Course, find_course
from foundations.notebooks.discovery import find_submissions
from foundations.report.model import Graded

#: Bytes of memory for each further submission, and the growth of its CPU time over the run.
MOST_BYTES, MOST_GROWTH = 20_000, 1.5
#: Judges whose memory is measured, and the bytes that all processes may have, shared memory counted once.
JUDGES, MOST_IN_ALL = 8, 2_500_000_000
#: Seconds of wall time for a thousand submissions that have not changed, and seconds of CPU of one in the gradebook.
UNCHANGED_S, RECORD_S = 5.0, 0.03
_ASSIGNMENT = "01_matmul"
#: Different submissions, graded in earnest. All others are copies of them.
_DIFFERENT = 13
_MARKS = 10
_COMMAND = [str(Path(sys.executable).parent / "foundations"), "grade", "submitted", "-a", _ASSIGNMENT]


@dataclass
class _Replayed(Executor):
    """Judges that answer at once.

    Attributes:
        recorded: pickled results; each answer is a new object, as if it had come from another process.
        every: tasks between two marks.
        marks: the number of tasks, seconds of CPU and bytes of memory at each mark.
    """

    recorded: Sequence[bytes]
    every: int
    marks: list[tuple[int, float, int]] = field(default_factory=list)
    workers: int = 2
    _tasks: int = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return the result of one of the recorded submissions under the name and with the seed of this one."""
        task, seed = args
        assert isinstance(task, Task)
        if self._tasks % self.every == 0:
            self.marks.append((self._tasks, time.process_time(), _memory()))
        graded: Graded = pickle.loads(self.recorded[self._tasks % len(self.recorded)])
        graded.report.submission, graded.report.seed = task.student, seed
        self._tasks += 1
        future: Future[Any] = Future()
        future.set_result(Answer(graded))
        return future


def measure(
    submissions: int = 10_000,
    in_gradebook: int = 1_000,
    step: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Result:
    """Simulate ``submissions``, then ``in_gradebook`` with the gradebook, and then the latter without a change."""
    with tempfile.TemporaryDirectory(prefix="foundations-benchmark-") as folder:
        step("results", 0, 5)
        root = our_course(Path(folder) / "course", _DIFFERENT)
        timed(_COMMAND, root)
        recorded = _recorded(root)
        step(f"{JUDGES} judges", 1, 5)
        peak = _peak([*_COMMAND, "--force", "--no-gradebook", "--workers", str(JUDGES)], root)
        step("without gradebook", 2, 5)
        many = _run(_course(Path(folder) / "many", root, submissions), recorded, gradebook=False)
        shutil.rmtree(Path(folder) / "many")
        step("with gradebook", 3, 5)
        course = _course(Path(folder) / "some", root, in_gradebook)
        some = _run(course, recorded, gradebook=True)
        step("unchanged", 4, 5)
        unchanged_s = timed(_COMMAND, course.root).wall_s
        step("unchanged", 5, 5)
    return _result(many, some, unchanged_s, in_gradebook, peak)


def _recorded(root: Path) -> list[bytes]:
    """Return the results that a run in ``root`` has kept, pickled."""
    cache = Cache(root / "cache")
    kept = (cache.get(path.name) for path in sorted((root / "cache").glob("??/*")))
    return [pickle.dumps(graded) for graded in kept if graded is not None]


def _course(folder: Path, like: Path, submissions: int) -> Course:
    """Make a course with links to the submissions of another one, in turns."""
    for name in ("source", "graders"):
        shutil.copytree(like / name, folder / name)
    for path in like.iterdir():
        if path.is_file() and path.name != "benchmark.log":
            shutil.copy(path, folder)
    notebooks = sorted((like / "submitted").glob(f"*/{_ASSIGNMENT}/{_ASSIGNMENT}.ipynb"))
    for number in range(submissions):
        path = folder / "submitted" / f"student-{number:05}" / _ASSIGNMENT / f"{_ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        os.link(notebooks[number % len(notebooks)], path)
    return find_course(folder)


def _run(course: Course, recorded: Sequence[bytes], *, gradebook: bool) -> list[tuple[int, float, int]]:
    """Grade the submissions of a course; return the marks of the run, the last one after its end."""
    found = find_submissions(course.root / "submitted", _ASSIGNMENT)
    its = Class(course, _ASSIGNMENT, found)
    judges: Any = _Replayed(recorded, max(len(found) // _MARKS, 1))
    with mock.patch.dict(os.environ, {"FOUNDATIONS_CACHE": str(course.root / "cache")}):
        grading = Grading([its], Way(gradebook=gradebook))
        grading.run(judges, Console(quiet=True), lambda trace: None)
    if grading.recorder:
        grading.recorder.check()
    return [*judges.marks, (len(its.reports), time.process_time(), _memory())]


def _memory() -> int:
    """Return the bytes of memory that this process has in use."""
    used: int = psutil.Process().memory_info().rss
    return used


def _peak(command: Sequence[str], folder: Path) -> int:
    """Run a command, and return the most bytes of memory that it and its processes had, shared memory counted once."""
    most = 0
    with psutil.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(_shared_out, [process, *process.children(recursive=True)])))
            time.sleep(0.2)
    return most


def _shared_out(process: psutil.Process) -> int:
    """Return the bytes of a process, of which each page that several share counts in part."""
    try:
        used: int = process.memory_full_info().pss
    except psutil.Error:  # it has ended
        return 0
    return used


def _result(
    many: Sequence[tuple[int, float, int]],
    some: Sequence[tuple[int, float, int]],
    unchanged_s: float,
    in_gradebook: int,
    peak: int,
) -> Result:
    parts = [
        (number, (cpu - before) / (number - earlier), memory)
        for (earlier, before, _), (number, cpu, memory) in itertools.pairwise(many)
        if number > earlier
    ]
    # The first tenth has the imports.
    grown = (many[-1][2] - many[1][2]) / (many[-1][0] - many[1][0])
    longer = parts[-1][1] / parts[1][1]
    (first, began, _), (last, ended, _) = some[1], some[-1]
    with_gradebook_s = (ended - began) / (last - first)
    record_s = with_gradebook_s - sum(part[1] for part in parts[1:]) / len(parts[1:])
    return Result(
        name="scaling",
        title=f"{many[-1][0]:,} submissions",
        about=(
            "The work of the command for each submission, without its judges: it finds and reads the files, computes "
            "digests, keeps results and collects reports. The judges are replaced by recorded results of "
            f"`{_ASSIGNMENT}`."
        ),
        bar=(
            f"at most {MOST_BYTES / 1000:g} kB of memory for each submission, CPU time that grows by at most a factor "
            f"of {MOST_GROWTH:g}, {RECORD_S:g} s of CPU for a submission in the gradebook, {UNCHANGED_S:g} s for "
            f"1,000 submissions that have not changed, and {MOST_IN_ALL / 1e9:g} GB for all processes with {JUDGES} "
            "judges"
        ),
        met=grown <= MOST_BYTES
        and longer <= MOST_GROWTH
        and record_s <= RECORD_S
        and unchanged_s <= UNCHANGED_S
        and peak <= MOST_IN_ALL,
        figures={
            "marks": list(many),
            "marks with gradebook": list(some),
            "bytes": grown,
            "growth": longer,
            "record_s": record_s,
            "unchanged_s": unchanged_s,
            "peak_bytes": peak,
        },
        columns=["submissions", "CPU for each", "memory in all"],
        rows=[[f"{number:,}", f"{1000 * cpu:.1f} ms", f"{memory / 1e6:.0f} MB"] for number, cpu, memory in parts],
        notes=[
            f"{grown / 1000:.1f} kB for each further submission.",
            f"A submission in the gradebook costs {record_s:.3f} s of CPU more, measured with {in_gradebook:,}.",
            f"{in_gradebook:,} submissions that have not changed take {unchanged_s:.1f} s, from the command's start to "
            "its end.",
            f"With {JUDGES} judges, all processes together have {peak / 1e9:.2f} GB at most.",
        ],
    )
