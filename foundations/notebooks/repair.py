"""Restore a submission's cells to the form and order of the released notebook.

All functions are pure: plain cells go in, plain cells and sentences come out. The release determines the nbgrader cells
with their types, order, flags and points. The submission contributes the text of the cells that the student writes,
and the student's own cells, which run at their places.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence

from foundations.notebooks.pairing import FLAGS, Cell, Pairing, pair, untouched
from foundations.notebooks.remnants import Added, added

_shown = reprlib.Repr()
_shown.maxlevel = 2
_shown.maxstring = 40


def show(value: object) -> str:
    """Return the ``repr`` of a value from a submission, shortened whatever the value is."""
    text = _shown.repr(value)
    return text if len(text) <= 200 else f"{text[:200]} …"


def repair(released: Sequence[Cell], submitted: Sequence[Cell]) -> tuple[list[Cell], list[str]]:
    """Return the cells to run and grade, and one sentence for each repair.

    Args:
        released: the release's cells; those with ``marks`` are nbgrader's, and their grade_ids are unique.
        submitted: the submission's cells, in order.

    Returns:
        The cells, which are

        - every nbgrader cell of the release exactly once and in its order, with the student's text if the student
          writes it;
        - all other submitted cells, without ``marks``, at their places;
        - additions to a read-only cell, each in its own cell.

        The sentences; none if the student has only worked in the notebook.
    """
    pairing = pair(released, submitted)
    moved = _moved(pairing)
    idle = _idle_copies(pairing)
    faults = {
        index: [*_faults(index, pairing), *(["had been moved: back in its place"] if index in moved else [])]
        for index, model in enumerate(released)
        if model.marks
    }
    repairs = [f"{released[index]} {problem}" for index, problems in faults.items() for problem in problems]
    repairs += _copies(pairing, idle) + _strange(pairing)
    plain = {cell.settled: cell for cell in released if not cell.marks}
    cells: list[Cell] = []
    for index, place in _lay_out(pairing, moved, idle):
        if index is not None:
            cells += _rebuilt(index, place, pairing, bool(faults[index]))
        elif place is not None:
            cells.append(_own(submitted[place], plain))
    return cells, repairs


def _idle_copies(pairing: Pairing) -> set[int]:
    """Return the copies of an answer's cell that have only the stub: run after the answer, they would hide it."""
    return {
        place
        for index, places in pairing.copies.items()
        for place in places
        if pairing.released[index].open and untouched(pairing.submitted[place], pairing.released[index])
    }


def _own(cell: Cell, plain: Mapping[str, Cell]) -> Cell:
    """Copy a cell that is not nbgrader's.

    It is the student's, unless its text is that of one of ``plain``, the instructor's other cells, by their text.
    """
    model = plain.get(cell.settled)
    return Cell(
        cell.kind,
        cell.text,
        number=cell.number,
        attachments=cell.attachments,
        given=model is not None,
        demonstration=model is not None and model.demonstration and cell.kind == model.kind,
        outputs=cell.outputs,
    )


def _rebuilt(index: int, place: int | None, pairing: Pairing, repaired: bool) -> list[Cell]:
    """Return the released cell, with the student's text if the student writes it, and additions to a read-only cell.

    Additions to a graded cell run before it, because the hidden tests run there; but additions below the released text
    run after it if there is an answer already. Additions to any other cell run after it, because they may need it.
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
        demonstration=model.demonstration,
        outputs=own.outputs if own is not None and own.settled == writer.settled else (),
    )
    above, below = ([Cell(model.kind, text, number=cell.number)] if text else [] for text in _added(own, model))
    if not model.automatic:
        return [cell, *above, *below]
    return [*above, cell, *below] if _is_answered(model, pairing) else [*above, *below, cell]


def _is_answered(test: Cell, pairing: Pairing) -> bool:
    """Decide whether the student wrote into the answer's cell of graded cell ``test``."""
    answer = f"{test.grade_id}-solution"
    return any(
        released.grade_id == answer and not untouched(pairing.submitted[pairing.chosen[index]], released)
        for index, released in enumerate(pairing.released)
        if index in pairing.chosen
    )


