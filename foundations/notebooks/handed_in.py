"""The files of one submission as bytes, so that a process that cannot see the student's folder can grade them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from foundations.config import Limits
from foundations.errors import SubmissionError
from foundations.notebooks.discovery import read_declared
from foundations.notebooks.file import read_bytes


@dataclass(frozen=True)
class HandedIn:
    """The files that a student submitted.

    Attributes:
        name: the name of the notebook file, for messages.
        notebook: the content of the notebook; empty if it cannot be read.
        files: the declared files, by name.
        notes: a sentence for each declared file that was left out.
        problem: the reason why the notebook cannot be read, and its slug; ``None`` if it can.
    """

    name: str
    notebook: bytes
    files: tuple[tuple[str, bytes], ...] = ()
    notes: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None

    @classmethod
    def read(cls, path: Path, declared: Iterable[str], limits: Limits) -> HandedIn:
        """Read the notebook at ``path``, and the ``declared`` files next to it. No link is followed."""
        files, notes = read_declared(path.parent, declared, limits.scratch_bytes)
        try:
            notebook, problem = read_bytes(path, int(limits.notebook_bytes), submitted=True), None
        except SubmissionError as error:
            notebook, problem = b"", (str(error), error.slug)
        return cls(path.name, notebook, tuple(files.items()), tuple(notes), problem)

    def content(self) -> bytes:
        """Return the content of the notebook.

        Raises:
            SubmissionError: it could not be read.
        """
        if self.problem is not None:
            text, slug = self.problem
            raise SubmissionError(text, slug=slug)
        return self.notebook
