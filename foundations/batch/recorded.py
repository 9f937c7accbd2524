"""The results that the gradebook holds already, so that an unchanged class is not written again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping

from foundations.batch.cache import folder_of_results
from foundations.batch.tasks import Origin
from foundations.config import Course


class RecordedResults:
    """The digests of the tasks whose results are in the gradebook of one course, by student.

    A mark counts only while the executed notebook that was written with it has not changed, and the gradebook has the
    submission: another program may have graded it since.

    Args:
        course: the course.
        assignment: the assignment.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self._course = course
        self._assignment = assignment
        key = hashlib.sha256(f"{course.root.resolve()}\0{assignment}".encode()).hexdigest()
        self._path = folder_of_results() / "recorded" / f"{key[:32]}.json"
        self._marks = self._read()
        self._in_gradebook: set[str] | None = None

    def has(self, origin: Origin) -> bool:
        """Return whether the gradebook holds the result of this origin."""
        mark = self._marks.get(origin.student)
        return mark is not None and mark == self._mark(origin) and origin.student in self._students()

    def earlier(self, student: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the digest and the parts of the task whose result was recorded last; ``None`` if there is none."""
        match self._marks.get(student):
            case {"digest": str(digest), "parts": dict(parts)}:
                return digest, parts
        return None

    def add(self, origins: Iterable[Origin]) -> None:
        """Remember that the results of these origins were recorded. On a full disk, none is remembered."""
        self._marks |= {origin.student: self._mark(origin) for origin in origins}
        new = self._path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
                json.dump(self._marks, file)
            os.replace(new, self._path)

    def _read(self) -> dict[str, dict[str, object]]:
        try:
            values = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return values if isinstance(values, dict) else {}

    def _mark(self, origin: Origin) -> dict[str, object]:
        """Return the digest and its parts, and the time at which the executed notebook was written."""
        folder = self._course.root / "autograded" / origin.student / self._assignment
        written: int | None = None
        with contextlib.suppress(OSError):
            written = (folder / f"{self._assignment}.ipynb").stat().st_mtime_ns
        return {"digest": origin.digest, "parts": dict(origin.parts), "written": written}

    def _students(self) -> set[str]:
        if self._in_gradebook is None:
            from foundations.gradebook import store

            self._in_gradebook = store.students(self._course, self._assignment)
        return self._in_gradebook
