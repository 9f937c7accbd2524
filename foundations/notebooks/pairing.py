"""Which cell of a submission stands for which nbgrader cell of the release, and whether anything was written into it.

Cells are plain data here; what a submission says about itself (ids, flags, points) is only ever a hint.
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

#: Tokens that say nothing about whether a stub was worked on.
_IDLE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


@dataclass
class Cell:
    """One notebook cell as plain data.

    ``kind`` is "code", "markdown" or "raw"; ``marks`` its nbgrader metadata, empty where there are none that can be
    read; ``marked`` whether it bore any at all; ``number`` its place in the submission, counted from 1, and 0 if it was
    missing there.

    Of a cell of a repaired notebook also: ``given``: its text is the instructor's; ``repaired``: it was missing, moved,
    or its type or metadata were changed; ``edited``: its text was changed, and the released text is back.
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

    @property
    def grade_id(self) -> str:
        value = self.marks.get("grade_id")
        return value if isinstance(value, str) else ""

    @property
    def automatic(self) -> bool:
        """Whether a grader scores it."""
        return bool(self.marks.get("grade")) and not self.open

    @property
    def by_hand(self) -> bool:
        """Whether a person scores it."""
        return bool(self.marks.get("task") or (self.marks.get("grade") and self.marks.get("solution")))

    @property
    def open(self) -> bool:
        """Whether its text is the student's to write; otherwise it is the instructor's and comes from the release."""
        return bool(self.marks.get("solution") or self.marks.get("task"))

    @cached_property
    def settled(self) -> str:
        """The text without what editors change on their own: line ends, trailing blanks, blank lines at the end."""
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
    """Whether a code cell still holds the released stub; whitespace and comments make no difference."""
    if source_cell_text == released_text:
        return True
    # Tokens are slow in Python, and a text that much longer than the stub is not the stub.
    if len(source_cell_text) > 10 * len(released_text) + 2000:
        return False
    given, released = _tokens(source_cell_text), _tokens(released_text)
    if given is None or released is None:
        return _code_lines(source_cell_text) == _code_lines(released_text)
    return given == released


@lru_cache(maxsize=64)  # a stub is compared with many cells, and a cell with the stubs that it names
def _tokens(text: str) -> tuple[str, ...] | None:
    """The tokens of ``text`` that do something; ``None`` where it is not Python (a magic, a slip of the pen)."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    return tuple(token.string for token in tokens if token.type not in _IDLE and token.string.strip())


def _code_lines(text: str) -> list[str]:
    lines = ("".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def untouched(cell: Cell, released: Cell) -> bool:
    """Whether nothing has been written into a cell that is the student's to write, or all of it was deleted."""
    if not cell.text.strip():
        return True
    if released.kind == "code":
        return is_stub(cell.text, released.text)
    return cell.text.split() == released.text.split()


@dataclass
class Pairing:
    """Which submitted cell stands for which released one. Cells are meant by their indices.

    ``chosen``: released → submitted. ``copies``: released → the other cells that claimed to be it. ``how``: released
    → what a cell was recognised by that had lost its grade_id.
    """

    released: Sequence[Cell]
    submitted: Sequence[Cell]
    chosen: dict[int, int] = field(default_factory=dict)
    copies: dict[int, list[int]] = field(default_factory=dict)
    how: dict[int, str] = field(default_factory=dict)
    #: (place, released index) of the cells whose id is borne once, by place: what "in its place" is measured by.
    anchors: list[tuple[int, int]] = field(default_factory=list)

    def best(self, index: int, found: Sequence[int]) -> int:
        """The candidate that stands for released cell ``index``.

        Of answers, one with work in it before an untouched one; of read-only cells, one with the released text before
        a changed one. Then one that stands where the released cell belongs: what the student wrote above or below
        keeps running above or below. Then the first.
        """
        model = self.released[index]

        def rank(place: int) -> tuple[bool, bool, int]:
            cell = self.submitted[place]
            worse = untouched(cell, model) if model.open else cell.settled != model.settled
            after = bisect(self.anchors, (place, -1))
            before = self.anchors[after - 1][1] if after else -1
            behind = self.anchors[after][1] if after < len(self.anchors) else len(self.released)
            return worse, not before < index < behind, place

        return found[0] if len(found) == 1 else min(found, key=rank)


