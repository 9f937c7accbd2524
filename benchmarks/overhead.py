"""The cost of grading a notebook beyond the student's own CPU time, and the parts of that cost."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from benchmarks.results import Result
from benchmarks.statistic import percentile
from foundations.config import find_course
from foundations.grading.grader import Grader
from foundations.grading.pytest_plugin import ExerciseRun, GradingPlugin
from foundations.grading.student import Student
from foundations.notebooks.submission import read_submission
from foundations.report.model import Exercise

BAR_S = 0.15
_ASSIGNMENT = "01_matmul"


@dataclass(frozen=True)
class _Times:
    """Seconds of one grading."""

    wall: float
    student_cpu: float
    baseline_cpu: float
    judge_cpu: float
    read: float
    pytest: float

    @property
    def overhead(self) -> float:
        return self.wall - self.student_cpu


def measure(repeats: int = 30, step: Callable[[str, int, int], None] = lambda what, done, of: None) -> Result:
    """Grade the solved notebook once to warm up and ``repeats`` times to measure."""
    course = find_course(Path(__file__).parent)
    solved = course.notebook(_ASSIGNMENT)
    with Grader(course, _ASSIGNMENT) as grader:
        _one(grader, solved)
        times = []
        for number in range(repeats):
            step("gradings", number, repeats)
            times.append(_one(grader, solved))
    step("gradings", repeats, repeats)
    return _result(times)


def _one(grader: Grader, path: Path) -> _Times:
    baseline, judge = grader._stopwatch.total_cpu_s, time.process_time()
    report = grader.grade(path, "benchmark").report
    judge, baseline = time.process_time() - judge, grader._stopwatch.total_cpu_s - baseline
    assert report.score == report.max_score, report.to_json()
    plugin = _nobodys_plugin(grader, path)
    return _Times(
        wall=report.timing["wall_s"],
        student_cpu=report.timing["student_cpu_s"],
        baseline_cpu=baseline,
        judge_cpu=judge,
        read=_cpu_of(lambda: read_submission(path, grader.source, grader.limits)),
        pytest=_cpu_of(lambda: grader._hidden_tests.run(plugin)),
    )


def _cpu_of(action: Callable[[], object]) -> float:
    """Return the CPU seconds that ``action`` takes in this process."""
    start = time.process_time()
    action()
    return time.process_time() - start


def _nobodys_plugin(grader: Grader, path: Path) -> GradingPlugin:
    """Return a plugin for a pytest run over the same hidden tests in which no test reaches a student."""
    nobody = cast(
        Student, SimpleNamespace(observations=[], notes=[], reviews=[], answers=0, generator=lambda purpose: None)
    )
    runs = {}
    for cell in read_submission(path, grader.source, grader.limits).graded:
        run = ExerciseRun(Exercise(cell.exercise, cell.points), lambda: nobody, lambda reason: None)
        run.gate_closed_by = "there is a student"
        runs[cell.exercise] = run
    return GradingPlugin(runs, grader._bank, "hints")


def _result(times: list[_Times]) -> Result:
    parts = {name: statistics.median(getattr(sample, name) for sample in times) for name in _Times.__annotations__}
    overheads = sorted(sample.overhead for sample in times)
    overhead = percentile(overheads, 50)
    parts["overhead"] = overhead
    parts["rest_of_judge"] = parts["judge_cpu"] - parts["read"] - parts["pytest"]
    parts["waiting"] = overhead - parts["judge_cpu"] - parts["baseline_cpu"]
    rows = [
        ("**overhead**: wall time less the student's CPU time", overhead),
        ("of it: the baseline's CPU time in the speed check", parts["baseline_cpu"]),
        ("of it: pytest, collecting and calling hidden tests", parts["pytest"]),
        ("of it: reading and repairing the notebook", parts["read"]),
        ("of it: the rest of the judge: inputs, expected values, comparing, rules, wire", parts["rest_of_judge"]),
        ("of it: starting the student process, and waiting for a core", parts["waiting"]),
        ("beside it: the student's CPU time", parts["student_cpu"]),
        ("together: wall time", parts["wall"]),
    ]
    return Result(
        name="overhead",
        title="Overhead of a notebook beyond the student's own CPU time",
        about="The solved notebook of `01_matmul`, graded again and again by one grader, gradebook left out.",
        bar=f"a median of at most {BAR_S:.2f} s in {len(times)} gradings",
        met=overhead <= BAR_S,
        figures={
            "repeats": len(times),
            "median_s": parts,
            "overhead_s": {str(percent): percentile(overheads, percent) for percent in (0, 5, 50, 95, 100)},
        },
        columns=["what", "median"],
        rows=[[what, f"{1000 * seconds:,.0f} ms"] for what, seconds in rows],
        notes=[
            f"95 % of the gradings stayed within {1000 * percentile(overheads, 95):.0f} ms, the quickest took "
            f"{1000 * overheads[0]:.0f} ms. Each row is a median of its own, so they add up only nearly.",
        ],
    )
