"""The numbered kinds of known mistakes, which ``graders/kinds.toml`` explains: learners make them in many exercises."""

from __future__ import annotations

import tomllib

from foundations.config import Course
from foundations.errors import CourseError

#: A known mistake's kind, or its kinds, as authors write them.
Kinds = int | tuple[int, ...]


def read_kinds(course: Course) -> dict[int, str]:
    """Read the sentence about each kind in ``graders/kinds.toml``, by number; empty if the file does not exist.

    Raises:
        CourseError: the file is not TOML, or has something else.
    """
    path = course.graders / "kinds.toml"
    try:
        entries = tomllib.loads(path.read_text("utf-8"))["kinds"]
        return dict(sorted((int(number), _sentence(about)) for number, about in entries.items()))
    except FileNotFoundError:
        return {}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CourseError(
            f"{path} is not a list of kinds: {type(error).__name__}: {error}; write a table [kinds] with a line "
            '1 = "..." for each kind',
            slug="kinds",
        ) from error


def as_numbers(kinds: Kinds) -> tuple[int, ...]:
    """Return the numbers of the kinds that an author gave, one or several."""
    return kinds if isinstance(kinds, tuple) else (kinds,)


def _sentence(about: object) -> str:
    if not isinstance(about, str):
        raise TypeError(f"{about!r} is not a text")
    return about
