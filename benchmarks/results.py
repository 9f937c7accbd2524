"""The result of a benchmark, as JSON for machines and as one README for people."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import machine

FOLDER = Path(__file__).parent / "results"

_INTRODUCTION = """# Results of the benchmarks

Made by `make bench` from the JSON files beside this one; no figure here was typed by hand. Figures that are compared
with each other were measured within one run, on one machine.
"""


@dataclass
class Result:
    """One benchmark's outcome.

    ``bar`` is the promise, in words; ``met`` is whether it holds. ``figures`` are for programs: numbers in seconds,
    counts and ratios. ``columns`` and ``rows`` are the same for people, ``notes`` the facts needed to read them.
    ``load_before`` is the load average of the machine when the benchmark began.
    """

    name: str
    title: str
    about: str
    bar: str
    met: bool
    figures: dict[str, Any]
    columns: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    command: str = ""
    date: str = ""
    load_before: float = 0.0
    machine: dict[str, Any] = field(default_factory=dict)


def write(result: Result, folder: Path = FOLDER) -> Path:
    """Write ``<name>.json`` and rebuild the README. Return the path of the JSON file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.name}.json"
    path.write_text(json.dumps(asdict(result), indent=2, ensure_ascii=False) + "\n", "utf-8")
    (folder / "README.md").write_text(readme(folder), "utf-8")
    return path


def read(folder: Path = FOLDER) -> list[Result]:
    """Read all results in ``folder``, by name."""
    return [Result(**json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]


def readme(folder: Path = FOLDER) -> str:
    """Return the README that the JSON files in ``folder`` make."""
    return "\n".join([_INTRODUCTION, *(_section(result) for result in read(folder))])


def _section(result: Result) -> str:
    verdict = "met" if result.met else "**not met**"
    lines = [f"## {result.title}", "", result.about, "", f"Bar: {result.bar}: {verdict}.", ""]
    lines += [_row(result.columns), _row(["---", *["---:"] * (len(result.columns) - 1)])]
    lines += [_row(row) for row in result.rows]
    lines += ["", *(f"- {note}" for note in result.notes)]
    lines += [
        f"- {result.date}, `{result.command}`, load average before: {result.load_before:.1f}",
        f"- {machine.in_words(result.machine)}",
        "",
    ]
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
