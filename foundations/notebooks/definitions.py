"""Find the cell that defines each exercise while the cells run; messages for one that is not defined, or too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from foundations.notebooks.pairing import Cell, is_stub
from foundations.notebooks.statements import definitions
from foundations.notebooks.submission import GradedCell, Submission

_MAX_ERROR_CHARACTERS = 300


@dataclass
class Bound:
    """The cell that bound each exercise's name last, as far as the notebook has run. Cells are given by index.

    Attributes:
        names: the exercises.
        stubs: answers that are as they were released, with their exercises.
        given: cells with the instructor's text; a name that such a cell binds is not answered yet.
        by: exercise → cell.
        left_out: stubs that are not run, because they would hide an answer above them.
    """

    names: Sequence[str] = ()
    stubs: Mapping[int, str] = field(default_factory=dict)
    given: frozenset[int] = frozenset()
    by: dict[str, int] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)
    submission: Submission | None = None

    @classmethod
    def of(cls, submission: Submission) -> Bound:
        """Return the state before any cell of ``submission`` has run."""
        automatic = [graded for graded in submission.graded if not graded.manual]
        code = [(index, cell) for index, cell in enumerate(submission.cells) if cell.kind == "code"]
        stubs = {
            index: graded.exercise
            for index, cell in code
            for graded in automatic
            if _may_be_stub(cell, graded) and is_stub(cell.text, graded.stub)
        }
        given = {index for index, cell in code if cell.given}
        names = [graded.exercise for graded in automatic]
        return cls(names, stubs, frozenset(given | stubs.keys()), submission=submission)

    def afresh(self) -> Bound:
        """Return the state of the same notebook before any of its cells has run."""
        return replace(self, by={}, left_out={})

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Exercise → the student's cells that define it by anything but the stub, whether they have run or not.

        All cells are read once, and only if an exercise is missing: an answer that works need not be searched for.
        """
        places: dict[str, list[int]] = {name: [] for name in self.names}
        if self.submission is None:
            return places
        stubs = {
            graded.exercise: {*definitions(graded.stub, [graded.exercise]).get(graded.exercise, [])}
            for graded in self.submission.graded
        }
        for index, cell in enumerate(self.submission.cells):
            if cell.given or index in self.stubs:
                continue
            for name, texts in definitions(cell.text, self.names).items():
                if set(texts) - stubs[name]:
                    places[name].append(index)
        return places

    def leaves_out(self, index: int) -> bool:
        """Decide whether cell ``index`` is a stub whose exercise one of the student's cells has defined by now."""
        name = self.stubs.get(index, "")
        if name in self.by and self.by[name] not in self.given:
            self.left_out[index] = name
        return index in self.left_out

    def note(self, index: int, changes: object) -> None:
        """Record the names that cell ``index`` bound (true) or deleted (false), as the student process reports them.

        Args:
            changes: not validated; anything but a dict from names to booleans is ignored.
        """
        for name, is_bound in changes.items() if isinstance(changes, dict) else ():
            if isinstance(name, str) and name in self.names and is_bound is True:
                self.by[name] = index
            elif isinstance(name, str):
                self.by.pop(name, None)


def _may_be_stub(cell: Cell, graded: GradedCell) -> bool:
    """Decide whether the two are worth comparing, because tokenizing a text is slow."""
    return graded.exercise in cell.text and (not cell.marks or cell.grade_id == f"{graded.exercise}-solution")


@dataclass(frozen=True)
class Definition:
    """The definitions of one exercise, wherever they are in its notebook.

    Attributes:
        graded: the exercise's cells.
        cells: all cells of the repaired notebook.
        bound: has the cell that bound the name last before the exercise is graded.
        errors: the errors that cells stopped with, by index.
    """

    graded: GradedCell
    cells: Sequence[Cell]
    bound: Bound
    errors: Mapping[int, Mapping[str, Any]]

    @property
    def cell(self) -> int | None:
        """The cell that defined the exercise, or else the cell that should have."""
        return self.bound.by.get(self.graded.exercise, self.graded.solution_index)

    @property
    def attempted(self) -> bool:
        """Whether anything but the stub defines the exercise, in a cell that runs or in one that does not."""
        cell = self.bound.by.get(self.graded.exercise)
        return bool(self._places()) or (cell is not None and cell not in self.bound.given and self._is_unseen(cell))

    def why_missing(self) -> str:
        """Explain why the name is not bound when the exercise is graded."""
        return self._why() or "its cell has to define it"

    def why_stub(self) -> str | None:
        """Explain why the stub is in force although there is an answer; ``None`` if an answer is in force."""
        cell = self.cell
        in_force = cell is None or cell in self.bound.given or not (cell in self._places() or self._is_unseen(cell))
        return self._why() if in_force else None

    def _why(self) -> str | None:
        places = self._places()
        for explain in (self._stopped, self._not_code, self._too_late, self._hidden):
            if reason := next(filter(None, map(explain, places)), None):
                return reason
        error = self.errors.get(self.graded.solution_index or 0)
        return None if error is None else f"its cell {_how(error)}"

    def _places(self) -> list[int]:
        return self.bound.places.get(self.graded.exercise, [])

    def _is_unseen(self, index: int) -> bool:
        """Decide whether a cell has bound the name in a way that its text does not show, such as ``exec``."""
        return not definitions(self.cells[index].text, [self.graded.exercise])

    def _stopped(self, index: int) -> str | None:
        if index >= self.graded.index or index not in self.errors:
            return None
        own = index == self.graded.solution_index
        return f"{'its cell' if own else self._name(index) + ', which defines it,'} {_how(self.errors[index])}"

    def _not_code(self, index: int) -> str | None:
        kind = self.cells[index].kind
        if kind == "code":
            return None
        return f"{self._name(index)} defines it, but is a {kind} cell, and only code cells are run"

    def _too_late(self, index: int) -> str | None:
        if index < self.graded.index:
            return None
        check = self.cells[self.graded.index]
        place = f"its check ({self._name(self.graded.index)})" if check.number else "its check"
        return f"{self._name(index)} defines it, but is below {place}: a definition counts if it runs before the check"

    def _hidden(self, index: int) -> str | None:
        by = self.bound.by.get(self.graded.exercise)
        if by is None:
            return f"{self._name(index)} defines it, but not in a line that ran, or it was deleted again"
        return f"{self._name(index)} defines it, and {self._name(by)} defines it again" if by != index else None

    def _name(self, index: int) -> str:
        """Name a cell by its number in the submitted notebook, which the student can see."""
        number = self.cells[index].number
        return f"cell {number}" if number else "a cell that was put back"


def _how(error: Mapping[str, Any]) -> str:
    lines = str(error["text"]).strip().splitlines() or ["no message"]
    text = lines[0] if len(lines[0]) <= _MAX_ERROR_CHARACTERS else f"{lines[0][:_MAX_ERROR_CHARACTERS]} …"
    place = f" in line {error['line']}" if error.get("line") else ""
    return f"stopped with {error['name']}{place}: {text}"
