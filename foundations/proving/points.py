"""Points that the text of a notebook promises, compared with the points in the metadata of its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from foundations.grading.faults import Fault
from foundations.proving.source import SourceAssignment, grade_id

_NUMBER = r"\d+(?:\.\d+)?"
_POINTS = re.compile(rf"({_NUMBER}(?:\s*\+\s*{_NUMBER})*)\s+points?\b")
_NAME = re.compile(r"`([^`]+)`")


def point_faults(source: SourceAssignment) -> Iterator[Fault]:
    """Yield each place in headings, tables and comments of graded cells that names other points than the cell has.

    A heading or a row of a table names exercises in backticks; ``1 + 2 points`` belongs to two of them, in order.
    """
    points = {
        grade_id(cell): float(cell.metadata.nbgrader.points)
        for cell in source.notebook.cells
        if (cell.metadata.get("nbgrader") or {}).get("grade")
    }
    for number, cell in enumerate(source.notebook.cells, 1):
        if cell.cell_type == "markdown":
            found = _of_text(cell.source.splitlines(), points)
        elif cell.cell_type == "code" and grade_id(cell) in points:
            found = _of_comments(cell.source.splitlines(), grade_id(cell), points)
        else:
            continue
        for line, exercise, promised, given in found:
            text = f"the text gives {exercise} {promised:g} points, and the cell's metadata {given:g}; make them equal"
            yield Fault(text, source.path, line, number, exercise if exercise in points else "")


_Found = Iterator[tuple[int, str, float, float]]


def _of_comments(lines: Sequence[str], exercise: str, points: Mapping[str, float]) -> _Found:
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("#") and (match := _POINTS.search(line)):
            yield from _unequal(number, [exercise], match[1], points)


def _of_text(lines: Sequence[str], points: Mapping[str, float]) -> _Found:
    column, total = None, 0.0
    for number, line in enumerate(lines, 1):
        row = [part.strip() for part in line.strip().strip("|").split("|")] if line.lstrip().startswith("|") else []
        names = [name for name in _NAME.findall(line) if name in points]
        if not row:
            column, total = None, 0.0
            if line.startswith("#") and names and (match := _POINTS.search(line)):
                yield from _unequal(number, names, match[1], points)
        elif column is None:
            heads = [head.strip("* ").casefold() for head in row]
            column = heads.index("points") if "points" in heads else len(row)
        elif column < len(row) and re.fullmatch(r"[\s*+\d.]+", row[column]) and re.search(r"\d", row[column]):
            written = row[column].strip("* ")
            if names:
                yield from _unequal(number, names, written, points)
            if written != row[column]:  # in bold: the sum of the rows above
                if float(written) != total:
                    yield number, "all exercises of this table", float(written), total
            else:
                total += sum(_numbers(written))


def _unequal(line: int, names: Sequence[str], written: str, points: Mapping[str, float]) -> _Found:
    numbers = _numbers(written)
    if len(numbers) == len(names):
        pairs = [(name, number, points[name]) for name, number in zip(names, numbers, strict=True)]
    else:
        pairs = [(" and ".join(names), sum(numbers), sum(points[name] for name in names))]
    yield from ((line, name, number, given) for name, number, given in pairs if number != given)


def _numbers(written: str) -> list[float]:
    return [float(number) for number in re.findall(_NUMBER, written)]
