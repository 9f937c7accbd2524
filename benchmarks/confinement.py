"""The cost of confinement in the grading of a notebook: the same notebook graded with and without it, in turns."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.results import Result
from foundations.config import find_course
from foundations.grading.grader import Grader
from foundations.session.forkserver import ForkServer

BAR = 1.05
_ASSIGNMENT = "01_matmul"
#: Reports every layer and applies none. Of use for this comparison only, and only with a trusted notebook.
_PRETEND = (
    "import sys\n"
    "from foundations.worker import forkserver; from foundations.sandbox import layers\n"
    "layers.confine = lambda *rest: list(layers.MANDATORY)\n"
    "forkserver.main()"
)


class _Unconfined(ForkServer):
    def _command(self) -> list[str]:
        return [sys.executable, "-I", "-B", "-c", _PRETEND]


def measure(repeats: int = 40, step: Callable[[str, int, int], None] = lambda what, done, of: None) -> Result:
    """Grade the solved notebook ``repeats`` times each way."""
    course = find_course(Path(__file__).parent)
    solved = course.notebook(_ASSIGNMENT)
    taken: dict[str, list[float]] = {"confined": [], "unconfined": []}
    with (
        Grader(course, _ASSIGNMENT) as confined,
        _Unconfined() as unconfined_forkserver,
        Grader(course, _ASSIGNMENT, forkserver=unconfined_forkserver) as unconfined,
    ):
        graders = {"confined": confined, "unconfined": unconfined}
        for grader in graders.values():
            _seconds(grader, solved)
        for number in range(repeats):
            step("pairs of gradings", number, repeats)
            for name in sorted(graders, reverse=bool(number % 2)):
                taken[name].append(_seconds(graders[name], solved))
    step("pairs of gradings", repeats, repeats)
    return _result(taken)


def _seconds(grader: Grader, path: Path) -> float:
    start = time.perf_counter()
    report = grader.grade(path, "benchmark").report
    assert report.score == report.max_score, report.to_json()
    return time.perf_counter() - start


def _result(taken: dict[str, list[float]]) -> Result:
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    # Ratios of pairs measured one after the other, so that a machine that gets slower meanwhile slows both.
    ratios = sorted(
        confined / unconfined for confined, unconfined in zip(taken["confined"], taken["unconfined"], strict=True)
    )
    ratio = statistics.median(ratios)
    return Result(
        name="confinement",
        title="What confinement adds to grading",
        about="The solved notebook of `01_matmul`, graded with every layer of confinement and with none, in turns.",
        bar=f"at most {100 * (BAR - 1):.0f} % (median of {len(ratios)} pairs)",
        met=ratio <= BAR,
        figures={"median_s": medians, "ratios": ratios, "ratio": ratio},
        columns=["graded", "median"],
        rows=[[name, f"{1000 * seconds:,.0f} ms"] for name, seconds in medians.items()],
        notes=[
            f"Median of the ratios: {ratio:.3f}; half of them lie between {_at(ratios, 0.25):.3f} and "
            f"{_at(ratios, 0.75):.3f}."
        ],
    )


def _at(ordered: list[float], share: float) -> float:
    return ordered[round(share * (len(ordered) - 1))]
