"""The cost of a whole course.

One complete submission is graded on one core, and every solution is run from top to bottom in Jupyter's own kernel, as
a student would.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from benchmarks.results import Result
from foundations.config import Course, find_course
from foundations.grading.grader import Grader

#: Of one complete submission, on one core.
WALL_BAR_S = 6.0
#: Of all solutions, one after the other, kernels included; and of a visible check.
RUN_BAR_S = 180.0
CHECK_BAR_S = 1.0
#: The exercise whose visible check trains a network.
CAPSTONE = "fit"


@dataclass(frozen=True)
class _Graded:
    """Seconds of grading the solved notebook once."""

    wall: float
    student_cpu: float
    baseline_cpu: float
    judge_cpu: float


def measure(
    repeats: int = 5,
    assignments: Sequence[str] = (),
    step: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Result:
    """Grade each solved notebook ``repeats`` times after a first time, and run each once in a kernel.

    By default these are the notebooks of all assignments.
    """
    course = find_course(Path(__file__).parent)
    names = assignments or course.assignments
    graded, run, checks = {}, {}, {}
    with _one_core():
        for number, name in enumerate(names):
            step(f"grading {name}", number, 2 * len(names))
            graded[name] = _grade(course, name, repeats)
    for number, name in enumerate(names, len(names)):
        step(f"running {name}", number, 2 * len(names))
        run[name], checks[name] = _run(course.notebook(name))
    step("notebooks", 2 * len(names), 2 * len(names))
    return _result(graded, run, checks, repeats)


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep judge, fork server and student processes on one core meanwhile."""
    if sys.platform != "linux":
        yield
        return
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


def _grade(course: Course, name: str, repeats: int) -> _Graded:
    with Grader(course, name) as grader:
        times = [_once(grader, course.notebook(name)) for _ in range(1 + repeats)][1:]
    return _Graded(*(statistics.median(getattr(run, part) for run in times) for part in _Graded.__annotations__))


def _once(grader: Grader, path: Path) -> _Graded:
    judge, baseline = time.process_time(), grader._stopwatch.total_cpu_s
    report = grader.grade(path, "benchmark").report
    assert report.score == report.max_score, report.to_json()
    return _Graded(
        report.timing["wall_s"],
        report.timing["student_cpu_s"],
        grader._stopwatch.total_cpu_s - baseline,
        time.process_time() - judge,
    )


def _run(path: Path) -> tuple[float, dict[str, float]]:
    """Return the seconds of the whole notebook in a fresh kernel, and of each graded cell."""
    notebook = nbformat.read(path, 4)
    start = time.perf_counter()
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(path.parent))
    taken = time.perf_counter() - start
    graded = (cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade"))
    return taken, {cell.metadata.nbgrader.grade_id: _cell_s(cell) for cell in graded if cell.cell_type == "code"}


def _cell_s(cell: nbformat.NotebookNode) -> float:
    """Return the seconds between a cell's start and its reply, as the kernel recorded them."""
    times = cell.metadata.execution
    begun, ended = (
        datetime.fromisoformat(times[name].replace("Z", "+00:00"))
        for name in ("iopub.execute_input", "shell.execute_reply")
    )
    return (ended - begun).total_seconds()


def _result(
    graded: dict[str, _Graded], run: dict[str, float], checks: dict[str, dict[str, float]], repeats: int
) -> Result:
    wall, student, baseline, judge = (
        sum(getattr(costs, part) for costs in graded.values()) for part in _Graded.__annotations__
    )
    slowest = {name: max(each.items(), key=lambda pair: pair[1]) for name, each in checks.items()}
    others = max(seconds for each in checks.values() for name, seconds in each.items() if name != CAPSTONE)
    total_run = sum(run.values())
    rows = [
        [
            name,
            f"{costs.wall:.2f} s",
            f"{costs.student_cpu:.2f} s",
            f"{costs.student_cpu / costs.wall:.0%}",
            f"{1000 * costs.judge_cpu:,.0f} ms",
            f"{1000 * costs.baseline_cpu:,.0f} ms",
            f"{run[name]:.1f} s",
            f"{slowest[name][0]} {slowest[name][1]:.2f} s",
        ]
        for name, costs in graded.items()
    ]
    together = [
        "**together**",
        f"**{wall:.2f} s**",
        f"{student:.2f} s",
        f"**{student / wall:.0%}**",
        f"{1000 * judge:,.0f} ms",
        f"{1000 * baseline:,.0f} ms",
        f"**{total_run:.0f} s**",
        "",
    ]
    return Result(
        name="course",
        title="The whole course, one submission",
        about=(
            "Every solved notebook, graded on one core that judge and student share (gradebook left out), and run from "
            "top to bottom in a Jupyter kernel on all cores."
        ),
        bar=(
            f"graded within {WALL_BAR_S:.0f} s; all solutions run within {RUN_BAR_S:.0f} s; no visible check above "
            f"{CHECK_BAR_S:g} s but the capstone's"
        ),
        met=wall <= WALL_BAR_S and total_run <= RUN_BAR_S and others <= CHECK_BAR_S,
        figures={
            "graded": {name: vars(costs) for name, costs in graded.items()},
            "wall_s": wall,
            "student_share": student / wall,
            "run_s": run,
            "visible_checks_s": checks,
        },
        columns=[
            "assignment",
            "graded in",
            "student's CPU",
            "share",
            "judge's CPU",
            "baseline's CPU",
            "run in a kernel",
            "slowest visible check",
        ],
        rows=[*rows, together],
        notes=[
            f"Medians of {repeats} gradings by a grader that has graded once before. The slowest visible check beside "
            f"the capstone's `{CAPSTONE}` takes {others:.2f} s.",
        ],
    )
