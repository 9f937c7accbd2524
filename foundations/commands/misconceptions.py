"""The command ``foundations misconceptions``: list a course's known mistakes, for an instructor or a program.

``graders/<assignment>/misconceptions.py`` contains the mistakes. Each may have numbers of kinds, which
``graders/kinds.toml`` explains: mistakes that learners make alike in many exercises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table

from foundations.config import Course, nearest
from foundations.errors import CourseError
from foundations.grading.misconceptions import load_bank
from foundations.notebooks.source import read_released

#: The symptom of a mistake that declares no other.
BY_VALUE = "values"


@dataclass(frozen=True)
class KnownMistake:
    """A known mistake. ``kinds``: the numbers of its kinds; empty if it has none."""

    assignment: str
    exercise: str
    id: str
    hint: str
    symptoms: tuple[str, ...]
    kinds: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def known_mistakes(course: Course, assignment: str | None = None, exercise: str | None = None) -> list[KnownMistake]:
    """List the known mistakes of ``course``, of one ``assignment`` or of one ``exercise``, in the notebooks' order.

    Raises:
        CourseError: the assignment or exercise does not exist, or a bank of mistakes cannot be read.
    """
    names = [assignment] if assignment else course.assignments
    exercises = {name: _exercises(course, name) for name in names}
    if exercise is not None:
        _must_be_among(exercise, exercises, f"assignment {assignment!r} has" if assignment else "this course has")
    return [
        KnownMistake(
            name,
            misconception.exercise,
            misconception.id,
            misconception.hint,
            misconception.symptoms,
            misconception.kinds,
        )
        for name in names
        for misconception in _in_order(load_bank(course.graders / name).misconceptions, exercises[name])
        if exercise in (None, misconception.exercise)
    ]


def show(mistakes: Sequence[KnownMistake], out: Console) -> None:
    """Print a table of the mistakes of each exercise, and their number."""
    out.print(tables(mistakes))
    out.print(f"  {len(mistakes)} known mistake{'' if len(mistakes) == 1 else 's'}", highlight=False)


def tables(mistakes: Sequence[KnownMistake]) -> Group:
    """Return a table for each exercise: its number of mistakes, their names, symptoms, kinds and hints."""
    grouped = groupby(mistakes, key=lambda mistake: mistake.exercise)
    return Group(*(_table(exercise, list(group)) for exercise, group in grouped))


def _table(exercise: str, mistakes: list[KnownMistake]) -> Table:
    title = f"{escape(exercise)} [dim]in {escape(mistakes[0].assignment)}: {len(mistakes)}[/dim]"
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", expand=True)
    table.add_column("known mistake", width=32, overflow="fold")
    table.add_column("seen by", width=12, overflow="fold")
    if any(mistake.kinds for mistake in mistakes):
        table.add_column("kind", width=5, justify="right")
    table.add_column("hint", ratio=1, overflow="fold")
    for mistake in mistakes:
        name, symptoms = _in_lines(mistake.id, 32), escape(", ".join(mistake.symptoms) or BY_VALUE)
        kinds = [", ".join(map(str, mistake.kinds))] if len(table.columns) > 3 else []
        table.add_row(name, symptoms, *kinds, escape(mistake.hint))
    return table


def _in_lines(name: str, width: int) -> str:
    """Break a long name into lines after underscores."""
    lines = [""]
    for part in name.replace("_", "_ ").split():
        if len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _exercises(course: Course, assignment: str) -> list[str]:
    return [cell.grade_id for cell in read_released(course.notebook(assignment)).cells if cell.automatic]


def _must_be_among(exercise: str, exercises: Mapping[str, list[str]], who: str) -> None:
    names = [name for group in exercises.values() for name in group]
    if exercise not in names:
        hint = nearest(exercise, names) or f"; its exercises are: {', '.join(names) or 'none'}"
        raise CourseError(f"{who} no exercise {exercise!r}{hint}", slug="unknown-exercise")


def _in_order(misconceptions: Iterable[Any], exercises: list[str]) -> list[Any]:
    return sorted(
        (misconception for misconception in misconceptions if misconception.exercise in exercises),
        key=lambda misconception: exercises.index(misconception.exercise),
    )
