"""What a person sees in the terminal: progress, one table of a class, and where everything was put."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from foundations.model import NOT_CREDITABLE, Exercise, Report
from foundations.submissions import Found
from foundations.table import clean, clean_name, rows

_MAX_NOTE = 300


def progress(found: Sequence[Found], console: Console) -> Iterator[Found]:
    """The submissions one by one, with a bar that says whose turn it is."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("grading", total=len(found))
        for one in found:
            bar.update(task, description=f"grading {escape(clean_name(one.student))}")
            yield one
            bar.advance(task)


def class_table(reports: Sequence[Report]) -> Table:
    """A row for each submission, a column for each exercise, and what went wrong in one line."""
    table = Table(box=box.SIMPLE_HEAD, title=_title(reports))
    highest = {exercise.id: exercise.max_score for report in reports for exercise in report.exercises}
    heads = [f"{_two_lines(name)}\nof {most:g}" for name, most in highest.items()]
    tallest = max([head.count("\n") for head in heads], default=1)
    table.add_column(_at_bottom("student", tallest), overflow="fold", min_width=12)
    for head in heads:
        table.add_column(_at_bottom(head, tallest), justify="right")
    table.add_column(_at_bottom(f"score\nof {sum(highest.values()):g}", tallest), justify="right", style="bold")
    table.add_column(_at_bottom("what to know", tallest), ratio=1, overflow="fold", min_width=24)
    for report in reports:
        exercises = {exercise.id: exercise for exercise in report.exercises}
        cells = [_number(exercises[name].score) if name in exercises else "–" for name in highest]
        total = "ungraded" if report.score is None else _number(report.score)
        table.add_row(escape(clean_name(report.submission)), *cells, total, escape(_note(report)))
    return table


def exercise_table(report: Report) -> Table:
    """Every check of one submission, for a person who grades a single notebook."""
    title = f"{clean_name(report.submission)}, {report.assignment}"
    title = title if report.creditable else f"{title}; {NOT_CREDITABLE}"
    table = Table(box=box.SIMPLE_HEAD, title=escape(title))
    for title in ("exercise", "points", "", "check", "message"):
        table.add_column(title, overflow="fold", ratio=1 if title == "message" else None)
    for exercise in report.exercises:
        if not exercise.checks:
            table.add_row(exercise.id, _points(exercise), "– not checked", "", "")
        for number, row in enumerate(rows(exercise)):
            head = (exercise.id, _points(exercise)) if number == 0 else ("", "")
            table.add_row(*head, f"{row.sign} {row.word}", escape(row.full_name), escape(row.message))
    return table


def remarks(report: Report) -> Iterable[str]:
    """Sentences that belong under a single submission's table."""
    if not report.creditable:
        yield NOT_CREDITABLE
    for sentence in report.repairs:
        yield f"repaired: {clean(sentence)}"
    if reason := report.why_ungraded():
        yield f"ungraded: {clean(reason)}"


def _points(exercise: Exercise) -> str:
    return f"{_number(exercise.score)} / {exercise.max_score:g}"


def _number(score: float | None) -> str:
    return "?" if score is None else f"{round(score, 2):g}"


def _title(reports: Sequence[Report]) -> str | None:
    if not reports:
        return None
    ungraded = sum(report.verdict == "ungraded" for report in reports)
    title = f"{reports[0].assignment}: {len(reports) - ungraded} graded" + (
        f", {ungraded} ungraded" if ungraded else ""
    )
    return title if all(report.creditable for report in reports) else f"{title}; {NOT_CREDITABLE}"


def _at_bottom(head: str, lines: int) -> str:
    """``head`` with its last line in the last of ``lines`` and one."""
    return "\n" * (lines - head.count("\n")) + head


def _two_lines(name: str) -> str:
    """A long name in two lines, broken behind an underscore."""
    head, _, tail = name.rpartition("_")
    return f"{head}_\n{tail}" if head and len(name) > 9 else name


def _note(report: Report) -> str:
    """The one thing an instructor wants to know first."""
    if not report.creditable:
        return clean("; ".join(filter(None, (NOT_CREDITABLE, _what_to_know(report)))), _MAX_NOTE)
    return _what_to_know(report)


def _what_to_know(report: Report) -> str:
    if reason := report.why_ungraded():
        return clean(reason, _MAX_NOTE)
    wrong = [check for exercise in report.exercises for check in exercise.checks if check.outcome == "fail"]
    named = list(dict.fromkeys(check.misconception for check in wrong if check.misconception))
    first = next((check.message.splitlines()[0] for check in wrong if check.message), "")
    parts = [", ".join(named) or first]
    if report.repairs:
        parts.append(f"{len(report.repairs)} repaired")
    return clean("; ".join(part for part in parts if part), _MAX_NOTE)
