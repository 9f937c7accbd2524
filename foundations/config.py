"""A course's folders and settings: limits, feedback level, the price of hidden code.

A course is a folder with ``source/`` and ``graders/``. Its settings are in its ``pyproject.toml``, and
``docs/settings.md`` lists them::

    [tool.foundations]
    feedback = "hints"                      # or "none", "example", "full"
    hidden_code = "review"                  # or "fail"
    rerun_all = false                       # or true

    [tool.foundations.limits]
    cell_cpu_s = 30

    [tool.foundations.assignment.01_matmul.limits]
    cell_cpu_s = 60

    [tool.foundations.assignment.01_matmul.exercise.matmul_naive.limits]
    check_cpu_s = 20
"""

from __future__ import annotations

import difflib
import math
import os
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from foundations.errors import CourseError

#: How much messages show, from the least to the most.
Feedback = Literal["none", "hints", "example", "full"]
#: The price of a finding for review: no points, or the points of the exercises that it is part of.
HiddenCode = Literal["review", "fail"]

#: Limits that may be set for one exercise. The others belong to the student process, which serves all exercises.
OF_AN_EXERCISE = ("cell_cpu_s", "cell_wall_s", "check_cpu_s", "check_wall_s")
#: Limits that may be 0. No file can be written then.
MAY_BE_ZERO = ("scratch_bytes", "scratch_files")
#: Characters of a pattern of file names, or of an escape in the address of a database.
_NOT_IN_PATHS = re.compile(r"[\[\]*?]|%[0-9A-Fa-f]{2}")
#: Defaults of an assignment that declares files.
_ROOM_FOR_FILES = {"scratch_bytes": 16_000_000, "scratch_files": 32}

#: The folder of right answers in a folder of graders. They are neither hidden tests nor code that travels.
RIGHT = "right"

_COURSE_KEYS = ("feedback", "hidden_code", "rerun_all", "limits", "assignment")
_ASSIGNMENT_KEYS = ("hidden_code", "limits", "files", "exercise")
_EXERCISE_KEYS = ("limits",)


@dataclass(frozen=True)
class Limits:
    """The limits of one submission, in seconds, bytes and counts. The defaults suit a laptop."""

    cell_cpu_s: float = 30.0
    cell_wall_s: float = 60.0
    check_cpu_s: float = 10.0
    check_wall_s: float = 30.0
    notebook_wall_s: float = 600.0
    memory_bytes: int = 2_000_000_000
    output_bytes: int = 1 << 20
    reply_bytes: int = 64 << 20
    notebook_bytes: int = 128 << 20
    restarts: int = 20
    #: Bytes and number of the files in the student's scratch folder; 0: no file can be written.
    scratch_bytes: int = 0
    scratch_files: int = 0

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if fault := _fault(item.name, value):
                raise CourseError(f"limit {item.name} is {value!r}: {fault}", slug="limits")
            if item.name in _WHOLE:
                object.__setattr__(self, item.name, int(value))  # TOML's 2e9 is a float

    def to_json(self) -> dict[str, float]:
        return asdict(self)


_WHOLE = frozenset(item.name for item in fields(Limits) if item.type == "int")
_LIMITS = tuple(item.name for item in fields(Limits))


