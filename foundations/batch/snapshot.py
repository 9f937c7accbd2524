"""The files of a course that a grading depends on: their digest, and an archive for machines that lack them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import foundations
from foundations.config import Course
from foundations.errors import CourseError

#: Folders that hold no part of a course.
_LEFT_OUT = frozenset({"__pycache__", ".ipynb_checkpoints"})


@dataclass(frozen=True)
class Archive:
    """A course for a machine that does not have it: a tar archive of its files, and its settings as JSON."""

    files: bytes
    settings: str


@dataclass(frozen=True)
class Snapshot:
    """The files and settings of some assignments of a course, as they are now.

    Attributes:
        files: the content of each file, by its path below the course.
        settings: the course's ``[tool.foundations]`` table, as JSON.
    """

    files: tuple[tuple[str, bytes], ...]
    settings: str

    @classmethod
    def of(cls, course: Course, assignments: list[str]) -> Snapshot:
        """Read the source, the hidden tests and the settings of ``assignments``.

        Raises:
            CourseError: a file cannot be read.
        """
        paths = sorted(set(_paths(course, assignments)))
        try:
            files = tuple((path.relative_to(course.root).as_posix(), path.read_bytes()) for path in paths)
        except OSError as error:
            raise CourseError(
                f"{error.filename} cannot be read: {error.strerror}; look at its permissions", slug="graders"
            ) from error
        return cls(files, json.dumps(course.settings, sort_keys=True, default=str))

    @property
    def digest(self) -> str:
        """A text that is equal for equal files, settings and versions of this package."""
        whole = hashlib.sha256(_package().encode())
        for part in (self.settings.encode(), *(piece for name, data in self.files for piece in (name.encode(), data))):
            whole.update(len(part).to_bytes(8, "big") + part)
        return whole.hexdigest()

    def archive(self) -> Archive:
        """Return the files and settings for another machine."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            for name, data in self.files:
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        return Archive(buffer.getvalue(), self.settings)


def unpack(archive: Archive, folder: Path) -> Course:
    """Write the files of an archive into the new, private ``folder``, and return the course in it."""
    folder.mkdir(mode=0o700)
    with tarfile.open(fileobj=io.BytesIO(archive.files), mode="r:gz") as files:
        files.extractall(folder, filter="data")
    return Course(folder, json.loads(archive.settings))


def _paths(course: Course, assignments: list[str]) -> Iterator[Path]:
    for assignment in assignments:
        yield course.notebook(assignment)
        for folder in (course.notebook(assignment).parent, course.graders / assignment):
            yield from _below(folder)
    yield from (path for path in course.graders.glob("*") if path.is_file())


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not _LEFT_OUT.intersection(path.relative_to(folder).parts):
            yield path


@cache
def _package() -> str:
    """Return a digest of this package's own modules: during its development the version stays the same for weeks."""
    whole = hashlib.sha256(foundations.__version__.encode())
    for path in sorted(Path(foundations.__file__).parent.rglob("*.py")):
        whole.update(path.read_bytes())
    return whole.hexdigest()
