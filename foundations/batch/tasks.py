"""The grading of one submission as a function of bytes: it may run in any process, and its result may be kept."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import platform
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from foundations.config import Feedback
from foundations.errors import CourseError
from foundations.notebooks.handed_in import HandedIn
from foundations.report.model import Decision

#: The file of the course that holds its secret.
SECRET = ".foundations-secret"
_SECRET_BYTES = 32
#: Packages whose version may change a verdict or a message.
_VERSIONS = ("torch", "numpy", "pytest", "nbformat", "ipython")


@dataclass(frozen=True)
class Options:
    """The way in which all submissions of a run are graded.

    Attributes:
        feedback: how much messages show; ``None``: the course's setting.
        seed: the seed of the hidden inputs; ``None``: one for each task.
        unsafe: grade even if student code cannot be confined.
        rerun_all: run every cell in full, with its figures and times; ``None``: the course's setting.
    """

    feedback: Feedback | None = None
    seed: int | None = None
    unsafe: bool = False
    rerun_all: bool | None = None


@dataclass(frozen=True)
class Origin:
    """The origin of a result: a task without its files, which a run over thousands cannot keep in memory.

    Attributes:
        student: the name for the report.
        digest: that of the task.
        parts: those of the task.
    """

    student: str
    digest: str
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Task:
    """The grading of one submission.

    Attributes:
        assignment: the assignment's name.
        student: the name for the report.
        handed: the submitted files.
        decisions: the decisions of persons about the student's work.
        course: the digest of the course's files and settings for this assignment.
        options: the way in which it is graded.
    """

    assignment: str
    student: str
    handed: HandedIn
    decisions: tuple[Decision, ...]
    course: str
    options: Options

    @cached_property
    def parts(self) -> dict[str, str]:
        """A digest of each thing that the result depends on, by its name in a sentence."""
        submission = {
            "assignment": self.assignment,
            "student": self.student,
            "name": self.handed.name,
            "notebook": hashlib.sha256(self.handed.notebook).hexdigest(),
            "files": {name: hashlib.sha256(data).hexdigest() for name, data in self.handed.files},
            "notes": self.handed.notes,
            "problem": self.handed.problem,
        }
        return {
            "the submission": _digest(submission),
            "the course or this package": self.course,
            "the options": _digest(asdict(self.options)),
            "the versions of Python and its packages": _digest(versions()),
            "decisions on reviews": _digest({"made": [asdict(decision) for decision in self.decisions]}),
        }

    @cached_property
    def inputs(self) -> str:
        """A text that is equal for tasks with the same hidden inputs: decisions do not change them."""
        return _digest({name: part for name, part in self.parts.items() if name != "decisions on reviews"})

    @cached_property
    def digest(self) -> str:
        """A text that is equal for tasks with the same result."""
        return _digest(self.parts)

    @property
    def origin(self) -> Origin:
        """The task without its files."""
        return Origin(self.student, self.digest, self.parts)

    def seed(self, secret: bytes) -> int:
        """Return the seed of the hidden inputs, which cannot be guessed without the course's secret."""
        if self.options.seed is not None:
            return self.options.seed
        return int.from_bytes(hmac.digest(secret, self.inputs.encode(), "sha256")[:8], "big") >> 11


def secret_of(root: Path) -> bytes:
    """Return the secret of the course at ``root``; it is made when it is first needed, and only this user can read it.

    If this user may neither read nor make it, each call returns another one, and no result of an earlier run is used.

    Raises:
        CourseError: the file can neither be read nor made.
    """
    path = root / SECRET
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
    except PermissionError:
        return secrets.token_bytes(_SECRET_BYTES)
    except OSError as error:
        raise CourseError(
            f"{path}, which the seeds of the hidden inputs are made from, cannot be used: {error.strerror}; look at "
            "the permissions of the course's folder",
            slug="secret",
        ) from error
    if len(secret) != _SECRET_BYTES:
        raise CourseError(
            f"{path} has {len(secret)} bytes instead of {_SECRET_BYTES}; remove it, and the next run makes a new "
            "one: all hidden inputs are then new",
            slug="secret",
        )
    return secret


def _make_secret(path: Path) -> None:
    """Make the file as a whole: another process may read it at the same time."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
    os.replace(new, path)


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of the packages that grade, without importing one."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in _VERSIONS:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
