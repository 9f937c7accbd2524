"""A proof as one HTML page: self-contained, without script, readable on a phone and on paper."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from foundations.grading.faults import Fault
from foundations.plain import plain
from foundations.proving.results import ExerciseProof, Proof, Survivor

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 0 1rem 3rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid; padding: 0.3em 0.8em 0.3em 0; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid; padding-left: 0.8em; }
li { overflow-wrap: anywhere; margin: 0.4em 0; }
.place { display: block; font-weight: bold; }
summary { cursor: pointer; }
@media (max-width: 40rem) {
  th, td, td.number, th.number { white-space: normal; overflow-wrap: anywhere; }
  th, td { padding-right: 0.4em; font-size: 0.85em; }
}
@media print { details { break-inside: avoid; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_HEADS = ("", "exercise", "solution", "mistakes caught", "right answers accepted", "mutants tried", "survivors")


def page(proofs: Sequence[Proof], root: Path) -> str:
    """Return the page of some assignments; every text in it is cleaned and escaped. Paths are relative to ``root``."""
    title = ", ".join(proof.assignment for proof in proofs)
    body = "\n".join(part for proof in proofs for part in _assignment(proof, root))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>Proof of {_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Proof of {_text(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def _assignment(proof: Proof, root: Path) -> Iterator[str]:
    verdict = "proved" if proof.proved else "not proved"
    yield f"<h2>{'✓' if proof.proved else '✗'} {_text(proof.assignment)}: {verdict}</h2>"
    yield f"<p>{proof.wall_s:.0f} s</p>"
    yield from _list("Faults to correct", proof.faults, root)
    yield from _list("Remarks", proof.remarks, root)
    yield from _table(proof)
    for entry in proof.exercises:
        yield from _survivors(entry)


def _list(title: str, faults: Iterable[Fault], root: Path) -> Iterator[str]:
    items = [f'<li><span class="place">{_text(fault.place(root))}</span>{_text(fault.text)}</li>' for fault in faults]
    if items:
        yield f"<h3>{title}</h3>\n<ul>\n" + "\n".join(items) + "\n</ul>"


def _table(proof: Proof) -> Iterator[str]:
    faulty = {fault.exercise for fault in proof.faults}
    head = "".join(f'<th scope="col">{title}</th>' for title in _HEADS)
    yield f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>'
    for entry in proof.exercises:
        yield _row(entry, entry.name in faulty or entry.earned is None)
    yield "</tbody></table></div>"


def _row(entry: ExerciseProof, faulty: bool) -> str:
    earned = "–" if entry.earned is None else f"{entry.earned:g}"
    cells = [
        f"{earned} of {entry.points:g}",
        f"{entry.caught} of {entry.mistakes}",
        f"{entry.accepted} of {entry.right}",
        f"{entry.tried} of {entry.mutants}",
        f"{len(entry.survivors)}",
    ]
    numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
    return f'<tr><td>{"✗" if faulty else "✓"}</td><th scope="row"><code>{_text(entry.name)}</code></th>{numbers}</tr>'


def _survivors(entry: ExerciseProof) -> Iterator[str]:
    if not entry.survivors:
        return
    unexplained = sum(not survivor.why for survivor in entry.survivors)
    about = f"{len(entry.survivors)} changes of the solution earn full marks, {unexplained} without an explanation"
    opened = " open" if unexplained else ""
    yield f"<details{opened}><summary><code>{_text(entry.name)}</code>: {about}</summary>"
    yield from map(_survivor, sorted(entry.survivors, key=lambda survivor: bool(survivor.why)))
    yield "</details>"


def _survivor(survivor: Survivor) -> str:
    why = f": {_text(survivor.why)}" if survivor.why else ""
    return f"<p>{_text(survivor.kind)}{why}</p>\n<pre>{_text(survivor.diff)}</pre>"


def _text(text: str) -> str:
    return html.escape(plain(text), quote=True)
