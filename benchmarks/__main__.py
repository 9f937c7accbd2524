"""``python -m benchmarks [NAME ...]``: measure, print, and write to ``benchmarks/results/``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import (
    capstone,
    confinement,
    course,
    machine,
    naming,
    overhead,
    profile,
    results,
    scaling,
    session,
    speed_verdicts,
    throughput,
)
from benchmarks.results import Result

Step = Callable[[str, int, int], None]
NAMES = (
    *("session", "confinement", "overhead", "profile", "course"),
    *("capstone", "naming", "throughput", "scaling", "speed_verdicts"),
)


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Which: {', '.join(NAMES)}. Default: all of them, an hour or so.")
    ] = None,
    verdicts: Annotated[
        int, typer.Option(help="Speed verdicts of each kind under each load; an interrupted run goes on.", min=2)
    ] = 2000,
    repeats: Annotated[int, typer.Option(help="Runs of each command for throughput.", min=1)] = 2,
    into: Annotated[Path, typer.Option(help="Folder for results.")] = results.FOLDER,
) -> None:
    """Measure this package's promises, and write the results to files."""
    wanted = names or list(NAMES)
    if unknown := sorted(set(wanted) - set(NAMES)):
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(NAMES)}")
    measures: dict[str, Callable[[Step], Result]] = {
        "session": lambda step: session.measure(step=step),
        "confinement": lambda step: confinement.measure(step=step),
        "overhead": lambda step: overhead.measure(step=step),
        "profile": lambda step: profile.measure(step=step),
        "course": lambda step: course.measure(step=step),
        "capstone": lambda step: capstone.measure(step=step),
        "naming": lambda step: naming.measure(every=4, step=step),
        "throughput": lambda step: throughput.measure(repeats=repeats, step=step),
        "scaling": lambda step: scaling.measure(step=step),
        "speed_verdicts": lambda step: speed_verdicts.measure(verdicts, step=step),
    }
    console = Console()
    command = " ".join(["python -m benchmarks", *sys.argv[1:]])
    for name in dict.fromkeys(wanted):
        load_before = os.getloadavg()[0]
        result = _with_progress(name, measures[name], console)
        result.command = command
        result.date = datetime.now(UTC).date().isoformat()
        result.load_before = round(load_before, 1)
        result.machine = machine.describe()
        console.print(_table(result))
        console.print(f"  written: {results.write(result, into)}", markup=False, highlight=False, soft_wrap=True)
        if name == "speed_verdicts":
            speed_verdicts.PARTIAL.unlink()  # the next run measures anew


def _with_progress(name: str, measure: Callable[[Step], Result], console: Console) -> Result:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=None)
        return measure(lambda what, done, of: bar.update(task, description=f"{name}: {what}", completed=done, total=of))


def _table(result: Result) -> Table:
    verdict = "met" if result.met else "NOT met"
    table = Table(box=box.SIMPLE_HEAD, title=result.title, caption=f"bar: {result.bar}: {verdict}")
    for number, column in enumerate(result.columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in result.rows:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    typer.run(main)
