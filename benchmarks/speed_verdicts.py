"""How often is the speed check wrong, and how often inconclusive, while other processes compete for the cores?

Verdicts are those that a grader gets: the real task of ``matmul_elementwise``, a fresh student process for each, one
stopwatch for a class. Verdicts are kept in ``benchmarks/.partial/``, so that an interrupted run continues.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks.machine import competitors
from benchmarks.results import Result
from benchmarks.statistic import percentile
from foundations.config import Limits, find_course
from foundations.errors import SessionLost
from foundations.grading.compare import CheckFailed, Inconclusive
from foundations.grading.hidden_tests import importable
from foundations.grading.speed import Stopwatch, Task
from foundations.grading.student import Student
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session

PARTIAL = Path(__file__).parent / ".partial" / "speed_verdicts.jsonl"
LOADS = (0, 2, 8)
_CHUNK = 100

_LOOPS = """
import torch
def matmul_elementwise(a, b):
    n, inner = a.shape
    assert inner == b.shape[0]
    c = torch.zeros(n, b.shape[1], dtype=a.dtype)
    for i in range(n):
        for j in range(b.shape[1]):
            {}
    return c
"""
_BY_ITEM = """
import torch
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    rows = []
    for i in range(a.shape[0]):
        row = []
        for j in range(b.shape[1]):
            row.append(torch.tensor((a[i] * b[:, j]).sum().item(), dtype=a.dtype))
        rows.append(torch.stack(row))
    return torch.stack(rows)
"""
#: Two solutions that must pass, the course's and a slower one, and the two that come next in speed.
VARIANTS = {
    "right": {
        "a product of rows and a sum": _LOOPS.format("c[i, j] = (a[i, :] * b[:, j]).sum()"),
        "by item and stack": _BY_ITEM,
    },
    "too slow": {
        "three loops": _LOOPS.format("for k in range(inner): c[i, j] += a[i, k] * b[k, j]"),
        "Python's sum over a product of rows": _LOOPS.format("c[i, j] = sum(a[i, :] * b[:, j])"),
    },
}


@dataclass(frozen=True)
class Verdict:
    """``said``: "right", "too slow", "inconclusive", or the fault. ``factor``: 0 if there is none."""

    load: int
    kind: str
    variant: str
    number: int
    said: str
    factor: float
    rounds: int
    wall_s: float
    load_average: float


def the_task() -> Task:
    """Return the speed check of ``matmul_elementwise`` as its grader states it."""
    path = find_course(Path(__file__).parent).graders / "01_matmul" / "test_matmul_elementwise.py"
    spec = importlib.util.spec_from_file_location("grader_under_measurement", path)
    assert spec is not None
    assert spec.loader is not None
    grader = importlib.util.module_from_spec(spec)
    with importable(path.parent):
        spec.loader.exec_module(grader)
    exercise, listener = grader.TestMatmulElementwise(), _Listener()
    exercise.student = listener
    exercise.test_speed()
    stated = listener.stated
    # The rule does not affect time, and the exercise is called directly.
    del stated["rule"], stated["caller"]
    return Task("matmul_elementwise", stated.pop("baseline"), **stated)


class _Listener:
    """Replaces a grader's ``student``, and only records."""

    stated: dict[str, Any]

    def must_be_faster(self, *args: Any, **stated: Any) -> None:
        bound = inspect.signature(Student.must_be_faster).bind(self, *args, **stated)
        self.stated = {name: value for name, value in bound.arguments.items() if name != "self"}

    def on_either(self, attempt: Callable[[], None], own: Callable[[], None]) -> None:
        own()

    #: It has no stand-ins.
    stand_ins = None


def measure(
    verdicts: int = 2000,
    loads: Iterable[int] = LOADS,
    step: Callable[[str, int, int], None] = lambda what, done, of: None,
    partial: Path = PARTIAL,
) -> Result:
    """Collect ``verdicts`` on right solutions and as many on too slow ones.

    They are collected for each number of competing processes in ``loads``.
    """
    loads = list(loads)
    torch.set_num_threads(1)
    task = the_task()
    for load in loads:
        _one_load(task, load, verdicts, step, partial)
    return _result(task, [verdict for verdict in _read(partial) if verdict.load in loads and verdict.number < verdicts])


def _one_load(task: Task, load: int, verdicts: int, step: Callable[[str, int, int], None], partial: Path) -> None:
    done = {(verdict.kind, verdict.number) for verdict in _read(partial) if verdict.load == load}
    todo = [(kind, number) for number in range(verdicts) for kind in VARIANTS if (kind, number) not in done]
    for start in range(0, len(todo), _CHUNK):
        step(f"{load} competing", 2 * verdicts - len(todo) + start, 2 * verdicts)
        with competitors(load), ForkServer() as forkserver:
            _append(partial, _chunk(forkserver, task, load, todo[start : start + _CHUNK]))
    step(f"{load} competing", 2 * verdicts, 2 * verdicts)


