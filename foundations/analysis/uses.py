"""The uses of one exercise, found by reading the notebook's source.

Reading starts at the definition of the exercise and follows names through the functions and classes of the notebook. It
gives a :class:`Use` for every operation, attribute and outside name that is written there. Code that the exercise does
not reach is not read. :mod:`foundations.grading.rules` judges the uses.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from foundations.analysis.bindings import Table, read_cells
from foundations.analysis.constant_folding import BudgetExceeded, step_budget
from foundations.analysis.parsing import parts
from foundations.analysis.reader import Reader, Reading, Use


@dataclass(frozen=True)
class ParsedNotebook:
    """A parsed notebook: its table of names, and the trees of its cells with their indices."""

    table: Table
    trees: list[tuple[int, ast.Module]]

    @property
    def own_attributes(self) -> frozenset[str]:
        """The names of attributes of the notebook's own classes and objects."""
        return frozenset().union(*(parts(tree).own_attributes for _, tree in self.trees))


#: Steps that one reading may take: twenty times the steps of the largest notebook of this course.
_STEPS = 750_000


def parse_notebook(cells: Sequence[str]) -> ParsedNotebook:
    """Parse the cells of a notebook."""
    return ParsedNotebook(*read_cells(cells))


def find_uses(cells: Sequence[str], exercise: str) -> list[Use]:
    """List the uses of ``exercise``, in the order of reading, each once; empty if no cell defines it."""
    try:
        with step_budget(_STEPS):
            source = parse_notebook(cells)
        return list(read_exercise(source, exercise).uses)
    except (BudgetExceeded, Exception):  # unreadable code does not break a rule; ``suspicion`` asks for a review
        return []


def read_exercise(source: ParsedNotebook, exercise: str) -> Reading:
    """Read all code that ``exercise`` reaches, as far as it can be read."""
    reading = Reading()
    try:
        with step_budget(_STEPS):
            Reader(source.table, source.own_attributes, exercise, reading).read()
    except (BudgetExceeded, Exception):  # an error that student code causes in the reader costs no points
        reading.complete = False
    return reading
