"""The output in the terminal: progress, tables of a class and of a submission, and remarks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.columns import Columns
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import escape
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table

from foundations.plain import clean, clean_name
from foundations.report.check_table import rows
from foundations.report.model import LOST, NOT_CREDITABLE, Exercise, Report
from foundations.report.notices import sentence as in_a_line

_MAX_NOTE = 300
#: Columns of the terminal for the notes next to the points: at least the first number, and up to the second as many as
#: the longest word needs, because names of mistakes are long.
_NOTE_ROOM = 24, 48
#: The longest name of a student that is shown in one line.
_NAME_ROOM = 24


@dataclass(frozen=True)
class ClassTable:
    """A table with a row for each submission, a column for each exercise, and a note on the mistakes.

    If the names of the exercises do not fit, the columns have numbers and the names are below. If the notes do not fit
    next to the points, they are below, too.
    """

    reports: Sequence[Report]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        highest = _highest(self.reports)
        named = [f"{_two_lines(name)}\nof {most:g}" for name, most in highest.items()]
        numbered = [str(number) for number in range(1, len(highest) + 1)]
        words = " ".join(map(_note, self.reports)).split()
        room = options.max_width - min(max([*map(len, words), _NOTE_ROOM[0]]), _NOTE_ROOM[1]) - 3
        with_names, with_numbers = (
            Measurement.get(console, options, self._table(heads, notes=False)).minimum <= room
            for heads in (named, numbered)
        )
        if with_names or not highest:
            yield self._table(named, notes=True)
            return
        yield self._table(numbered, notes=with_numbers)
        legend = [f"{number} {name} ({most:g})" for number, (name, most) in zip(numbered, highest.items(), strict=True)]
        yield Padding(Columns(legend, padding=(0, 3)), (0, 2, 1, 2))
        if not with_numbers:
            yield Padding(self._notes(), (0, 2, 1, 2))

    def _table(self, heads: Sequence[str], *, notes: bool) -> Table:
        highest = _highest(self.reports)
        close = not any("\n" in head for head in heads)
        table = Table(box=box.SIMPLE_HEAD, title=_title(self.reports), padding=(0, 0) if close else (0, 1))
        total = f"score\nof {sum(highest.values()):g}"
        tallest = max(head.count("\n") for head in [*heads, total])
        table.add_column(_at_bottom("student", tallest), overflow="fold", min_width=12, max_width=_NAME_ROOM)
        for head in heads:
            table.add_column(_at_bottom(head, tallest), justify="right", no_wrap=True)
        table.add_column(_at_bottom(total, tallest), justify="right", style="bold", no_wrap=True)
        if notes:
            table.add_column(_at_bottom("what to know", tallest), ratio=1, overflow="fold", min_width=_NOTE_ROOM[0])
        for report in self.reports:
            exercises = {exercise.id: exercise for exercise in report.exercises}
            cells = [_number(exercises[name].score) if name in exercises else "–" for name in highest]
            note = [escape(_note(report))] if notes else []
            table.add_row(escape(clean_name(report.submission)), *cells, _total(report), *note)
        return table

    def _notes(self) -> Table:
        """Return a table of the submissions that have a note."""
        table = Table.grid(padding=(0, 2))
        table.add_column(overflow="fold", max_width=_NAME_ROOM)
        table.add_column(overflow="fold")
        for report in self.reports:
            if note := _note(report):
                table.add_row(escape(clean_name(report.submission)), escape(note))
        return table


def class_table(reports: Sequence[Report]) -> ClassTable:
    """Return the table of a class, which fits the width of the screen."""
    return ClassTable(reports)


def overview(classes: Mapping[str, Sequence[Report]], waiting: int = 0) -> Table:
    """Return a table with a row for each student and a column for each assignment.

    A cell has the points, or "–" without a submission.

    Args:
        classes: reports by assignment.
        waiting: the number of written answers that wait for a person.
    """
    table = Table(box=box.SIMPLE_HEAD, title="the class", title_style="bold italic")
    table.caption = f"written answers, not counted here, that wait for a person: {waiting}" if waiting else None
    table.add_column("\nstudent", overflow="fold", min_width=12, max_width=_NAME_ROOM)
    for assignment, reports in classes.items():
        most = sum(_highest(reports).values())
        table.add_column(f"{assignment.partition('_')[0]}\nof {most:g}", justify="right")
    by_student = {(report.submission, name): report for name, reports in classes.items() for report in reports}
    for student in sorted({student for student, _ in by_student}):
        own = [by_student.get((student, assignment)) for assignment in classes]
        table.add_row(escape(clean_name(student)), *[_total(report) if report else "–" for report in own])
    return table


def exercise_table(report: Report) -> Table:
    """Return the table of all checks of one submission, for a person who grades a single notebook."""
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
    """Yield the sentences below the table of a single submission."""
    if not report.creditable:
        yield NOT_CREDITABLE
    for repair in report.repairs:
        yield f"repaired: {clean(repair)}"
    for review in report.review:
        yield f"needs a look: {in_a_line(review)}"
    if reason := report.why_ungraded():
        yield f"ungraded: {clean(reason)}"


def show_checks(report: Report, out: Console) -> None:
    """Print every check of one submission, with its remarks below."""
    out.print(exercise_table(report))
    for remark in remarks(report):
        out.print(f"  {remark}", markup=False)


def show_class(reports: Sequence[Report], out: Console, advice: str) -> None:
    """Print the table of a class and, if submissions wait for a person, their number and the ``advice``."""
    out.print(class_table(reports))
    if sentence := needs_a_look(reports, advice):
        out.print(f"  {sentence}", markup=False, highlight=False)


def needs_a_look(reports: Sequence[Report], advice: str) -> str | None:
    """Return one sentence with the number of submissions that wait for a person; ``None`` if it is 0."""
    count = sum(bool(report.review) for report in reports)
    if not count:
        return None
    return f"{count} submission{' needs' if count == 1 else 's need'} a look: {advice}"


def _points(exercise: Exercise) -> str:
    return f"{_number(exercise.score)} / {exercise.max_score:g}"


def _highest(reports: Sequence[Report]) -> dict[str, float]:
    """Return the points of each exercise, by name."""
    return {exercise.id: exercise.max_score for report in reports for exercise in report.exercises}


def _total(report: Report) -> str:
    return "ungraded" if report.score is None else _number(report.score)


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
    """Return ``head`` with empty lines above, so that its last line is line ``lines + 1``."""
    return "\n" * (lines - head.count("\n")) + head


def _two_lines(name: str) -> str:
    """Return a long name in two lines, broken after its last underscore."""
    head, _, tail = name.rpartition("_")
    return f"{head}_\n{tail}" if head and len(name) > 9 else name


def _note(report: Report) -> str:
    """Return the facts that an instructor needs first."""
    parts = ("" if report.creditable else NOT_CREDITABLE, _to_review(report), _result(report))
    return clean("; ".join(filter(None, parts)), _MAX_NOTE)


def _to_review(report: Report) -> str:
    return f"{len(report.review)} to review" if report.review else ""


def _result(report: Report) -> str:
    """Return why the submission is ungraded, or its mistakes, decisions and repairs."""
    if reason := report.why_ungraded():
        return clean(reason, _MAX_NOTE)
    failed = [check for exercise in report.exercises for check in exercise.checks if check.outcome in LOST]
    wrong = [check for check in failed if not check.imposed]
    named = list(dict.fromkeys(check.misconception for check in wrong if check.misconception))
    first = next((check.message.splitlines()[0] for check in wrong if check.message), "")
    parts = [", ".join(named) or first]
    imposed = [exercise.id for exercise in report.exercises if any(check.imposed for check in exercise.checks)]
    if imposed:
        parts.append(f"no points by decision for {', '.join(imposed)}")
    if report.repairs:
        parts.append(f"{len(report.repairs)} repaired")
    return clean("; ".join(part for part in parts if part), _MAX_NOTE)
