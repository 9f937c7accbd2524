"""The command ``foundations regrade --compare``: show whose results would change, before any is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from foundations.batch.cache import Cache
from foundations.batch.classes import Class, Grading, judges
from foundations.batch.recorded import RecordedResults
from foundations.commands.grade import Wanted, classes_of, show_trace
from foundations.config import Course
from foundations.plain import clean_name
from foundations.report import failures
from foundations.report.comparison import Change, changes


def compare(course: Course, path: Path, wanted: Wanted, *, out: Console, err: Console) -> int:
    """Grade the submissions at ``path``, and print each difference from the results that were recorded last.

    Neither the gradebook nor a file is written.

    Returns:
        The exit code of the command.

    Raises:
        CourseError: an assignment, a path or the graders cannot be used.
    """
    way = replace(wanted.way, gradebook=False)
    classes = classes_of(course, path, replace(wanted, json_dir=None))
    with judges(classes, way) as made:
        Grading(classes, way).run(made, err, lambda trace: show_trace(trace, err))
    for each in classes:
        _show(each, out)
    out.print("  no result was recorded; `foundations grade` records the new ones", markup=False, highlight=False)
    return failures.exit_code([report for each in classes for report in each.reports])


def _show(each: Class, out: Console) -> None:
    """Print the differences of one assignment, and their causes."""
    recorded, cache = RecordedResults(each.course, each.assignment), Cache()
    rows: list[tuple[str, str, Change]] = []
    unknown = 0
    for origin, report in each.results:
        earlier = recorded.earlier(origin.student)
        before = cache.get(earlier[0]) if earlier else None
        if earlier is None or before is None:
            unknown += 1
            continue
        causes = [name for name, part in origin.parts.items() if earlier[1].get(name) != part]
        why = f"{' and '.join(causes)} changed" if causes else "the same task gave another result"
        rows += [(origin.student, why, change) for change in changes(before.report, report)]
    same = len(each.results) - unknown - len({student for student, *_ in rows})
    if rows:
        out.print(_table(each.assignment, rows))
    summary = f"  {each.assignment}: {len({student for student, *_ in rows})} of {len(each.results)} would change"
    summary += f", {same} stay the same" + (f", {unknown} have no kept result to compare with" if unknown else "")
    out.print(summary, markup=False, highlight=False)


def _table(assignment: str, rows: Sequence[tuple[str, str, Change]]) -> Table:
    table = Table(title=assignment, box=None, padding=(0, 1))
    for head in ("student", "exercise", "check", "before", "after", "points", "because"):
        table.add_column(head)
    for student, why, change in rows:
        points = "" if change.points is None else f"{change.points:+g}"
        cells = (clean_name(student), change.exercise, change.check, change.before, change.after, points, why)
        table.add_row(*map(_plain, cells))
    return table


def _plain(text: str) -> str:
    return text.replace("[", "\\[")
