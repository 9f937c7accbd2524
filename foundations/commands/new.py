"""The commands ``foundations new course`` and ``foundations new exercise``: begin a course or an exercise."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from foundations.config import Course
from foundations.proving import scaffold


def course(folder: Path, out: Console) -> None:
    """Write a course without assignments into ``folder``, and print its files.

    Raises:
        CourseError: a file of the course exists, or cannot be written.
    """
    from foundations.gradebook.store import SETTINGS

    _show(scaffold.new_course(folder, SETTINGS), out)
    _print(out, f"  next: foundations new exercise NAME --assignment 01_first --course {folder}")


def exercise(own: Course, assignment: str, name: str, numpy: bool | None, out: Console) -> None:
    """Write a new exercise into an assignment, which is begun if it does not exist, and print its files.

    ``numpy`` is as for :func:`foundations.proving.scaffold.new_exercise`.

    Raises:
        CourseError: a name cannot be used, the exercise exists, or a file cannot be written.
    """
    _show(scaffold.new_exercise(own, assignment, name, numpy=numpy), out)
    _print(out, "  next: fill the three lines that begin with ### BLANK, and prove the exercise:")
    _print(out, f"  foundations prove {assignment} --exercise {name} --course {own.root}")


def _show(paths: list[Path], out: Console) -> None:
    for path in paths:
        _print(out, f"  written: {path}")


def _print(console: Console, text: str) -> None:
    """Print ``text`` without wrapping, markup or colours: paths stay whole."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
