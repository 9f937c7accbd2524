"""The instructor's solution, which runs only when it is needed.

It is needed:

- to measure a request that took a student too long;
- to find whose fault it is that a hidden test raised an exception.

It runs in its own session, forked from the fork server like a student's. A class that keeps to its limits does not
spend time on it.
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
from foundations.session.sparing import Sparing


class Reference:
    """Runs the solutions of one assignment.

    Args:
        forkserver: forks the processes of the solutions.
        source: the instructor's notebook.
        limits: returns the limits of an exercise, which apply to its solution as well.
        fill_scratch: puts files into the scratch folder, if the limits allow one.
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
        self._measured_s: dict[tuple[str, str], float | None] = {}

    def cpu_s(self, exercise: str, check: str, lost: OutOfTime) -> float | None:
        """Return the CPU seconds of the solution of ``exercise`` for the request that was ``lost`` in ``check``.

        It is measured once for each check; ``None`` if it cannot be measured.
        """
        key = exercise, check
        if key not in self._measured_s:
            self._measured_s[key] = None if lost.request is None else self._measure(exercise, *lost.request)
        return self._measured_s[key]

    def _measure(self, exercise: str, operation: str, values: Mapping[str, Any]) -> float | None:
        try:
            with self.session(exercise) as session:
                before = session.clock()
                reply = session.request(operation, **values)
                spent = session.clock() - before
        except FoundationsError:
            return None  # the message has one fact less; the verdict does not depend on it
        return None if reply["error"] else spent

    @contextmanager
    def session(self, exercise: str) -> Iterator[Session]:
        """Provide a session that has run the solution of ``exercise`` and the cells above it."""
        cells, limits = self.cells(exercise), self._limits(exercise)
        spared = Sparing(figures=True)
        with Session(self._forkserver, cells, limits, fill_scratch=self._fill_scratch, sparing=spared) as session:
            session.finish()
            yield session

    def cells(self, exercise: str) -> list[tuple[int, str]]:
        """Collect the code cells above the exercise's graded cell, with their positions, without the visible checks."""
        cells: list[tuple[int, str]] = []
        for index, cell in enumerate(self._source.cells):
            marks = cell.metadata.get("nbgrader") or {}
            if marks.get("grade_id") == exercise:
                break
            if cell.cell_type == "code" and not marks.get("grade"):
                cells.append((index, cell.source))
        return cells
