"""Match the cells of a submission with the nbgrader cells of the release, and detect cells that were not worked on.

Cells are plain data here. A submission's own metadata (ids, flags, points) are only hints.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

FLAGS = ("grade", "solution", "locked", "task")

#: Tokens that do not show whether a stub was worked on.
_IDLE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


@dataclass
class Cell:
    """One notebook cell as plain data.

    Attributes:
        kind: "code", "markdown" or "raw".
        marks: the nbgrader metadata; empty if there are none that can be read.
        marked: whether the cell had any nbgrader metadata at all.
        number: the position in the submission, counted from 1; 0 if the cell was missing there.
        given: in a repaired notebook, whether the text is the instructor's.
        repaired: in a repaired notebook, whether the cell was missing or moved, or its type or metadata were changed.
        edited: in a repaired notebook, whether the text was changed and the released text has been restored.
        demonstration: whether the text is the instructor's, who has declared that no check needs the cell.
        outputs: the outputs that were submitted with this text, not validated.
    """

    kind: str
    text: str
    id: str = ""
    marks: dict[str, Any] = field(default_factory=dict)
    marked: bool = False
    number: int = 0
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)
    given: bool = False
    repaired: bool = False
    edited: bool = False
    demonstration: bool = False
    outputs: Sequence[Any] = ()

    @property
    def grade_id(self) -> str:
        value = self.marks.get("grade_id")
        return value if isinstance(value, str) else ""

    @property
    def automatic(self) -> bool:
        """Whether a grader scores the cell."""
        return bool(self.marks.get("grade")) and not self.open

    @property
    def by_hand(self) -> bool:
        """Whether a person scores the cell."""
        return bool(self.marks.get("task") or (self.marks.get("grade") and self.marks.get("solution")))

    @property
    def open(self) -> bool:
        """Whether the student writes the text; otherwise it is the instructor's and comes from the release."""
        return bool(self.marks.get("solution") or self.marks.get("task"))

    @cached_property
    def settled(self) -> str:
        """The text without line ends, trailing blanks and blank lines at the end, which editors change."""
        return "\n".join(line.rstrip() for line in self.text.splitlines()).rstrip("\n")

    def __str__(self) -> str:
        role = "solution" if self.open else "read-only"
        if self.marks.get("task"):
            role = "task"
        elif self.by_hand:
            role = "hand-graded"
        elif self.automatic:
            role = "graded"
        return f"{role} cell {self.grade_id!r}"


def is_stub(source_cell_text: str, released_text: str) -> bool:
    """Decide whether a code cell still has the released stub; whitespace and comments make no difference."""
    if source_cell_text == released_text:
        return True
    # Tokenizing is slow in Python, and a text that is so much longer cannot be the stub.
    if len(source_cell_text) > 10 * len(released_text) + 2000:
        return False
    given, released = _tokens(source_cell_text), _tokens(released_text)
    if given is None or released is None:
        return _code_lines(source_cell_text) == _code_lines(released_text)
    return given == released


@lru_cache(maxsize=64)  # a stub is compared with many cells, and a cell with the stubs that it names
def _tokens(text: str) -> tuple[str, ...] | None:
    """Return the tokens of ``text`` that have an effect; ``None`` if it is not Python (a magic, a typo)."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    return tuple(token.string for token in tokens if token.type not in _IDLE and token.string.strip())


def _code_lines(text: str) -> list[str]:
    lines = ("".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def untouched(cell: Cell, released: Cell) -> bool:
    """Decide whether the student left an answer's cell as it was released, or deleted all its text."""
    if not cell.text.strip():
        return True
    if released.kind == "code":
        return is_stub(cell.text, released.text)
    return cell.text.split() == released.text.split()


@dataclass
class Pairing:
    """The submitted cell for each released one. Cells are given by index.

    Attributes:
        chosen: released → submitted.
        copies: released → the other cells that claimed to be it.
        how: released → the feature that identified a cell that had lost its grade_id.
        anchors: (place, released index) of each cell whose id occurs once, by place. They show where the other cells
            belong.
    """

    released: Sequence[Cell]
    submitted: Sequence[Cell]
    chosen: dict[int, int] = field(default_factory=dict)
    copies: dict[int, list[int]] = field(default_factory=dict)
    how: dict[int, str] = field(default_factory=dict)
    anchors: list[tuple[int, int]] = field(default_factory=list)

    def best(self, index: int, candidates: Sequence[int]) -> int:
        """Choose the candidate that counts as released cell ``index``.

        1. Prefer an answer that was worked on to an untouched one, and a read-only cell with the released text to a
           changed one.
        2. Then prefer a cell at the place where the released cell belongs, so that code the student wrote above or
           below it still runs above or below.
        3. Then prefer the first.
        """
        model = self.released[index]

        def rank(place: int) -> tuple[bool, bool, int]:
            cell = self.submitted[place]
            worse = untouched(cell, model) if model.open else cell.settled != model.settled
            after = bisect(self.anchors, (place, -1))
            before = self.anchors[after - 1][1] if after else -1
            behind = self.anchors[after][1] if after < len(self.anchors) else len(self.released)
            return worse, not before < index < behind, place

        return candidates[0] if len(candidates) == 1 else min(candidates, key=rank)


