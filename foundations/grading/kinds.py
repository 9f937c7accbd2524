"""The kinds of known mistakes: ``graders/kinds.toml`` lists mistakes that learners make alike in many exercises."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from foundations.config import Course
from foundations.errors import CourseError


@dataclass(frozen=True)
class Kind:
    """A mistake that learners make alike in many exercises.

    Attributes:
        listed: exercise and id of each known mistake of this kind.
    """

    number: int
    about: str
    listed: tuple[tuple[str, str], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the known mistakes of this kind."""
        return tuple(name for _, name in self.listed)


def read_kinds(course: Course) -> list[Kind]:
    """Read the kinds in ``graders/kinds.toml``, by number; an empty list if the file does not exist.

    Raises:
        CourseError: the file is not TOML, or a kind lacks a part.
    """
    path = course.graders / "kinds.toml"
    try:
        entries = tomllib.loads(path.read_text("utf-8"))["kind"]
        return sorted((_kind(entry) for entry in entries), key=lambda kind: kind.number)
    except FileNotFoundError:
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, LookupError, TypeError, AttributeError) as error:
        raise CourseError(
            f"{path} is not a list of kinds: {type(error).__name__}: {error}; each [[kind]] needs a number, about and "
            "ids",
            slug="kinds",
        ) from error


def kinds_by_id(kinds: Iterable[Kind]) -> dict[str, list[int]]:
    """Return the numbers of the kinds of each known mistake that has one."""
    numbers: dict[str, list[int]] = {}
    for kind in kinds:
        for name in kind.ids:
            numbers.setdefault(name, []).append(kind.number)
    return numbers


def _kind(entry: Mapping[str, Any]) -> Kind:
    listed = [(exercise, name) for exercise, names in entry["ids"].items() for name in names]
    return Kind(int(entry["number"]), str(entry["about"]), tuple(listed))
