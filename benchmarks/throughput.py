"""Throughput of ``foundations grade`` and of stock ``nbgrader autograde`` on the same folder, gradebook included."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat

from benchmarks.results import Result
from benchmarks.usage import Usage, usage
from foundations.config import find_course

#: The least throughput, as a multiple of stock by wall time, by the number of workers.
BARS = {2: 20.0, 1: 12.0}
_ASSIGNMENT = "01_matmul"
#: Left out of the examples: stock grading would wait for the first, and loses a kernel or stops at the others.
_LEFT_OUT = ("never-ends", "ends-the-process", "not-a-notebook")
#: The settings of a stock course: nbgrader's own defaults for everything.
_STOCK_SETTINGS = 'c = get_config()\nc.CourseDirectory.course_id = "stock"\n'
_BIN = Path(sys.executable).parent
_STOCK = "stock nbgrader autograde"


def measure(
    notebooks: int = 40, repeats: int = 2, step: Callable[[str, int, int], None] = lambda what, done, of: None
) -> Result:
    """Grade the same ``notebooks`` both ways, in turns, ``repeats`` times, each time in a fresh course."""
    runs: dict[str, list[Usage]] = {**{_titled(workers): [] for workers in BARS}, _STOCK: []}
    timings = []
    total = len(runs) * repeats
    for number in range(repeats):
        with tempfile.TemporaryDirectory(prefix="foundations-benchmark-") as folder:
            for place, workers in enumerate(BARS):
                step(_titled(workers), len(runs) * number + place, total)
                ours = our_course(Path(folder) / f"ours-{workers}", notebooks)
                runs[_titled(workers)].append(_ours(ours, workers))
                timings.append(_timing(ours / "reports.json", notebooks))
            step(_STOCK, len(runs) * (number + 1) - 1, total)
            runs[_STOCK].append(_stock(_stock_course(Path(folder) / "stock", ours / "submitted"), notebooks))
    step(_STOCK, total, total)
    return _result(runs, timings, notebooks)


def _titled(workers: int) -> str:
    return f"foundations grade --workers {workers}"


def hand_in(folder: Path, notebooks: int) -> None:
    """Write ``notebooks`` submissions: the examples and the solution in turns, each with one cell that no other has."""
    course = find_course(Path(__file__).parent)
    examples = sorted((course.root / "examples" / "submitted").glob(f"*/{_ASSIGNMENT}/{_ASSIGNMENT}.ipynb"))
    sources = [path for path in examples if path.parent.parent.name not in _LEFT_OUT]
    sources.append(course.notebook(_ASSIGNMENT))
    for number in range(notebooks):
        notebook = nbformat.read(sources[number % len(sources)], 4)
        notebook.cells.append(nbformat.v4.new_code_cell(f'print("notebook number {number}")'))
        path = folder / f"student-{number:02}" / _ASSIGNMENT / f"{_ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def our_course(folder: Path, notebooks: int) -> Path:
    """Make a course with ``notebooks`` submissions, and with the assignment in its gradebook."""
    course = find_course(Path(__file__).parent)
    hand_in(folder / "submitted", notebooks)
    for name in ("source", "graders"):
        shutil.copytree(course.root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(course.root / name, folder)
    _enter(folder)
    return folder


def _stock_course(folder: Path, submitted: Path) -> Path:
    course = find_course(Path(__file__).parent)
    shutil.copytree(submitted, folder / "submitted")
    shutil.copytree(course.source, folder / "source", ignore=shutil.ignore_patterns(".*"))
    (folder / "nbgrader_config.py").write_text(_STOCK_SETTINGS, "utf-8")
    _enter(folder)
    return folder


def _enter(folder: Path) -> None:
    """Make a gradebook that contains the assignment, which neither is timed for."""
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", _ASSIGNMENT]
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"nbgrader generate_assignment failed: {done.stderr[-2000:]}")


def _ours(course: Path, workers: int) -> Usage:
    command = [str(_BIN / "foundations"), "grade", "submitted", "-a", _ASSIGNMENT, "--json", "reports.json"]
    return timed([*command, "--workers", str(workers)], course)


def _stock(course: Path, notebooks: int) -> Usage:
    used = timed([sys.executable, "-m", "nbgrader", "autograde", _ASSIGNMENT], course)
    graded = list((course / "autograded").glob(f"*/{_ASSIGNMENT}/{_ASSIGNMENT}.ipynb"))
    if len(graded) != notebooks:
        raise RuntimeError(f"nbgrader graded {len(graded)} of {notebooks} notebooks: it did not do the same work")
    return used


def timed(command: list[str], course: Path) -> Usage:
    """Run a command in a course whose kept results are its own; return the time that it took."""
    log = course / "benchmark.log"
    used = usage(command, course, log, _environment() | {"FOUNDATIONS_CACHE": str(course / "cache")})
    if used.exit:
        raise RuntimeError(f"{Path(command[0]).name} ended with {used.exit}: {log.read_text('utf-8')[-2000:]}")
    return used


def _environment() -> dict[str, str]:
    """Return an environment in which nbgrader finds alembic, which it calls by its bare name."""
    return {**os.environ, "PATH": os.pathsep.join([str(_BIN), os.environ.get("PATH", os.defpath)])}


def _timing(file: Path, notebooks: int) -> dict[str, float]:
    """Return seconds of wall and student CPU time, summed over the reports."""
    reports = json.loads(file.read_text("utf-8"))
    reports = reports if isinstance(reports, list) else [reports]
    graded = [report for report in reports if report["verdict"] == "graded"]
    if len(graded) != notebooks:
        raise RuntimeError(f"{len(graded)} of {notebooks} notebooks were graded")
    return {name: sum(report["timing"][name] for report in graded) for name in ("wall_s", "student_cpu_s")}


def _result(runs: dict[str, list[Usage]], timings: list[dict[str, float]], notebooks: int) -> Result:
    wall = {who: statistics.median(run.wall_s for run in used) for who, used in runs.items()}
    cpu = {who: statistics.median(run.cpu_s for run in used) for who, used in runs.items()}
    ratios = {workers: wall[_STOCK] / wall[_titled(workers)] for workers in BARS}
    grading, student = (sum(timing[name] for timing in timings) / len(timings) / notebooks for name in timings[0])
    bars = " and ".join(f"{bar:g}× with {_in_words(workers)}" for workers, bar in BARS.items())
    return Result(
        name="throughput",
        title=f"A class of {notebooks} notebooks against stock nbgrader",
        about=(
            f"{notebooks} submissions of `01_matmul` in a fresh course without kept results: wall and CPU time of the "
            "whole command, from its imports to the last score in the gradebook, all its processes counted. Stock "
            "runs the visible checks only; `foundations grade` runs these and all hidden tests."
        ),
        bar=f"at least {bars} the throughput of stock (wall time)",
        met=all(ratios[workers] >= bar for workers, bar in BARS.items()),
        figures={
            "notebooks": notebooks,
            "runs": {who: [vars(run) for run in used] for who, used in runs.items()},
            "timing": timings,
            "ratio": {_titled(workers): ratio for workers, ratio in ratios.items()},
        },
        columns=["command", "run", "wall", "CPU", "wall per notebook"],
        rows=[
            [who, str(number), f"{run.wall_s:.1f} s", f"{run.cpu_s:.1f} s", f"{run.wall_s / notebooks:.2f} s"]
            for who, used in runs.items()
            for number, run in enumerate(used, 1)
        ],
        notes=[
            "Throughput as a multiple of stock, by medians of wall time: "
            + ", ".join(f"**{ratio:.1f}×** with {_in_words(workers)}" for workers, ratio in ratios.items())
            + f"; by CPU time {cpu[_STOCK] / cpu[_titled(1)]:.1f}× with one.",
            f"A judge takes {grading:.2f} s for a notebook, of which {student:.2f} s are CPU time of student code.",
            "The notebooks are the examples and the solution in turns, each with a cell that no other has. Left out of "
            f"the examples: {', '.join(_LEFT_OUT)}, with which stock grading waits, loses its kernel or stops.",
        ],
    )


def _in_words(workers: int) -> str:
    return "one worker" if workers == 1 else f"{workers} workers"
