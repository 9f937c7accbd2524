"""The progress of a run: a live display on a terminal, a line every few seconds elsewhere, and a log for programs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from foundations.batch.run import Finished, Flight
from foundations.errors import CourseError
from foundations.plain import clean_name

#: Seconds between two lines of a log.
_LINE_S = 5.0
#: A submission that takes longer than this is named as the slowest.
_SLOW_S = 5.0
_BAR = 40


@dataclass
class Progress:
    """Counts of a run so far, and the submissions that are graded now.

    Attributes:
        total: the number of submissions.
        activity: the beginning of a line, such as ``grading 01_matmul``.
        done: those with a result.
        kept: those whose result an earlier run had computed.
        ungraded: those without a complete score.
        flights: those that a judge works on.
    """

    total: int
    activity: str = "grading"
    done: int = 0
    kept: int = 0
    ungraded: int = 0
    flights: Sequence[Flight] = ()
    start: float = field(default_factory=time.monotonic)

    def add(self, finished: Finished) -> None:
        """Count a result."""
        self.done += 1
        self.kept += finished.kept
        self.ungraded += finished.graded.report.verdict == "ungraded"

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.start

    @property
    def seconds_left(self) -> float | None:
        """An estimate of the seconds that are left; ``None`` before the first submission is graded."""
        graded = self.done - self.kept
        return None if graded == 0 else self.seconds / graded * (self.total - self.done)

    @property
    def slowest(self) -> tuple[str, float] | None:
        """The submission that a judge has worked on for longest, and its seconds; ``None`` if none takes long."""
        now = time.monotonic()
        longest = min(self.flights, key=lambda flight: flight.since, default=None)
        if longest is None or now - longest.since < _SLOW_S:
            return None
        return self._named(longest), now - longest.since

    def _named(self, flight: Flight) -> str:
        """Return the student of a submission, and the assignment unless the activity names it."""
        student, assignment = clean_name(flight.task.student), flight.task.assignment
        return student if assignment in self.activity else f"{student} ({assignment})"

    def line(self) -> str:
        """Return all in one line."""
        parts = [f"{self.activity}: {self.done} of {self.total} done"]
        parts += [f"{len(self.flights)} running"] if self.flights else []
        parts += [f"{self.kept} unchanged"] if self.kept else []
        parts += [f"{self.ungraded} ungraded"] if self.ungraded else []
        graded = self.done - self.kept
        parts += [f"{graded / self.seconds:.1f} a second"] if graded else []
        parts += [f"about {in_words(self.seconds_left)} left"] if self.seconds_left and self.done < self.total else []
        if self.slowest:
            parts.append(f"slowest now: {self.slowest[0]}, {self.slowest[1]:.0f} s")
        return ", ".join(parts)

    def __rich__(self) -> Group:
        """The same as a bar with a line below it."""
        bar = Table.grid(padding=(0, 1))
        bar.add_row(
            Text(self.activity, style="bold"),
            ProgressBar(total=max(self.total, 1), completed=self.done, width=_BAR),
            f"{self.done}/{self.total}",
        )
        running = ", ".join(sorted(map(self._named, self.flights))[:8])
        return Group(
            bar,
            Text(self.line().partition(": ")[2], style="dim"),
            Text(f"now: {running}" if running else "", style="dim"),
        )


def in_words(seconds: float | None) -> str:
    """Return a duration in words of at most two units."""
    whole = round(seconds or 0.0)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


class Display:
    """Shows a :class:`Progress`, and writes the log for programs."""

    def __init__(self, progress: Progress, console: Console, live: Live | None, log: IO[str] | None) -> None:
        self._progress = progress
        self._console = console
        self._live = live
        self._log = log
        self._next_line = _LINE_S

    def look(self, flights: Sequence[Flight]) -> None:
        """Show the submissions that are graded now."""
        self._progress.flights = flights
        if self._live is not None:
            self._live.update(self._progress)
        elif self._progress.seconds >= self._next_line:
            self._console.print(escape(self._progress.line()), highlight=False, soft_wrap=True)
            self._next_line = self._progress.seconds + _LINE_S

    def add(self, finished: Finished) -> None:
        """Count a result, and log it."""
        self._progress.add(finished)
        self.write("graded", **_summary(finished))
        if self._live is not None:
            self._live.update(self._progress)

    def write(self, event: str, **values: Any) -> None:
        """Write one line of the log."""
        if self._log is not None:
            self._log.write(json.dumps({"event": event, "seconds": round(self._progress.seconds, 3), **values}) + "\n")
            self._log.flush()


@contextmanager
def displayed(progress: Progress, console: Console, log_file: Path | None = None) -> Iterator[Display]:
    """Show ``progress`` until the block ends; the display then disappears.

    Args:
        progress: the counts.
        console: where it is shown.
        log_file: gets a JSON object in a line for each event; ``None``: no log.

    Raises:
        CourseError: the log cannot be written.
    """
    try:
        log = log_file.open("a", encoding="utf-8") if log_file else None
    except OSError as error:
        text = f"{log_file} cannot be written: {error.strerror}; name another file"
        raise CourseError(text, slug="output") from error
    live = Live(progress, console=console, transient=True, refresh_per_second=4) if console.is_terminal else None
    display = Display(progress, console, live, log)
    try:
        display.write("start", total=progress.total, activity=progress.activity)
        if live is None:
            yield display
        else:
            with live:
                yield display
        display.write("end", done=progress.done, kept=progress.kept, ungraded=progress.ungraded)
    finally:
        if log is not None:
            log.close()


def _summary(finished: Finished) -> dict[str, Any]:
    report = finished.graded.report
    return {
        "assignment": report.assignment,
        "student": report.submission,
        "verdict": report.verdict,
        "score": report.score,
        "max_score": report.max_score,
        "unchanged": finished.kept,
    }
