"""The known mistakes of a course as a list: what an instructor reads before a lesson, or a program asks for.

``graders/<assignment>/misconceptions.py`` holds them. ``graders/kinds.toml``, where a course has it, puts them into
numbered kinds: what learners get wrong, in many exercises alike.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from foundations.config import Course, nearest
from foundations.errors import CourseError
from foundations.grading.misconceptions import load_bank
from foundations.notebooks.source import read_released

#: What a mistake is recognised by that declares nothing else.
BY_VALUE = "values"


@dataclass(frozen=True)
class Kind:
    """What learners get wrong in many exercises alike. ``ids``: the known mistakes that are of this kind."""

    number: int
    about: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """One known mistake. ``kinds``: numbers of the kinds it belongs to; none where the course has no such list."""

    assignment: str
    exercise: str
    id: str
    hint: str
    symptoms: tuple[str, ...]
    kinds: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def known_mistakes(course: Course, assignment: str | None = None, exercise: str | None = None) -> list[Known]:
    """The known mistakes of ``course``, of one ``assignment`` or of one ``exercise``, in the notebooks' order.

    Raises:
        CourseError: there is no such assignment or exercise, or a bank of mistakes cannot be read.
    """
    names = [assignment] if assignment else course.assignments
    exercises = {name: _exercises(course, name) for name in names}
    if exercise is not None:
        _must_be_among(exercise, exercises, f"assignment {assignment!r} has" if assignment else "this course has")
    kinds = _kinds_by_id(read_kinds(course))
    return [
        Known(name, one.exercise, one.id, one.hint, one.symptoms, tuple(kinds.get(one.id, ())))
        for name in names
        for one in _in_order(load_bank(course.graders / name).misconceptions, exercises[name])
        if exercise in (None, one.exercise)
    ]


def read_kinds(course: Course) -> list[Kind]:
    """The kinds of ``graders/kinds.toml``, by number; none where there is no such file.

    Raises:
        CourseError: it is not TOML, or a kind lacks a part.
    """
    path = course.graders / "kinds.toml"
    try:
        entries = tomllib.loads(path.read_text("utf-8"))["kind"]
        return sorted((_kind(entry) for entry in entries), key=lambda kind: kind.number)
    except FileNotFoundError:
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, LookupError, TypeError, AttributeError) as error:
        raise CourseError(f"{path} is no list of kinds: {error}", slug="kinds") from error


def shown(known: Sequence[Known]) -> Group:
    """A table for each exercise, with its number of mistakes: names, how each shows itself, kinds, hints."""
    return Group(*(_table(exercise, list(those)) for exercise, those in groupby(known, key=lambda one: one.exercise)))


def _table(exercise: str, known: list[Known]) -> Table:
    title = f"{escape(exercise)} [dim]in {escape(known[0].assignment)}: {len(known)}[/dim]"
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", expand=True)
    table.add_column("known mistake", width=32, overflow="fold")
    table.add_column("seen by", width=12, overflow="fold")
    if any(one.kinds for one in known):
        table.add_column("kind", width=5, justify="right")
    table.add_column("hint", ratio=1, overflow="fold")
    for one in known:
        kinds = [", ".join(map(str, one.kinds))] if len(table.columns) > 3 else []
        table.add_row(_in_lines(one.id, 32), escape(", ".join(one.symptoms) or BY_VALUE), *kinds, escape(one.hint))
    return table


def _in_lines(name: str, width: int) -> str:
    """A long name in lines, broken behind an underscore."""
    lines = [""]
    for part in name.replace("_", "_ ").split():
        if len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _exercises(course: Course, assignment: str) -> list[str]:
    return [cell.grade_id for cell in read_released(course.notebook(assignment)).cells if cell.automatic]


def _must_be_among(exercise: str, exercises: Mapping[str, list[str]], who: str) -> None:
    known = [name for those in exercises.values() for name in those]
    if exercise not in known:
        hint = nearest(exercise, known) or f"; its exercises are: {', '.join(known) or 'none'}"
        raise CourseError(f"{who} no exercise {exercise!r}{hint}", slug="unknown-exercise")


def _in_order(misconceptions: Iterable[Any], exercises: list[str]) -> list[Any]:
    return sorted(
        (one for one in misconceptions if one.exercise in exercises), key=lambda one: exercises.index(one.exercise)
    )


def _kind(entry: Mapping[str, Any]) -> Kind:
    ids = [name for names in entry["ids"].values() for name in names]
    return Kind(int(entry["number"]), str(entry["about"]), tuple(ids))


def _kinds_by_id(kinds: Iterable[Kind]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for kind in kinds:
        for name in kind.ids:
            numbers.setdefault(name, []).append(kind.number)
    return numbers
