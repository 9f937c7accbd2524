"""A submission's cells, put back into the form and order of the released notebook.

Pure: plain cells go in, plain cells and sentences come out. The release says which nbgrader cells there are, of what
type, in which order, with which flags and points; the submission gives the text of the cells that are the student's
to write, and the student's own cells, which run where they stand.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Sequence

from foundations.notebooks.pairing import FLAGS, Cell, Pairing, pair, untouched
from foundations.notebooks.remnants import Added, added

_shown = reprlib.Repr()
_shown.maxlevel = 2
_shown.maxstring = 40


def show(value: object) -> str:
    """``repr`` of a value out of a submission: short, whatever it is."""
    text = _shown.repr(value)
    return text if len(text) <= 200 else f"{text[:200]} …"


def repair(released: Sequence[Cell], submitted: Sequence[Cell]) -> tuple[list[Cell], list[str]]:
    """The cells to run and grade, and one sentence for each thing that was put right.

    Args:
        released: The release's cells; those with ``marks`` are nbgrader's, and their grade_ids are unique.
        submitted: The submission's cells, in order.

    Returns:
        The cells: every nbgrader cell of the release exactly once and in its order, with the student's text where
        that is the student's to write; all other submitted cells, without ``marks``, where they stood; and in a cell
        of its own whatever was added to a cell that is read-only. No sentence where the submission has only been
        worked in.
    """
    pairing = pair(released, submitted)
    moved = _moved(pairing)
    idle = _idle_copies(pairing)
    faults = {
        index: [*_faults(index, pairing), *(["had been moved: back in its place"] if index in moved else [])]
        for index, model in enumerate(released)
        if model.marks
    }
    repairs = [f"{released[index]} {what}" for index, found in faults.items() for what in found]
    repairs += _copies(pairing, idle) + _strange(pairing)
    plain = {cell.settled for cell in released if not cell.marks}
    cells: list[Cell] = []
    for index, place in _lay_out(pairing, moved, idle):
        if index is not None:
            cells += _rebuilt(index, place, pairing, bool(faults[index]))
        elif place is not None:
            cells.append(_own(submitted[place], plain))
    return cells, repairs


def _idle_copies(pairing: Pairing) -> set[int]:
    """Copies of an answer's cell that hold nothing but the stub: run after the answer, they would hide it."""
    return {
        place
        for index, places in pairing.copies.items()
        for place in places
        if pairing.released[index].open and untouched(pairing.submitted[place], pairing.released[index])
    }


def _own(cell: Cell, plain: set[str]) -> Cell:
    """A cell that is not nbgrader's: the student's, unless it has the text of one of the instructor's, ``plain``."""
    return Cell(cell.kind, cell.text, number=cell.number, attachments=cell.attachments, given=cell.settled in plain)


def _rebuilt(index: int, place: int | None, pairing: Pairing, repaired: bool) -> list[Cell]:
    """The released cell, with the student's text if it is theirs to write; and what was added to a read-only one.

    Additions to a graded cell run before it, because the hidden tests run there, except below the released text if
    there is an answer already. Additions to any other cell run after it, because they may need it.
    """
    model = pairing.released[index]
    own = None if place is None else pairing.submitted[place]
    writer = own if own is not None and model.open else model
    cell = Cell(
        model.kind,
        writer.text,
        marks=model.marks,
        marked=True,
        number=own.number if own else 0,
        attachments=writer.attachments,
        given=writer is model or _is_blank(writer, model),
        repaired=repaired,
        edited=own is not None and not model.open and own.settled != model.settled,
    )
    above, below = ([Cell(model.kind, text, number=cell.number)] if text else [] for text in _added(own, model))
    if not model.automatic:
        return [cell, *above, *below]
    return [*above, cell, *below] if _is_answered(model, pairing) else [*above, *below, cell]


def _is_answered(test: Cell, pairing: Pairing) -> bool:
    """Whether something was written into the answer's cell of graded cell ``test``."""
    answer = f"{test.grade_id}-solution"
    return any(
        released.grade_id == answer and not untouched(pairing.submitted[pairing.chosen[index]], released)
        for index, released in enumerate(pairing.released)
        if index in pairing.chosen
    )


def _is_blank(answer: Cell, model: Cell) -> bool:
    """Whether an answer's cell was handed in as it was released."""
    return bool(answer.text.strip()) and untouched(answer, model) and answer.attachments == model.attachments


def _added(own: Cell | None, model: Cell) -> Added:
    """The code or text that was added to a read-only cell."""
    return Added() if own is None or model.open or own.settled == model.settled else added(own.text, model)


# --------------------------------------------------------------------------------------------------- the order


def _moved(pairing: Pairing) -> set[int]:
    """The fewest released cells that have to move for the rest to stand in the released order.

    Where a test and an answer changed places, it is the test that moved.
    """
    order = sorted(pairing.chosen, key=lambda index: pairing.chosen[index])
    best: list[tuple[float, int]] = []  # the heaviest rising run that ends here: its weight and its last step
    for here, index in enumerate(order):
        weight, step = max(((best[there][0], there) for there in range(here) if order[there] < index), default=(0, -1))
        best.append((weight + (1.5 if pairing.released[index].open else 1.0), step))
    staying, here = set(), max(range(len(order)), key=lambda place: best[place][0], default=-1)
    while here >= 0:
        staying.add(order[here])
        here = best[here][1]
    return set(order) - staying


