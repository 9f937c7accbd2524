"""Where a course lies and what it allows: folders, limits, feedback level.

A course is a folder that holds ``source/`` and ``graders/``. Its settings stand in its ``pyproject.toml``::

    [tool.foundations]
    feedback = "hints"                      # or "full", "none"

    [tool.foundations.limits]
    cell_cpu_s = 30

    [tool.foundations.assignment.01_matmul.limits]
    cell_cpu_s = 60
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from foundations.errors import CourseError

Feedback = Literal["hints", "full", "none"]


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds, bytes and counts; the defaults suit a laptop."""

    cell_cpu_s: float = 30.0
    cell_wall_s: float = 60.0
    check_cpu_s: float = 10.0
    check_wall_s: float = 30.0
    notebook_wall_s: float = 600.0
    memory_bytes: int = 2 << 30
    output_bytes: int = 1 << 20
    reply_bytes: int = 64 << 20
    notebook_bytes: int = 128 << 20
    restarts: int = 20

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise CourseError(f"limit {item.name} is {value!r}: it must be a number above 0", slug="limits")

    def to_json(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True)
class Course:
    """One course on disk and the settings of its ``pyproject.toml``."""

    root: Path
    settings: Mapping[str, Any]

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def graders(self) -> Path:
        return self.root / "graders"

    @property
    def assignments(self) -> list[str]:
        """Names of the assignments that have a source notebook, in order."""
        return sorted(path.parent.name for path in self.source.glob("*/*.ipynb") if path.stem == path.parent.name)

    def notebook(self, assignment: str) -> Path:
        """The source notebook of ``assignment``.

        Raises:
            CourseError: there is no such assignment; the nearest name is suggested.
        """
        known = self.assignments
        if assignment not in known:
            near = difflib.get_close_matches(assignment, known, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]!r}?" if near else f"; this course has: {', '.join(known) or 'none'}"
            raise CourseError(f"assignment {assignment!r} is not under {self.source}{hint}", slug="unknown-assignment")
        return self.source / assignment / f"{assignment}.ipynb"

    @property
    def feedback(self) -> Feedback:
        level = self.settings.get("feedback", "hints")
        if level not in get_args(Feedback):
            raise CourseError(f"feedback level {level!r} is none of {', '.join(get_args(Feedback))}", slug="feedback")
        return level

    def limits(self, assignment: str) -> Limits:
        """The course's limits with those of ``assignment`` laid over them."""
        table = {
            **self.settings.get("limits", {}),
            **self.settings.get("assignment", {}).get(assignment, {}).get("limits", {}),
        }
        known = {item.name for item in fields(Limits)}
        if unknown := sorted(set(table) - known):
            raise CourseError(
                f"limit {unknown[0]!r} in {self.root / 'pyproject.toml'} is none of {', '.join(sorted(known))}",
                slug="limits",
            )
        return replace(Limits(), **table)


def find_course(start: Path | None = None) -> Course:
    """The course that ``start`` (default: the working directory) lies in.

    Raises:
        CourseError: no folder from ``start`` upwards holds both ``source/`` and ``graders/``.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "source").is_dir() and (folder / "graders").is_dir():
            return Course(folder, read_settings(folder / "pyproject.toml"))
    raise CourseError(
        f"no course at {here}: neither it nor a folder above it holds source/ and graders/; pass --course DIR",
        slug="no-course",
    )


def read_settings(path: Path) -> Mapping[str, Any]:
    """The ``[tool.foundations]`` table of ``path``; empty where the file or the table is missing."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}", slug="settings") from error
    table = document.get("tool", {}).get("foundations", {})
    if not isinstance(table, dict):
        raise CourseError(f"[tool.foundations] in {path} is not a table", slug="settings")
    return table
