"""How much CPU time of the judge does naming a mistake cost? ``python -m benchmarks.naming [ASSIGNMENT ...]``.

Each known mistake is graded in the instructor's solved notebook, instead of the solution of its exercise. Its cost is
the judge's CPU time less the time that the solved notebook takes. Mistakes that run out of time are left out.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from foundations.config import find_course
from foundations.grading.grader import Grader
from foundations.grading.misconceptions import load_bank

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / folder) for folder in ("course", "support")]

from grading import GradingClient, as_written, make_course, solutions  # noqa: E402 - the tests' own answers

#: The median of the cost over the bank, in seconds.
BAR_S = 0.15
_SEED = 4711


def costs(assignment: str) -> dict[str, float]:
    """Return the cost in seconds of each known mistake of ``assignment``, by id."""
    bank = load_bank(find_course(Path(__file__).parent).graders / assignment)
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder))
        with Grader(course, assignment, seed=_SEED) as grader:
            client = GradingClient(grader, Path(folder))
            right = solutions(assignment)
            _, _ = _graded(client, right), _graded(client, right)  # imports and caches
            base = statistics.median(_graded(client, right)[0] for _ in range(3))
            return dict(_each(client, right, map(as_written, bank.misconceptions), base))


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


def main(assignments: Sequence[str]) -> None:
    """Print the median and the largest costs of each assignment."""
    for assignment in assignments or find_course(Path(__file__).parent).assignments:
        found = costs(assignment)
        median = statistics.median(found.values())
        verdict = "within" if median <= BAR_S else "above"
        print(f"{assignment}: {len(found)} mistakes, median {median:+.3f} s, {verdict} {BAR_S} s")
        for name, seconds in sorted(found.items(), key=lambda pair: -pair[1])[:5]:
            print(f"    {seconds:+.3f} s  {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