def pair(released: Sequence[Cell], submitted: Sequence[Cell]) -> Pairing:
    """Find the one cell of the submission that stands for each nbgrader cell of the release, if there is one."""
    candidates = _candidates(released, submitted)
    pairing = Pairing(released, submitted)
    pairing.anchors = sorted((found[0], index) for index, found in candidates.items() if len(found) == 1)
    for index, found in candidates.items():
        if found:
            pairing.chosen[index] = pairing.best(index, found)
            pairing.copies[index] = found
            if submitted[pairing.chosen[index]].grade_id != released[index].grade_id:
                pairing.how[index] = "text"
    _recognise(pairing)
    taken = set(pairing.chosen.values())
    for index, found in pairing.copies.items():
        pairing.copies[index] = [place for place in found if place not in taken]
    return pairing


def _candidates(released: Sequence[Cell], submitted: Sequence[Cell]) -> dict[int, list[int]]:
    """Submitted cells by the released cell whose id they bear.

    A cell with the exact text of another read-only cell is that one, whatever its id says: where ids were exchanged,
    the student's answer must not be taken for a test and overwritten.
    """
    known = [index for index, cell in enumerate(released) if cell.marks]
    by_id = {released[index].grade_id: index for index in known}
    by_text = _read_only_texts(released, known)
    found: dict[int, list[int]] = {index: [] for index in known}
    for place, cell in enumerate(submitted):
        if not cell.marked:
            continue
        index = by_id.get(cell.grade_id)
        if index is None or cell.settled != released[index].settled:
            index = by_text.get(cell.settled, index)
        if index is not None:
            found[index].append(place)
    return found


def _read_only_texts(released: Sequence[Cell], indices: Iterable[int]) -> dict[str, int]:
    """Read-only cells by their text, where that tells them apart."""
    places: dict[str, list[int]] = {}
    for index in indices:
        if not released[index].open and released[index].text.strip():
            places.setdefault(released[index].settled, []).append(index)
    return {text: found[0] for text, found in places.items() if len(found) == 1}


def _recognise(pairing: Pairing) -> None:
    """Find cells that lost their grade_id: by the notebook's own cell id, by read-only text, by what they define."""
    missing = [index for index, cell in enumerate(pairing.released) if cell.marks and index not in pairing.chosen]
    texts = _read_only_texts(pairing.released, missing)
    for index in missing:
        model = pairing.released[index]
        taken = set(pairing.chosen.values())
        pool = [(place, cell) for place, cell in enumerate(pairing.submitted) if place not in taken]
        same_id = [place for place, cell in pool if model.id and cell.id == model.id]
        same_text = [place for place, cell in pool if texts.get(cell.settled) == index]
        for how, found in (("cell id", same_id), ("text", same_text), ("definition", _answers(pairing, index, pool))):
            if found:
                pairing.chosen[index], pairing.how[index] = pairing.best(index, found), how
                pairing.copies[index] = [
                    place for place in found if model.open and untouched(pairing.submitted[place], model)
                ]
                break


def _answers(pairing: Pairing, index: int, pool: Sequence[tuple[int, Cell]]) -> list[int]:
    """Cells of ``pool`` that define what solution cell ``index`` asks for.

    Students' own cells bear no metadata either, so this tells only for cells whose metadata were spoilt, and where the
    whole notebook lost them.
    """
    model = pairing.released[index]
    exercise = model.grade_id.removesuffix("-solution")
    if model.kind != "code" or not model.open or exercise == model.grade_id:
        return []
    defines = re.compile(rf"^(?:def|class)[ \t]+{re.escape(exercise)}\b", re.MULTILINE)
    bare = not any(cell.marked for cell in pairing.submitted)
    return [place for place, cell in pool if (bare or cell.marked) and defines.search(cell.text)]
