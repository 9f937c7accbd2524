"""The work that a notebook's cells are spared while it is graded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sparing:
    """Work without which a notebook has the same score. By default everything runs in full.

    Attributes:
        figures: figures are not drawn, whichever cell they are in.
        timed_once: positions of cells in which the stopwatch makes one call.
        not_run: positions of cells that are not run.
    """

    figures: bool = False
    timed_once: frozenset[int] = frozenset()
    not_run: frozenset[int] = frozenset()

    def of_cell(self, position: int) -> list[str]:
        """Return the names of the work that the cell at ``position`` is spared, as they travel."""
        return ["figures"] * self.figures + ["times"] * (position in self.timed_once)


#: Everything runs in full.
NOTHING_SPARED = Sparing()