def pair(released: Sequence[Cell], submitted: Sequence[Cell]) -> Pairing:
    """Find the one cell of the submission that counts as each nbgrader cell of the release, if there is one."""
    candidates = _candidates(released, submitted)
    pairing = Pairing(released, submitted)
    pairing.anchors = sorted((places[0], index) for index, places in candidates.items() if len(places) == 1)
    for index, places in candidates.items():
        if places:
            pairing.chosen[index] = pairing.best(index, places)
            pairing.copies[index] = places
            if submitted[pairing.chosen[index]].grade_id != released[index].grade_id:
                pairing.how[index] = "text"
    _recognise(pairing)
    taken = set(pairing.chosen.values())
    for index, places in pairing.copies.items():
        pairing.copies[index] = [place for place in places if place not in taken]
    return pairing


def _candidates(released: Sequence[Cell], submitted: Sequence[Cell]) -> dict[int, list[int]]:
    """Return the submitted cells by the released cell whose id they have.

    A cell with the exact text of another read-only cell is that one, whatever its id: if ids were exchanged, the
    student's answer must not be taken for a test and overwritten.
    """
    marked = [index for index, cell in enumerate(released) if cell.marks]
    by_id = {released[index].grade_id: index for index in marked}
    by_text = _read_only_texts(released, marked)
    candidates: dict[int, list[int]] = {index: [] for index in marked}
    for place, cell in enumerate(submitted):
        if not cell.marked:
            continue
        index = by_id.get(cell.grade_id)
        if index is None or cell.settled != released[index].settled:
            index = by_text.get(cell.settled, index)
        if index is not None:
            candidates[index].append(place)
    return candidates


def _read_only_texts(released: Sequence[Cell], indices: Iterable[int]) -> dict[str, int]:
    """Return the read-only cells by their text, if no two have the same."""
    by_text: dict[str, list[int]] = {}
    for index in indices:
        if not released[index].open and released[index].text.strip():
            by_text.setdefault(released[index].settled, []).append(index)
    return {text: same[0] for text, same in by_text.items() if len(same) == 1}


def _recognise(pairing: Pairing) -> None:
    """Find cells that lost their grade_id: by the notebook's cell id, by read-only text, by the name they define."""
    missing = [index for index, cell in enumerate(pairing.released) if cell.marks and index not in pairing.chosen]
    texts = _read_only_texts(pairing.released, missing)
    for index in missing:
        model = pairing.released[index]
        taken = set(pairing.chosen.values())
        pool = [(place, cell) for place, cell in enumerate(pairing.submitted) if place not in taken]
        same_id = [place for place, cell in pool if model.id and cell.id == model.id]
        same_text = [place for place, cell in pool if texts.get(cell.settled) == index]
        defining = _answers(pairing, index, pool)
        for how, places in (("cell id", same_id), ("text", same_text), ("definition", defining)):
            if places:
                pairing.chosen[index], pairing.how[index] = pairing.best(index, places), how
                pairing.copies[index] = [
                    place for place in places if model.open and untouched(pairing.submitted[place], model)
                ]
                break


def _answers(pairing: Pairing, index: int, pool: Sequence[tuple[int, Cell]]) -> list[int]:
    """Return the cells of ``pool`` that define the exercise of solution cell ``index``.

    Students' own cells have no metadata either. A definition therefore counts only in a cell whose metadata were
    damaged, or in a notebook that lost all its metadata.
    """
    model = pairing.released[index]
    exercise = model.grade_id.removesuffix("-solution")
    if model.kind != "code" or not model.open or exercise == model.grade_id:
        return []
    defines = re.compile(rf"^(?:def|class)[ \t]+{re.escape(exercise)}\b", re.MULTILINE)
    bare = not any(cell.marked for cell in pairing.submitted)
    return [place for place, cell in pool if (bare or cell.marked) and defines.search(cell.text)]
