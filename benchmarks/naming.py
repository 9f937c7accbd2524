"""How much CPU time of the judge does naming a mistake cost?

Each known mistake is graded in the instructor's solved notebook, instead of the solution of its exercise. Its cost is
the judge's CPU time less the time that the solved notebook takes. Mistakes that run out of time are left out.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from benchmarks.results import Result
from benchmarks.statistic import percentile
from foundations.config import find_course
from foundations.grading.grader import Grader
from foundations.grading.misconceptions import load_bank

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / folder) for folder in ("course", "support")]

from grading import GradingClient, as_written, make_course, solutions  # noqa: E402 - the tests' own answers

#: The median of the cost over the bank, in seconds.
BAR_S = 0.15
_SEED = 4711


def measure(
    assignments: Sequence[str] = (),
    every: int = 1,
    step: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Result:
    """Grade the known mistakes of each assignment.

    Args:
        assignments: default: all of the course.
        every: take each ``every``-th mistake alone.
        step: called with the assignment, the number of those done and of all.
    """
    names = list(assignments) or find_course(Path(__file__).parent).assignments
    found = {}
    for done, name in enumerate(names):
        step(name, done, len(names))
        found[name] = costs(name, every)
    return _result(found)


def costs(assignment: str, every: int = 1) -> dict[str, float]:
    """Return the cost in seconds of each known mistake of ``assignment``, by id."""
    bank = load_bank(find_course(Path(__file__).parent).graders / assignment)
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder))
        with Grader(course, assignment, seed=_SEED) as grader:
            client = GradingClient(grader, Path(folder))
            right = solutions(assignment)
            _, _ = _graded(client, right), _graded(client, right)  # imports and caches
            base = statistics.median(_graded(client, right)[0] for _ in range(3))
            return dict(_each(client, right, map(as_written, bank.misconceptions[::every]), base))


def _each(client: GradingClient, right: Mapping[str, Sequence[str]], answers: Iterator, base: float) -> Iterator:
    for answer in answers:
        seconds, in_time = _graded(client, {**right, answer.exercise: answer.cells})
        if in_time:
            yield answer.name, seconds - base


def _graded(client: GradingClient, answers: Mapping[str, Sequence[str]]) -> tuple[float, bool]:
    """Return the judge's CPU seconds for one notebook, and whether no check ran out of time."""
    start = time.process_time()
    report = client.grade(answers).report
    checks = [check for exercise in report.exercises for check in exercise.checks]
    return time.process_time() - start, not any(" of CPU" in check.message for check in checks)


def _result(found: Mapping[str, Mapping[str, float]]) -> Result:
    all_costs = list(chain.from_iterable(costs.values() for costs in found.values()))
    median = statistics.median(all_costs)
    rows = [_row(name, list(costs.values())) for name, costs in found.items()]
    return Result(
        name="naming",
        title="Naming a mistake",
        about="The judge's CPU time for a notebook with one known mistake, less that for the solved notebook.",
        bar=f"at most {BAR_S} s, median over the known mistakes",
        met=median <= BAR_S,
        figures={
            "median_s": round(median, 4),
            "p95_s": round(percentile(sorted(all_costs), 95), 4),
            "mistakes": len(all_costs),
            "median_s_by_assignment": {
                name: round(statistics.median(costs.values()), 4) for name, costs in found.items()
            },
        },
        columns=["assignment", "mistakes", "median", "95th percentile", "most"],
        rows=[*rows, _row("**all**", all_costs)],
        notes=["A cost is negative where a failed gate ends the exercise, so that its other checks are not run."],
    )


def _row(name: str, costs: list[float]) -> list[str]:
    seconds = (statistics.median(costs), percentile(sorted(costs), 95), max(costs))
    return [name, str(len(costs)), *(f"{1000 * each:+.0f} ms" for each in seconds)]
