"""The instructor's own solution, run when it has something to prove.

It is measured on a request that took a student too long, and it is put to a hidden test that raised an exception. It
runs in a session of its own, forked from the fork server as a student's is: a class that keeps to its limits pays
nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import nbformat

from foundations.config import Limits
from foundations.errors import FoundationsError, OutOfTime
from foundations.session.forkserver import ForkServer
from foundations.session.scratch import Filler
from foundations.session.session import Session


class Reference:
    """Runs the solutions of one assignment.

    Args:
        forkserver: forks the process that they run in.
        source: the instructor's notebook.
        limits: what a student may use for an exercise; its solution gets no more.
        fill_scratch: puts files into the scratch folder, where the limits give one.
    """

    def __init__(
        self,
        forkserver: ForkServer,
        source: nbformat.NotebookNode,
        limits: Callable[[str], Limits],
        fill_scratch: Filler | None = None,
    ) -> None:
        self._forkserver = forkserver
        self._source = source
        self._limits = limits
        self._fill_scratch = fill_scratch
        self._known: dict[tuple[str, str], float | None] = {}

    def cpu_s(self, exercise: str, check: str, lost: OutOfTime) -> float | None:
        """CPU seconds of the solution of ``exercise`` for the request that was ``lost`` in ``check``.

        Measured once for each check; ``None`` where that cannot be told.
        """
        key = exercise, check
        if key not in self._known:
            self._known[key] = None if lost.request is None else self._measured(exercise, *lost.request)
        return self._known[key]

    def _measured(self, exercise: str, operation: str, values: Mapping[str, Any]) -> float | None:
        try:
            with self.session(exercise) as session:
                before = session.clock()
                reply = session.request(operation, **values)
                spent = session.clock() - before
        except FoundationsError:
            return None  # a message with one fact less; the student's verdict stands without it
        return None if reply["error"] else spent

    @contextmanager
    def session(self, exercise: str) -> Iterator[Session]:
        """Give a process in which the solution of ``exercise`` has been defined, and everything above it has run."""
        cells, limits = self.cells(exercise), self._limits(exercise)
        with Session(self._forkserver, cells, limits, fill_scratch=self._fill_scratch) as session:
            session.finish()
            yield session

    def cells(self, exercise: str) -> list[tuple[int, str]]:
        """Collect the code above the exercise's graded cell, by position, without the visible checks."""
        cells: list[tuple[int, str]] = []
        for index, cell in enumerate(self._source.cells):
            marks = cell.metadata.get("nbgrader") or {}
            if marks.get("grade_id") == exercise:
                break
            if cell.cell_type == "code" and not marks.get("grade"):
                cells.append((index, cell.source))
        return cells
