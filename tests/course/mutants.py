"""Mutation testing of the hidden graders: does each notice when a right answer is changed in one place?

``python tests/course/mutants.py`` makes every mutant of every solution (see ``mutating.py``), grades it as a class is
graded, and names those that earn full marks. ``survivors.toml`` explains each permitted one. The command fails if a
survivor is not in the file, or if one in the file loses points. If it does not fail, it rewrites ``docs/mutants.md``.

``python tests/course/mutants.py 03_forward --exercise mse --exercise lin`` tries a part.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from grading import ASSIGNMENTS, ROOT, SEED, GradingClient, assignment_of, builds_on, exercises, make_course, solutions
from mutating import Mutant, mutants

from foundations.grading.grader import Grader
from foundations.grading.misconceptions import Bank
from foundations.session.forkserver import ForkServer

SURVIVORS = Path(__file__).parent / "survivors.toml"
REPORT = ROOT / "docs" / "mutants.md"
#: A mutant that earns full marks must do so on the inputs of these seeds as well, to be called a survivor.
MORE_SEEDS = (1, 9 * 10**15)


@dataclass(frozen=True)
class Explained:
    """The reason why mutants of ``exercise`` rightly earn full marks."""

    exercise: str
    changes: tuple[str, ...]
    why: str


@dataclass
class Outcome:
    """The result of grading some mutants, by exercise."""

    mutants: dict[str, int] = field(default_factory=dict)
    survivors: dict[str, list[Mutant]] = field(default_factory=dict)
    rounds: int = 0
    wall_s: float = 0.0


@cache
def explained() -> tuple[Explained, ...]:
    entries = tomllib.loads(SURVIVORS.read_text("utf-8"))["survivors"]
    return tuple(
        Explained(entry["exercise"], tuple(entry["changes"]), " ".join(entry["why"].split())) for entry in entries
    )


def explained_changes(exercise: str) -> set[str]:
    return {change for entry in explained() if entry.exercise == exercise for change in entry.changes}


@cache
def mutants_of(exercise: str) -> tuple[Mutant, ...]:
    """Return the mutants of the instructor's own answer."""
    return tuple(mutants(solutions(assignment_of(exercise))[exercise][0]))


def in_rounds(chosen: Iterable[tuple[str, Mutant]]) -> Iterator[dict[str, Mutant]]:
    """Yield mutants that can be graded in one notebook: of different exercises, none of which builds on another."""
    waiting: dict[str, list[Mutant]] = {}
    for exercise, mutant in chosen:
        waiting.setdefault(exercise, []).append(mutant)
    while waiting:
        taken: dict[str, Mutant] = {}
        for exercise in sorted(waiting, key=lambda name: -len(waiting[name])):
            if not any(exercise in builds_on(other) or other in builds_on(exercise) for other in taken):
                taken[exercise] = waiting[exercise].pop(0)
        waiting = {exercise: mutants_left for exercise, mutants_left in waiting.items() if mutants_left}
        yield taken


def unnoticed(client: GradingClient, by_exercise: dict[str, Mutant]) -> list[str]:
    """List the exercises of a round in which the change cost no points, or had no verdict."""
    own = solutions(client.grader.assignment)
    ground = {name: own[name] for exercise in by_exercise for name in builds_on(exercise)}
    report = client.grade({**ground, **{name: [mutant.source] for name, mutant in by_exercise.items()}}).report
    assert report.reason is None, report.reason
    graded = {exercise.id: exercise for exercise in report.exercises}
    return [name for name in by_exercise if (score := graded[name].score) is None or score >= graded[name].max_score]


class MutantRunner:
    """A course of the real graders, and clients for it.

    Faults are not looked up among the known mistakes: the search takes most of the time, and changes no score.
    """

    def __init__(self, root: Path, forkserver: ForkServer) -> None:
        self.course = make_course(root)
        self._forkserver = forkserver
        self._clients: dict[tuple[str, int], GradingClient] = {}

    def client(self, assignment: str, seed: int) -> GradingClient:
        if (assignment, seed) not in self._clients:
            grader = Grader(self.course, assignment, seed=seed, forkserver=self._forkserver)
            grader._bank = Bank()
            self._clients[assignment, seed] = GradingClient(grader, self.course.root)
        return self._clients[assignment, seed]

    def grade(self, chosen: Sequence[tuple[str, Mutant]], outcome: Outcome, verbose: bool = False) -> None:
        """Grade mutants of one assignment, and grade those that were not noticed once more, each alone."""
        assignment = assignment_of(chosen[0][0])
        for exercise, _ in chosen:
            outcome.mutants[exercise] = outcome.mutants.get(exercise, 0) + 1
        for by_exercise in in_rounds(chosen):
            outcome.rounds += 1
            for name in unnoticed(self.client(assignment, SEED), by_exercise):
                if all(unnoticed(self.client(assignment, seed), {name: by_exercise[name]}) for seed in MORE_SEEDS):
                    outcome.survivors.setdefault(name, []).append(by_exercise[name])
                    if verbose:
                        mutant = by_exercise[name]
                        status = "known" if mutant.change in explained_changes(name) else "NEW"
                        print(f"{status}: {name}: {mutant.kind}: {mutant.change}", flush=True)


