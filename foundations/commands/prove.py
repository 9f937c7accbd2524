"""The command ``foundations prove``: show that assignments grade rightly, or name the faults of their author."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from foundations.config import Course
from foundations.errors import CourseError
from foundations.plain import clean, plain_values
from foundations.session import forkserver

if TYPE_CHECKING:
    from foundations.proving.results import ExerciseProof, Proof

#: Survivors of an exercise that the terminal shows as a diff; the page and the JSON show all.
SHOWN_SURVIVORS = 3


@dataclass(frozen=True)
class Options:
    """The options of a proof.

    Attributes:
        exercise: prove this exercise alone; ``None``: all.
        all_mutants: try every mutant of the solutions.
        as_json: print JSON instead of lines.
        page: gets an HTML page; ``None``: no such file.
        convert_weights: first change checks with weights to checks with points.
    """

    exercise: str | None = None
    all_mutants: bool = False
    as_json: bool = False
    page: Path | None = None
    convert_weights: bool = False


def prove(course: Course, assignment: str | None, options: Options, *, out: Console, err: Console) -> int:
    """Prove one assignment, or all of the course, and print the results.

    Returns:
        0 if every assignment is proved, 2 if its author has to correct something.

    Raises:
        CourseError: the assignment or exercise does not exist, a notebook is broken, or the page cannot be written.
    """
    names = _assignments(course, assignment, options.exercise)
    proofs: list[Proof] = []
    if options.convert_weights:
        _convert_weights(course, names, err)
    with forkserver.ForkServer() as server:  # it starts while this process imports
        from foundations.proving.prover import Extent
        from foundations.proving.prover import prove as proved

        for name in names:
            with _progress(name, err) as progress:
                extent = Extent(options.exercise, options.all_mutants)
                proofs.append(proved(course, name, extent, server, progress))
            if not options.as_json:
                show(proofs[-1], course, out)
    if options.as_json:
        documents = [proof.to_json(course.root) for proof in proofs]
        out.print_json(data=plain_values(documents[0] if assignment else documents))
    if options.page:
        _write_page(options.page, proofs, course)
        if not options.as_json:
            _print(out, f"  written: {options.page}")
    return 0 if all(proof.proved for proof in proofs) else CourseError.exit_code


def _convert_weights(course: Course, assignments: Sequence[str], err: Console) -> None:
    from foundations.proving.weights import convert_weights

    for assignment in assignments:
        for path in convert_weights(course, assignment):
            _print(err, f"  points instead of weights: {path.relative_to(course.root)}")


def _assignments(course: Course, assignment: str | None, exercise: str | None) -> list[str]:
    if assignment is not None:
        course.notebook(assignment)  # raises for an unknown name, before anything starts
        return [assignment]
    if exercise is not None:
        raise CourseError("--exercise belongs to one assignment; name the assignment, too", slug="unknown-exercise")
    return course.assignments


def _write_page(path: Path, proofs: Sequence[Proof], course: Course) -> None:
    from foundations.proving.page import page

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(proofs, course.root), "utf-8")
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}", slug="output") from error


# ------------------------------------------------------------------------------------------------------------ progress


class _Bar:
    """A bar on a terminal."""

    def __init__(self, assignment: str, bar: Progress) -> None:
        self._assignment, self._bar = assignment, bar
        self._task = bar.add_task(assignment, total=None)

    def begin(self, activity: str, total: int | None) -> None:
        """Start the bar again for ``activity``."""
        self._bar.reset(self._task, total=total, description=f"{self._assignment}: {activity}")

    def step(self) -> None:
        """Advance the bar."""
        self._bar.advance(self._task)


class _Lines:
    """A line for each activity, for a log."""

    def __init__(self, assignment: str, err: Console) -> None:
        self._assignment, self._err = assignment, err

    def begin(self, activity: str, total: int | None) -> None:
        """Print the activity and the number of its notebooks."""
        count = f" ({total} {'notebook' if total == 1 else 'notebooks'})" if total else ""
        _print(self._err, f"  {self._assignment}: {activity}{count}")

    def step(self) -> None:
        """Print no line for a step."""


@contextlib.contextmanager
def _progress(assignment: str, err: Console) -> Iterator[Any]:
    if not err.is_terminal:
        yield _Lines(assignment, err)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        yield _Bar(assignment, bar)


# -------------------------------------------------------------------------------------------------------------- output


def show(proof: Proof, course: Course, out: Console) -> None:
    """Print a line for each exercise, the mutants that survive, the faults and the remarks."""
    for line in lines(proof, course.root):
        _print(out, line)


def lines(proof: Proof, root: Path) -> Iterator[str]:
    """Yield the lines that the terminal shows."""
    yield f"{proof.assignment}: {verdict(proof)}"
    faulty = {fault.exercise for fault in proof.faults}
    for entry in proof.exercises:
        if entry.earned is not None:
            yield f"  {'✗' if entry.name in faulty else '✓'} {entry.name}: {counts(entry)}"
        yield from _survivors(entry)
    for fault in proof.faults:
        yield f"  ✗ {clean(fault.sentence(root))}"
    for remark in proof.remarks:
        yield f"  · {clean(remark.sentence(root))}"


def verdict(proof: Proof) -> str:
    """Return the result of a proof in a few words."""
    if proof.proved:
        return f"proved in {proof.wall_s:.0f} s"
    count = len(proof.faults)
    return f"NOT PROVED: {count} fault{'' if count == 1 else 's'} to correct, found in {proof.wall_s:.0f} s"


def counts(entry: ExerciseProof) -> str:
    """Return the counts of an exercise in one line."""
    earned = "no score" if entry.earned is None else f"{entry.earned:g}"
    parts = [
        f"solution {earned} of {entry.points:g}",
        f"{entry.caught} of {entry.mistakes} mistakes caught",
        f"{entry.accepted} of {entry.right} right answers accepted",
    ]
    if entry.mutants:
        kept = [f"full marks for {len(entry.survivors)}"] if entry.survivors else []
        parts.append(", ".join([f"{entry.tried} of {entry.mutants} mutants tried", *kept]))
    return " · ".join(parts)


def _survivors(entry: ExerciseProof) -> Iterator[str]:
    unexplained = [survivor for survivor in entry.survivors if not survivor.why]
    for survivor in unexplained[:SHOWN_SURVIVORS]:
        yield f"    earns full marks ({survivor.kind}):"
        yield from (f"      {clean(line)}" for line in survivor.diff.splitlines())
    if len(unexplained) > SHOWN_SURVIVORS:
        yield f"    and {len(unexplained) - SHOWN_SURVIVORS} more; --page or --json shows all"


def _print(console: Console, text: str) -> None:
    """Print ``text`` without wrapping, markup or colours: paths stay whole."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