def _fault(name: str, value: object) -> str | None:
    """Return the end of a sentence on an invalid value of a limit; ``None`` if ``value`` is valid."""
    least = "a number from 0 up" if name in MAY_BE_ZERO else "a number above 0"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return f"it must be {least}"
    if value < 0 or (value == 0 and name not in MAY_BE_ZERO):
        return f"it must be {least}"
    return "it must be a whole number" if name in _WHOLE and value != int(value) else None


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
        """The names of the assignments that have a source notebook, in order."""
        return sorted(path.parent.name for path in self.source.glob("*/*.ipynb") if path.stem == path.parent.name)

    def notebook(self, assignment: str) -> Path:
        """Return the path of the source notebook of ``assignment``.

        Raises:
            CourseError: the assignment does not exist. The message suggests the nearest name.
        """
        names = self.assignments
        if assignment not in names:
            hint = nearest(assignment, names) or f"; this course has: {', '.join(names) or 'none'}"
            raise CourseError(f"assignment {assignment!r} is not under {self.source}{hint}", slug="unknown-assignment")
        return self.source / assignment / f"{assignment}.ipynb"

    @property
    def feedback(self) -> Feedback:
        level = self.settings.get("feedback", "hints")
        if level not in get_args(Feedback):
            raise CourseError(
                f"{self._file}: feedback is {level!r}; it must be one of {', '.join(get_args(Feedback))}",
                slug="feedback",
            )
        return level

    @property
    def rerun_all(self) -> bool:
        """Whether grading draws all figures, measures all times and runs all demonstrations anew."""
        value = self.settings.get("rerun_all", False)
        if not isinstance(value, bool):
            raise CourseError(f"{self._file}: rerun_all is {value!r}; it must be true or false", slug="settings")
        return value

    def hidden_code(self, assignment: str) -> HiddenCode:
        """Return the price of a finding for review in ``assignment``: its own setting, else the course's.

        Raises:
            CourseError: the value of the setting is invalid.
        """
        own = self._assignment(assignment)
        where = f", [tool.foundations.assignment.{assignment}]" if "hidden_code" in own else ""
        value = {**self.settings, **own}.get("hidden_code", "review")
        if value not in get_args(HiddenCode):
            raise CourseError(
                f"{self._file}{where}: hidden_code is {value!r}; it must be one of {', '.join(get_args(HiddenCode))}",
                slug="hidden-code",
            )
        return value

    def limits(self, assignment: str, exercise: str | None = None) -> Limits:
        """Return the limits of ``exercise``, or of ``assignment``. They override those of the course.

        Raises:
            CourseError: a limit is unknown, has an invalid value, or is in a table that may not set it.
        """
        own = self._assignment(assignment)
        table = {
            **(_ROOM_FOR_FILES if self.files(assignment) else {}),
            **self._limits(self.settings, ""),
            **self._limits(own, f".assignment.{assignment}"),
        }
        if exercise is not None:
            where = f".assignment.{assignment}.exercise.{exercise}"
            table |= self._limits(self._exercises(assignment).get(exercise, {}), where, OF_AN_EXERCISE)
        limits = replace(Limits(), **table)
        if self.files(assignment) and not (limits.scratch_bytes and limits.scratch_files):
            raise CourseError(
                f"{self._file}: assignment {assignment!r} declares files, but scratch_bytes or scratch_files is 0, so "
                "that there is no folder for them; raise both limits",
                slug="limits",
            )
        return limits

    def files(self, assignment: str) -> tuple[str, ...]:
        """Return the names of the files that students submit together with the notebook of ``assignment``.

        Raises:
            CourseError: the setting is not a list of plain names.
        """
        names = self._assignment(assignment).get("files", [])
        where = f"{self._file}, [tool.foundations.assignment.{assignment}]"
        if not isinstance(names, list):
            raise CourseError(f"{where}: files is {names!r}; it must be a list of names", slug="files")
        for name in names:
            if not isinstance(name, str) or not is_plain_name(name):
                raise CourseError(
                    f"{where}: {name!r} in files is not a plain name; use letters, digits, _, - and ., and no folder",
                    slug="files",
                )
        return tuple(dict.fromkeys(names))

    def check_exercises(self, assignment: str, exercises: Collection[str]) -> None:
        """Refuse settings for an exercise that ``assignment`` does not have.

        Raises:
            CourseError: a name is not in ``exercises``. The message suggests the nearest one.
        """
        for name in self._exercises(assignment):
            if name not in exercises:
                hint = nearest(name, exercises) or f"; its exercises are: {', '.join(exercises) or 'none'}"
                raise CourseError(
                    f"{self._file}: assignment {assignment!r} has no exercise {name!r}{hint}", slug="settings"
                )
            self.limits(assignment, name)

    def check_settings(self) -> None:
        """Refuse unknown names and invalid values in the settings, so that no typo is silently ignored.

        Raises:
            CourseError: a key, an assignment or a limit is unknown, or a value is invalid.
        """
        self._check_keys(self.settings, "", _COURSE_KEYS)
        for name in self._table(self.settings, "assignment", ""):
            if name not in self.assignments:
                hint = (
                    nearest(name, self.assignments) or f"; {self.source} has: {', '.join(self.assignments) or 'none'}"
                )
                raise CourseError(f"{self._file}: there is no assignment {name!r}{hint}", slug="settings")
            where = f".assignment.{name}"
            self._check_keys(self._assignment(name), where, _ASSIGNMENT_KEYS)
            for exercise, table in self._exercises(name).items():
                self._check_keys(table, f"{where}.exercise.{exercise}", _EXERCISE_KEYS)
                self.limits(name, exercise)
            self.limits(name)
            self.hidden_code(name)
        self._limits(self.settings, "")
        self.hidden_code("")
        _ = self.feedback, self.rerun_all

    @property
    def _file(self) -> Path:
        return self.root / "pyproject.toml"

    def _assignment(self, name: str) -> Mapping[str, Any]:
        return self._table(self._table(self.settings, "assignment", ""), name, ".assignment")

    def _exercises(self, assignment: str) -> Mapping[str, Mapping[str, Any]]:
        where = f".assignment.{assignment}"
        table = self._table(self._assignment(assignment), "exercise", where)
        return {name: self._table(table, name, f"{where}.exercise") for name in table}

    def _limits(self, table: Mapping[str, Any], where: str, allowed: Collection[str] = _LIMITS) -> Mapping[str, Any]:
        """Return the limits in ``table``, checked. ``where``: the table's dotted name below ``tool.foundations``."""
        limits = self._table(table, "limits", where)
        header = f"{self._file}, [tool.foundations{where}.limits]"
        for name, value in limits.items():
            if name not in _LIMITS:
                hint = nearest(name, _LIMITS) or f"; limits are: {', '.join(allowed)}"
                raise CourseError(f"{header}: {name!r} is not a limit{hint}", slug="limits")
            if name not in allowed:
                raise CourseError(
                    f"{header}: {name} cannot be set for one exercise, because it belongs to the process that serves "
                    f"all exercises; set it for the assignment (an exercise may have {', '.join(allowed)})",
                    slug="limits",
                )
            if fault := _fault(name, value):
                raise CourseError(f"{header}: {name} is {value!r}: {fault}", slug="limits")
        return limits

    def _table(self, parent: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
        table = parent.get(name, {})
        if not isinstance(table, dict):
            raise CourseError(
                f"[tool.foundations{where}.{name}] in {self._file} is not a table but {table!r}; write it as a table",
                slug="settings",
            )
        return table

    def _check_keys(self, table: Mapping[str, Any], where: str, allowed: Collection[str]) -> None:
        for name in table:
            if name not in allowed:
                hint = nearest(name, allowed) or f"; settings here are: {', '.join(allowed)}"
                raise CourseError(
                    f"{self._file}, [tool.foundations{where}]: {name!r} is not a setting{hint}", slug="settings"
                )


def cache_folder() -> Path:
    """Return this user's folder for files that can be made again."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home, "foundations")


def is_plain_name(name: str) -> bool:
    """Return whether ``name`` can only be the name of a file, not a path or an option, on every system."""
    return re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", name) is not None


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that suggests the name in ``known`` nearest to ``name``; empty if none is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else ""


def find_course(start: Path | None = None) -> Course:
    """Return the course that contains ``start`` (default: the working directory).

    Raises:
        CourseError: no folder from ``start`` upwards has both ``source/`` and ``graders/``, or a setting is wrong.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        # os.path returns False for a folder that may not be entered; pathlib would raise.
        if os.path.isdir(folder / "source") and os.path.isdir(folder / "graders"):
            _check_path(folder)
            course = Course(folder, read_settings(folder / "pyproject.toml"))
            course.check_settings()
            return course
    raise CourseError(
        f"no course at {here}: neither it nor a folder above it has source/ and graders/; pass --course DIR",
        slug="no-course",
    )


def _check_path(root: Path) -> None:
    """Refuse a path that nbgrader, pytest or the gradebook's database would read as a pattern or an escape.

    Raises:
        CourseError: the path contains such a character.
    """
    if match := _NOT_IN_PATHS.search(str(root)):
        raise CourseError(
            f"the course's path {str(root)!r} contains {match[0]!r}, which nbgrader, pytest or the gradebook's "
            "database reads as a pattern or an escape; rename that folder and run the same command again",
            slug="course-path",
        )


def read_settings(path: Path) -> Mapping[str, Any]:
    """Return the ``[tool.foundations]`` table of ``path``; an empty one if the file or the table is missing.

    Raises:
        CourseError: the file cannot be read, is not TOML, or ``tool.foundations`` is not a table.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}; correct that line", slug="settings") from error
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read: {error.strerror}; look at its permissions", slug="settings"
        ) from error
    tool = document.get("tool", {})
    table = tool.get("foundations", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise CourseError(
            f"[tool.foundations] in {path} is not a table but {table!r}; write it as a table", slug="settings"
        )
    return table
