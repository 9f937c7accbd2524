"""Finding submissions on disk: one notebook, or a folder laid out ``<student>/<assignment>/<assignment>.ipynb``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from foundations.errors import CourseError


@dataclass(frozen=True)
class Found:
    """A submission to grade. ``folder`` is the submitted folder it lies in, ``None`` for a notebook lying anywhere
    else.
    """

    student: str
    path: Path
    folder: Path | None


def find_submissions(path: Path, assignment: str) -> list[Found]:
    """Submissions of ``assignment`` at ``path``, by student. A student without the notebook is among them: it is
    reported, not passed over.

    Raises:
        CourseError: ``path`` is neither a notebook nor a folder that holds submissions of ``assignment``.
    """
    if path.is_dir():
        return _in_folder(path, assignment)
    if path.suffix != ".ipynb":
        missing = "" if path.exists() or path.is_symlink() else " does not exist; it"
        raise CourseError(
            f"{path}{missing} must be a notebook (.ipynb) or a folder of submissions", slug="no-submissions"
        )
    # A missing notebook is a typing error on the command line, and no student's fault.
    if not path.exists() and not path.is_symlink():
        raise CourseError(f"{path} does not exist", slug="no-submissions")
    return [_one(path, assignment)]


def _in_folder(path: Path, assignment: str) -> list[Found]:
    if (path / f"{assignment}.ipynb").is_file():
        return [_one(path / f"{assignment}.ipynb", assignment)]
    students = sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith("."))
    found = [Found(child.name, child / assignment / f"{assignment}.ipynb", path) for child in students]
    if not any((child / assignment).exists() for child in students):
        raise CourseError(
            f"{path} holds no submission of {assignment!r}; expected {path}/<student>/{assignment}/{assignment}.ipynb",
            slug="no-submissions",
        )
    return found


def _one(path: Path, assignment: str) -> Found:
    whole = path.absolute()
    laid_out = whole.name == f"{assignment}.ipynb" and whole.parent.name == assignment
    if laid_out:
        return Found(whole.parent.parent.name, path, whole.parent.parent.parent)
    return Found(path.stem, path, None)