def _is_blank(answer: Cell, model: Cell) -> bool:
    """Decide whether an answer's cell was submitted as it was released."""
    return bool(answer.text.strip()) and untouched(answer, model) and answer.attachments == model.attachments


def _added(own: Cell | None, model: Cell) -> Added:
    """Return the code or text that was added to a read-only cell."""
    return Added() if own is None or model.open or own.settled == model.settled else added(own.text, model)


# --------------------------------------------------------------------------------------------------- the order


def _moved(pairing: Pairing) -> set[int]:
    """Return the fewest released cells that have to move so that the rest are in the released order.

    If a test and an answer changed places, the test counts as moved.
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
    """Return the repaired order, as pairs (released index, submitted index); ``None`` if one does not exist.

    Every other cell stays behind the nbgrader cell that it was behind.
    """
    groups = _followers(pairing, left_out)
    original = _instructor_cells(pairing)
    order = groups.get(-1, [])
    gap = 0  # the start of the cells behind the last placed nbgrader cell
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
    """Return the other cells by the released index of the nearest nbgrader cell before them; -1 if there is none."""
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
    """Map submitted cells that are the instructor's but not nbgrader's (prose, imports) to released indices."""
    plain = [(index, cell) for index, cell in enumerate(pairing.released) if not cell.marks]
    by_id = {cell.id: index for index, cell in plain if cell.id}
    by_text = {cell.settled: index for index, cell in plain if cell.text.strip()}
    indices = {place: by_id.get(cell.id, by_text.get(cell.settled)) for place, cell in enumerate(pairing.submitted)}
    taken = set(pairing.chosen.values())
    return {place: index for place, index in indices.items() if index is not None and place not in taken}


def _depth(index: int, gap: Sequence[int], pairing: Pairing, original: dict[int, int]) -> int:
    """Return how far into ``gap``, a run of cells that are not nbgrader's, released cell ``index`` is restored.

    The cell goes between the instructor's cells that surround it in the release. There, a test goes behind the
    student's own code, and any other cell before it. A stub goes before all own code that names its exercise: run
    after an answer, it would hide it.
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
    """Describe the faults of one nbgrader cell and their repairs, each without the subject."""
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
        kept = ", and the added text is kept in its own cell" if any(_added(cell, model)) else ""
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
    """Return one sentence for each nbgrader cell with copies that were kept, and one for each with copies left out."""
    sentences = []
    for index, places in sorted(pairing.copies.items()):
        subject, taken = pairing.released[index], pairing.submitted[pairing.chosen[index]].number
        for fate, copies in (
            ("kept as the student's own", [place for place in places if place not in idle]),
            ("left out because unchanged", [place for place in places if place in idle]),
        ):
            if copies:
                numbers = [pairing.submitted[place].number for place in copies]
                sentences.append(f"{subject} was there more than once: cell {taken} counts, {_cells(numbers)} {fate}")
    return sentences


def _strange(pairing: Pairing) -> list[str]:
    """Return one sentence for each other cell that pretended to be nbgrader's."""
    paired = {*pairing.chosen.values(), *(place for places in pairing.copies.values() for place in places)}
    return [
        f"cell {cell.number} bore nbgrader metadata of no released cell: it is an ordinary cell now"
        for place, cell in enumerate(pairing.submitted)
        if place not in paired and cell.marked and (not cell.marks or any(cell.marks.get(flag) for flag in FLAGS))
    ]


def _cells(numbers: Sequence[int]) -> str:
    """Write "cell 3", or "cells 3, 4, 5, 6, 7 and 12 more"."""
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"{'cell' if len(numbers) == 1 else 'cells'} {', '.join(map(str, numbers[:5]))}{more}"