def _lay_out(pairing: Pairing, moved: set[int], left_out: set[int]) -> list[tuple[int | None, int | None]]:
    """The repaired order, as pairs (released index, submitted index); ``None`` where there is no such cell.

    Every other cell stays behind the nbgrader cell that it stood behind.
    """
    groups = _followers(pairing, left_out)
    original = _instructor_cells(pairing)
    order = groups.get(-1, [])
    gap = 0  # where the cells behind the last placed nbgrader cell begin
    for index, cell in enumerate(pairing.released):
        if not cell.marks:
            continue
        at = len(order)
        if index in moved or index not in pairing.chosen:
            between = [place for _, place in order[gap:] if place is not None]
            at = gap + _depth(index, between, pairing, original)
        order[at:at] = [(index, pairing.chosen.get(index)), *groups.get(index, [])]
        gap = at + 1
    return order


def _followers(pairing: Pairing, left_out: set[int]) -> dict[int, list[tuple[int | None, int | None]]]:
    """Other cells by the released cell that stands for the nearest nbgrader cell before them; -1 where none does."""
    owner = {place: index for index, place in pairing.chosen.items()}
    groups: dict[int, list[tuple[int | None, int | None]]] = {}
    anchor = -1
    for place in range(len(pairing.submitted)):
        if place in owner:
            anchor = owner[place]
        elif place not in left_out:
            groups.setdefault(anchor, []).append((None, place))
    return groups


def _instructor_cells(pairing: Pairing) -> dict[int, int]:
    """Submitted cells that are the instructor's own but not nbgrader's (prose, imports) → released index."""
    plain = [(index, cell) for index, cell in enumerate(pairing.released) if not cell.marks]
    by_id = {cell.id: index for index, cell in plain if cell.id}
    by_text = {cell.settled: index for index, cell in plain if cell.text.strip()}
    found = {place: by_id.get(cell.id, by_text.get(cell.settled)) for place, cell in enumerate(pairing.submitted)}
    taken = set(pairing.chosen.values())
    return {place: index for place, index in found.items() if index is not None and place not in taken}


def _depth(index: int, gap: Sequence[int], pairing: Pairing, original: dict[int, int]) -> int:
    """How far into ``gap``, a run of cells that are not nbgrader's, released cell ``index`` is put back.

    Between the instructor's cells that surround it in the release; a test then behind the student's own code, and
    anything else before it. A stub goes before all own code that names its exercise: run after an answer, it would
    hide it.
    """
    model = pairing.released[index]
    low = max((at + 1 for at, place in enumerate(gap) if original.get(place, index) < index), default=0)
    if model.automatic:
        return next((at for at, place in enumerate(gap) if at >= low and original.get(place, index) > index), len(gap))
    exercise = model.grade_id.removesuffix("-solution")
    own = (at for at, place in enumerate(gap) if place not in original and exercise in pairing.submitted[place].text)
    return min(low, next(own, low)) if model.open else low


# ----------------------------------------------------------------------------------------------- the sentences


def _faults(index: int, pairing: Pairing) -> Iterator[str]:
    """What was wrong with one nbgrader cell and what was done about it, without the subject."""
    model = pairing.released[index]
    if index not in pairing.chosen:
        yield "had been deleted: put back" + (" as it was released" if model.open else "")
        return
    cell = pairing.submitted[pairing.chosen[index]]
    if index in pairing.how:
        yield f"had lost its grade_id: recognised by its {pairing.how[index]} and restored"
    else:
        yield from _changed_marks(model, cell)
    if cell.kind != model.kind:
        yield f"had been turned from {model.kind} into {cell.kind}: turned back"
    if not model.open and cell.settled != model.settled:
        kept = ", and what was added is kept in a cell of its own" if any(_added(cell, model)) else ""
        yield f"had been {'edited' if cell.text.strip() else 'emptied'}: the released text is back{kept}"


def _changed_marks(model: Cell, cell: Cell) -> Iterator[str]:
    for flag in FLAGS:
        was, now = model.marks.get(flag, False), cell.marks.get(flag, False)
        if was != now:
            yield f"had its flag {flag!r} changed from {was} to {show(now)}: changed back"
    was, now = model.marks.get("points"), cell.marks.get("points")
    if was != now:
        yield f"had its points changed from {was} to {show(now)}: changed back"


def _copies(pairing: Pairing, idle: set[int]) -> list[str]:
    """One sentence for each nbgrader cell that was there more than once, in each of the two ways a copy fares."""
    sentences = []
    for index, places in sorted(pairing.copies.items()):
        subject, taken = pairing.released[index], pairing.submitted[pairing.chosen[index]].number
        for fate, found in (
            ("kept as the student's own", [place for place in places if place not in idle]),
            ("left out, as nothing was written there", [place for place in places if place in idle]),
        ):
            if found:
                numbers = [pairing.submitted[place].number for place in found]
                sentences.append(f"{subject} was there more than once: cell {taken} counts, {_cells(numbers)} {fate}")
    return sentences


def _strange(pairing: Pairing) -> list[str]:
    """One sentence for each other cell that pretended to be nbgrader's."""
    known = {*pairing.chosen.values(), *(place for places in pairing.copies.values() for place in places)}
    return [
        f"cell {cell.number} bore nbgrader metadata of no released cell: it is an ordinary cell now"
        for place, cell in enumerate(pairing.submitted)
        if place not in known and cell.marked and (not cell.marks or any(cell.marks.get(flag) for flag in FLAGS))
    ]


def _cells(numbers: Sequence[int]) -> str:
    """Write "cell 3", or "cells 3, 4, 5, 6, 7 and 12 more"."""
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"{'cell' if len(numbers) == 1 else 'cells'} {', '.join(map(str, numbers[:5]))}{more}"
