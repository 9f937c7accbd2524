"""Mutation testing of the hidden graders: does each notice when a right answer is changed in one place?

``python tests/course/mutants.py`` makes every mutant of every solution (see :mod:`foundations.proving.mutating`),
grades it as a class is graded, and names those that earn full marks. ``graders/survivors.toml`` explains each permitted
one. The command fails if a survivor is not in the file, or if one in the file loses points. If it does not fail, it
rewrites ``docs/mutants.md``.

``python tests/course/mutants.py 03_forward --exercise mse --exercise lin`` tries a part.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from grading import ASSIGNMENTS, COURSE, ROOT, assignment, assignment_of, exercises, source

from foundations.proving import survivors
from foundations.proving.mutating import Mutant
from foundations.proving.rounds import rounds
from foundations.proving.survivors import Explained, MutantAnswer, read_explained, unnoticed
from foundations.proving.trials import Trials, opened
from foundations.session.forkserver import ForkServer

REPORT = ROOT / "docs" / "mutants.md"
#: The assignments whose survivors are explained.
_COVERED = tomllib.loads((ROOT / "graders" / "survivors.toml").read_text("utf-8"))["assignments"]


@dataclass
class Outcome:
    """The result of grading some mutants, by exercise."""

    mutants: dict[str, int] = field(default_factory=dict)
    survivors: dict[str, list[Mutant]] = field(default_factory=dict)
    rounds: int = 0


@cache
def explained() -> tuple[Explained, ...]:
    return read_explained(COURSE)


def explained_changes(exercise: str) -> set[str]:
    return {change for entry in explained() if entry.exercise == exercise for change in entry.changes}


@cache
def mutants_of(exercise: str) -> tuple[Mutant, ...]:
    """Return the mutants of the instructor's own answer."""
    return tuple(answer.mutant for answer in survivors.mutants_of(assignment(assignment_of(exercise)), exercise))


def in_rounds(chosen: Sequence[tuple[str, Mutant]]) -> Iterator[dict[str, MutantAnswer]]:
    """Yield mutants that can be graded in one notebook: of different exercises, none of which builds on another."""
    source = assignment(assignment_of(chosen[0][0]))
    return rounds((MutantAnswer(exercise, mutant) for exercise, mutant in chosen), source.clash)


class MutantRunner:
    """Grades mutants of any assignment, each assignment with one grader."""

    def __init__(self, root: Path, forkserver: ForkServer) -> None:
        self._root, self._forkserver = root, forkserver
        self._open = ExitStack()
        self._trials: dict[str, Trials] = {}

    def __enter__(self) -> MutantRunner:
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    def trials(self, name: str) -> Trials:
        if name not in self._trials:
            folder = self._root / name
            made = opened(assignment(name), source(name), folder, self._forkserver)
            self._trials[name] = self._open.enter_context(made)
        return self._trials[name]

    def grade(self, chosen: Sequence[tuple[str, Mutant]], outcome: Outcome, verbose: bool = False) -> None:
        """Grade mutants of one assignment, and grade those that were not noticed once more, each alone."""
        trials = self.trials(assignment_of(chosen[0][0]))
        for exercise, _ in chosen:
            outcome.mutants[exercise] = outcome.mutants.get(exercise, 0) + 1
        for together in in_rounds(chosen):
            outcome.rounds += 1
            for answer, _ in unnoticed(trials, together):
                outcome.survivors.setdefault(answer.exercise, []).append(answer.mutant)
                if verbose:
                    status = "known" if answer.name in explained_changes(answer.exercise) else "NEW"
                    print(f"{status}: {answer.exercise}: {answer.mutant.kind}: {answer.name}", flush=True)


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
    for name in covered():
        for exercise in exercises(name):
            count, full = len(mutants_of(exercise)), len(explained_changes(exercise))
            total, kept = total + count, kept + full
            lines.append(f"| {name} | `{exercise}` | {count} | {count - full} | {full or '–'} |")
    lines += [f"| | all | {total} | {total - kept} | {kept} |", "", "## Not noticed, and why", ""]
    for name in covered():
        for exercise in exercises(name):
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
    return [name for name in ASSIGNMENTS if name in _COVERED]


_HEAD = """
# Mutants of the solutions

Do the hidden graders notice when a right answer is changed in one place?
A module, `foundations/proving/mutating.py`, makes the changes in every solution, one at a time:

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

The command fails if a mutant earns full marks and `graders/survivors.toml` does not explain it.
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
    with (
        tempfile.TemporaryDirectory() as folder,
        ForkServer() as forkserver,
        MutantRunner(Path(folder), forkserver) as grading,
    ):
        for each in arguments.assignments or covered():
            names = [name for name in exercises(each) if name in arguments.exercise or not arguments.exercise]
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