def discrepancies(outcome: Outcome, graded: dict[str, set[str]]) -> list[str]:
    """List survivors without an explanation, and explanations of mutants that do not survive.

    ``graded``: the changes that were tried, by exercise.
    """
    problems = []
    for exercise, changes in graded.items():
        survived = {mutant.change for mutant in outcome.survivors.get(exercise, [])}
        expected = explained_changes(exercise) & changes
        problems += [f"{exercise}: earns full marks: {change}" for change in sorted(survived - expected)]
        problems += [f"{exercise}: is explained, and loses points: {change}" for change in sorted(expected - survived)]
    return problems


# ------------------------------------------------------------------------------------------------------- the report


def report() -> str:
    """Return ``docs/mutants.md``: the number of mutants of each exercise, and every one that earns full marks."""
    lines = [_HEAD.strip(), ""]
    lines += ["| assignment | exercise | mutants | noticed | not noticed |", "|---|---|---:|---:|---:|"]
    total = kept = 0
    for assignment in covered():
        for exercise in exercises(assignment):
            count, survivors = len(mutants_of(exercise)), len(explained_changes(exercise))
            total, kept = total + count, kept + survivors
            lines.append(f"| {assignment} | `{exercise}` | {count} | {count - survivors} | {survivors or '–'} |")
    lines += [f"| | all | {total} | {total - kept} | {kept} |", "", "## Not noticed, and why", ""]
    for assignment in covered():
        for exercise in exercises(assignment):
            lines += _explanations(exercise)
    return "\n".join(lines).rstrip() + "\n"


def _explanations(exercise: str) -> Iterator[str]:
    entries = [entry for entry in explained() if entry.exercise == exercise]
    if entries:
        yield f"### `{exercise}`"
        yield ""
    for entry in entries:
        yield entry.why
        yield ""
        for change in entry.changes:
            before, _, after = change.partition("  →  ")
            yield f"- `{before}` → `{after}`"
        yield ""


def covered() -> list[str]:
    """List the assignments whose survivors are explained."""
    looked_at = tomllib.loads(SURVIVORS.read_text("utf-8"))["assignments"]
    return [name for name in ASSIGNMENTS if name in looked_at]


_HEAD = """
# Mutants of the solutions

Do the hidden graders notice when a right answer is changed in one place?
A program, `tests/course/mutating.py`, makes the changes in every solution, one at a time:

- operators and comparisons replaced, operands and arguments swapped or dropped, another variable;
- `.t()`, `.sum()`, `.unsqueeze()` and other calls left out, `mean` for `sum`, in-place forms, `=` for `+=`;
- numbers off by one, dtypes dropped, results and gradients in float32, negated, or with an axis too many;
- gradients added to the old ones or written elsewhere;
- statements removed or in another order, loops a turn short, backwards or ended early;
- elements swapped, letters of einsum in another order, methods and base classes dropped.

Each mutant is graded like a submission, by the whole pipeline.
It is *noticed* if it loses points, and *not noticed* if it earns full marks on the hidden inputs of three seeds.

    python tests/course/mutants.py                                # all of them
    python tests/course/mutants.py 03_forward --exercise mse      # a part
    python tests/course/mutants.py --survivors                    # those below: is each of them still not noticed?

The command fails if a mutant earns full marks and `tests/course/survivors.toml` does not explain it.
If it does not fail, it writes this page.
`make test-all` tries a sample.
The reason for our own tool: [decision 11](decisions/0011-mutants-of-our-own.md).
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", choices=[[], *ASSIGNMENTS], help="default: all")
    parser.add_argument("--exercise", action="append", default=[], help="only this one; may be given several times")
    parser.add_argument("--survivors", action="store_true", help="only those that are explained")
    arguments = parser.parse_args()
    start, outcome = time.monotonic(), Outcome()
    graded: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder, ForkServer() as forkserver:
        grading = MutantRunner(Path(folder), forkserver)
        for assignment in arguments.assignments or covered():
            names = [name for name in exercises(assignment) if name in arguments.exercise or not arguments.exercise]
            chosen = [(name, mutant) for name in names for mutant in mutants_of(name)]
            if arguments.survivors:
                chosen = [(name, mutant) for name, mutant in chosen if mutant.change in explained_changes(name)]
            graded |= {name: {mutant.change for exercise, mutant in chosen if exercise == name} for name in names}
            if chosen:
                grading.grade(chosen, outcome, verbose=True)
    wrong = discrepancies(outcome, graded)
    count, survived = sum(outcome.mutants.values()), sum(map(len, outcome.survivors.values()))
    spent = time.monotonic() - start
    print(f"{count} mutants in {outcome.rounds} notebooks, {survived} not noticed, {spent:.0f} s")
    print(*wrong, sep="\n")
    if not wrong:
        REPORT.write_text(report(), "utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