def _chunk(forkserver: ForkServer, task: Task, load: int, todo: list[tuple[str, int]]) -> Iterator[Verdict]:
    """Collect verdicts one after the other, with one stopwatch, as a class of this size gets them."""
    stopwatch = Stopwatch(forkserver)
    for kind, number in todo:
        variant = list(VARIANTS[kind])[number % 2]
        start = time.monotonic()
        with Session(forkserver, [(0, VARIANTS[kind][variant])], Limits()) as student:
            student.finish()
            seed = 4 * (10_000 * load + number) + list(VARIANTS).index(kind)
            said, factor, rounds = _judge(stopwatch, task, student, torch.Generator().manual_seed(seed))
        wall_s = round(time.monotonic() - start, 4)
        yield Verdict(load, kind, variant, number, said, factor, rounds, wall_s, round(os.getloadavg()[0], 1))
    stopwatch.close()


def _judge(stopwatch: Stopwatch, task: Task, student: Session, generator: torch.Generator) -> tuple[str, float, int]:
    try:
        verdict = stopwatch.judge(task, student, generator)
    except Inconclusive:
        return "inconclusive", 0.0, 0
    except CheckFailed as failed:
        return f"failed: {failed.finding.text}", 0.0, 0
    except SessionLost as lost:
        return f"lost: {lost.reason}", 0.0, 0
    return ("right" if verdict.passed else "too slow"), round(verdict.factor, 3), verdict.rounds


def _append(path: Path, verdicts: Iterable[Verdict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / ".gitignore").write_text("*\n", "utf-8")
    for verdict in verdicts:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(verdict)) + "\n")


def _read(path: Path) -> list[Verdict]:
    if not path.exists():
        return []
    return [Verdict(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def summary(verdicts: list[Verdict]) -> dict[str, Any]:
    """Return counts and percentiles of verdicts of one kind under one load. Factors without a verdict are left out."""
    said = Counter(verdict.said for verdict in verdicts)
    kind = verdicts[0].kind
    factors = sorted(verdict.factor for verdict in verdicts if verdict.factor)
    rounds = Counter(verdict.rounds for verdict in verdicts if verdict.rounds)
    return {
        "load": verdicts[0].load,
        "kind": kind,
        "verdicts": len(verdicts),
        "wrong": len(verdicts) - said[kind] - said["inconclusive"],
        "inconclusive": said["inconclusive"],
        "factor": {str(percent): percentile(factors, percent) for percent in (0, 5, 50, 95, 100)},
        "median_factor_of": {
            variant: percentile(
                sorted(verdict.factor for verdict in verdicts if verdict.variant == variant and verdict.factor), 50
            )
            for variant in VARIANTS[kind]
        },
        "rounds": {str(number): count for number, count in sorted(rounds.items())},
        "wall_s": {
            str(percent): percentile(sorted(verdict.wall_s for verdict in verdicts), percent) for percent in (50, 95)
        },
        "load_average": round(statistics.fmean(verdict.load_average for verdict in verdicts), 1),
        "said": dict(said),
    }


def _result(task: Task, verdicts: list[Verdict]) -> Result:
    groups = [
        summary([verdict for verdict in verdicts if (verdict.load, verdict.kind) == (load, kind)])
        for load in sorted({verdict.load for verdict in verdicts})
        for kind in VARIANTS
    ]
    return Result(
        name="speed_verdicts",
        title="Speed verdicts while other processes compete",
        about=(
            "Solutions that must pass and the next slower ones that must fail, judged by the speed check of "
            f"`matmul_elementwise`: {task.min_speedup:g}× the CPU speed of the three loops is needed. Each verdict has "
            "a student process of its own. The time includes starting it."
        ),
        bar="no wrong verdict",
        met=not any(group["wrong"] for group in groups),
        figures={"min_speedup": task.min_speedup, "groups": groups},
        columns=[
            "competing, solutions", "verdicts", "wrong", "inconclusive", "factor: least", "5 %", "median", "95 %",
            "largest", "mean rounds", "median time", "95 %", "load average",
        ],
        rows=[_row(group) for group in groups],
        notes=[
            "Right solutions alternate between "
            + "; too slow ones between ".join(" and ".join(f"“{name}”" for name in kind) for kind in VARIANTS.values())
            + ".",
            "Half of the competing processes count, the other half copy 64 MiB to and fro. Of the load "
            "average this benchmark makes the number of competing processes and 1; what goes beyond is others at work.",
        ],
    )  # fmt: skip


def _row(group: dict[str, Any]) -> list[str]:
    factors = [f"{group['factor'][percent]:.3g}×" for percent in ("0", "5", "50", "95", "100")]
    total = sum(group["rounds"].values())
    rounds = sum(int(number) * count for number, count in group["rounds"].items()) / total if total else 0.0
    return [
        f"{group['load']}, {group['kind']}",
        f"{group['verdicts']:,}",
        str(group["wrong"]),
        str(group["inconclusive"]),
        *factors,
        f"{rounds:.1f}",
        f"{group['wall_s']['50']:.2f} s",
        f"{group['wall_s']['95']:.2f} s",
        f"{group['load_average']:.1f}",
    ]
