"""Find submissions on disk, laid out as ``<student>/<assignment>/``, and the files that students submit with them.

A submission is one notebook, or is in a folder laid out ``<student>/<assignment>/<assignment>.ipynb``.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from foundations.errors import CourseError

_NOT_IN_NAMES = frozenset('\\*?[<>"')


@dataclass(frozen=True)
class Found:
    """A submission to grade.

    ``folder`` is the submitted folder that contains it. It is ``None`` for a notebook anywhere else, and for one in a
    folder whose name a gradebook cannot store: such a notebook is graded, and not recorded.
    """

    student: str
    path: Path
    folder: Path | None


def find_submissions(path: Path, assignment: str) -> list[Found]:
    """Return the submissions of ``assignment`` at ``path``, by student.

    A student without the notebook is included, so that the missing notebook is reported.

    Raises:
        CourseError: ``path`` is neither a notebook nor a folder with submissions of ``assignment``.
    """
    if path.is_dir():
        return _in_folder(path, assignment)
    if path.suffix != ".ipynb":
        missing = "" if path.exists() or path.is_symlink() else " does not exist; it"
        raise CourseError(
            f"{path}{missing} must be a notebook (.ipynb) or a folder of submissions", slug="no-submissions"
        )
    # A missing notebook is a typing error on the command line, not a student's fault.
    if not path.exists() and not path.is_symlink():
        raise CourseError(f"{path} does not exist", slug="no-submissions")
    return [_one(path, assignment)]


def _in_folder(path: Path, assignment: str) -> list[Found]:
    # Anything with that name counts: if it is not a file, the report shows that.
    if os.path.lexists(path / f"{assignment}.ipynb"):
        return [_one(path / f"{assignment}.ipynb", assignment)]
    students = sorted(
        child for child in path.iterdir() if (child.is_dir() or child.is_symlink()) and not child.name.startswith(".")
    )
    submissions = [_of(child.name, child / assignment / f"{assignment}.ipynb", path) for child in students]
    if not any((child / assignment).exists() for child in students):
        raise CourseError(
            f"{path} has no submission of {assignment!r}; expected {path}/<student>/{assignment}/{assignment}.ipynb",
            slug="no-submissions",
        )
    # Callers take the submitted folder from the first submission.
    return sorted(submissions, key=lambda submission: submission.folder is None)


def _one(path: Path, assignment: str) -> Found:
    whole = path.absolute()
    laid_out = whole.name == f"{assignment}.ipynb" and whole.parent.name == assignment
    if laid_out:
        return _of(whole.parent.parent.name, path, whole.parent.parent.parent)
    return _of(path.stem, path, None)


def _of(name: str, path: Path, folder: Path | None) -> Found:
    """Return a submission whose student is the ``name`` of its folder, written so that the name is safe to show.

    Control characters and bytes that are not text become escapes, because databases, pages and terminals should not
    get them, and nbgrader stops at the first. Wildcards become escapes because nbgrader would read them as a pattern.
    Angle brackets and quotes become escapes because the pages of nbgrader's formgrader insert the name unchanged: an
    element in it would run with the rights of the person who grades.
    """
    if any(unicodedata.category(character) in ("Cc", "Cs") or character in _NOT_IN_NAMES for character in name):
        return Found(name.encode("unicode_escape").decode("ascii"), path, None)
    return Found(name, path, folder)


def read_declared(folder: Path, names: Iterable[str], limit: int) -> tuple[dict[str, bytes], list[str]]:
    """Return the files ``names`` of a student's ``folder``, and a sentence for each file that was left out.

    Only regular files are read; links are not followed and pipes not waited for. ``limit``: bytes of all together.
    """
    files: dict[str, bytes] = {}
    notes: list[str] = []
    for name in names:
        content = _read_file(folder, name, limit)
        if isinstance(content, bytes) and len(content) + sum(map(len, files.values())) > limit:
            content = f"was left out: the files of a submission may have {limit:,} bytes together"
        if isinstance(content, bytes):
            files[name] = content
        else:
            notes.append(f"the file {name!r} {content}")
    return files, notes


def write_declared(files: Mapping[str, bytes], scratch: Path, owner: int | None = None) -> None:
    """Write ``files`` into the empty folder ``scratch``; ``owner``: the user who shall own them.

    Raises:
        OSError: a file exists already, or the disk is full.
    """
    folder = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for name, content in files.items():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(name, flags, 0o600, dir_fd=folder), "wb") as file:
                file.write(content)
                if owner not in (None, os.getuid()):
                    os.fchown(file.fileno(), owner, -1)
    finally:
        os.close(folder)


def _read_file(folder: Path, name: str, limit: int) -> bytes | str:
    """Return the content of a file, or the reason why it is left out.

    At most ``limit`` + 1 bytes are read, because the file may grow while it is read.
    """
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return "was not submitted"
    except OSError:
        return "was left out: it is a link or cannot be opened"
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return "was left out: it is not a regular file"
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limit + 1)
    finally:
        os.close(descriptor)
