"""The table of checks a student reads below a graded cell, as plain text and as HTML.

Everything in it may come from the student's code (names and messages quote it), so all text is cleaned and, in HTML,
escaped. Outcomes are told by a sign and a word, never by colour: the table has to survive a black-and-white printer.
"""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata

from foundations.model import Check, Exercise, Outcome

#: How much of one message is shown: characters, and lines.
MAX_MESSAGE = 2_000
MAX_LINES = 30
MAX_NAME = 120

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "pass": ("✓", "passed"),
    "fail": ("✗", "failed"),
    "inconclusive": ("?", "undecided"),
    "fault": ("!", "not checked"),
}
UNDECIDED = "Not decided yet, and not counted as wrong: a person will look at it."

# Colours of a terminal; the other control sequences lose their escape character below.
_ANSI = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")
# Characters that reorder or hide the text around them.
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
# MathJax leaves elements of these classes alone (its versions 2 and 3).
_NO_MATH = "tex2jax_ignore mathjax_ignore"
_LINE = "border-bottom: 1px solid; padding: 0.3em 0.8em; text-align: left; vertical-align: top"


def check_table_text(exercise: Exercise) -> str:
    """The exercise's checks as plain text: one line each with sign, outcome, points and name, messages below."""
    lines = [_heading(exercise)]
    for check in exercise.checks:
        sign, word = OUTCOMES[check.outcome]
        lines.append(f"  {sign} {word:<11}  {_points(check, exercise):<11}  {clean_name(check.name)}")
        if message := clean(check.message):
            lines.append(textwrap.indent(message, " " * 6))
    if not exercise.decided:
        lines.append(f"  {UNDECIDED}")
    return "\n".join(lines)


def check_table_html(exercise: Exercise) -> str:
    """The same as one HTML table without script, style sheet or colour; every text in it is escaped."""
    head = "".join(f'<th scope="col" style="{_LINE}">{title}</th>' for title in ("Outcome", "Points", "Check"))
    rows = "".join(_row(check, exercise) for check in exercise.checks)
    note = f"<p>{UNDECIDED}</p>" if not exercise.decided else ""
    return (
        f'<div class="foundations-checks {_NO_MATH}">'
        '<table style="border-collapse: collapse; margin: 0.5em 0">'
        f'<caption style="caption-side: top; text-align: left; font-weight: bold">{_escaped(_heading(exercise))}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}</div>"
    )


def failures_text(exercise: Exercise) -> str:
    """The checks that did not pass, as plain text for a comment: a line each; empty where all passed."""
    found = []
    for check in exercise.checks:
        if check.outcome != "pass":
            sign, word = OUTCOMES[check.outcome]
            message = clean(check.message)
            found.append(f"{sign} {clean_name(check.name)} ({word})" + (f": {message}" if message else ""))
    return "\n".join(found)


def clean(text: str, limit: int = MAX_MESSAGE) -> str:
    """``text`` without control sequences and characters that hide or reorder others; what is too long is cut."""
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    text = "".join(character if _is_plain(character) else "\N{REPLACEMENT CHARACTER}" for character in text)
    return _cut(_INVISIBLE.sub("", text).strip("\n"), limit)


def clean_name(text: str) -> str:
    """A check's name on one line."""
    return " ".join(clean(text, MAX_NAME).split())


def _is_plain(character: str) -> bool:
    return character == "\n" or unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")


def _cut(text: str, limit: int) -> str:
    lines = text.split("\n")
    shown = "\n".join(lines[:MAX_LINES])[:limit]
    left = len(text) - len(shown)
    return text if left == 0 else f"{shown.rstrip()} … ({left:,} more characters)"


def _heading(exercise: Exercise) -> str:
    score = "no score yet" if exercise.score is None else f"{exercise.score:g}"
    of = "," if exercise.score is None else " of"
    return f"{clean_name(exercise.id)}: {score}{of} {exercise.max_score:g} points"


def _points(check: Check, exercise: Exercise) -> str:
    """Points earned of points to be had; a check that is undecided has earned neither all nor nothing."""
    total = sum(each.weight for each in exercise.checks)
    worth = exercise.max_score * check.weight / total if total else 0.0
    earned = "0" if exercise.stopped else {"pass": f"{worth:.3g}", "fail": "0"}.get(check.outcome, "–")
    return f"{earned} of {worth:.3g}"


def _row(check: Check, exercise: Exercise) -> str:
    sign, word = OUTCOMES[check.outcome]
    cells = [f"<strong>{sign} {word}</strong>", _escaped(_points(check, exercise)), _escaped(clean_name(check.name))]
    if message := clean(check.message):
        cells[2] += f'<div style="white-space: pre-wrap; margin-top: 0.3em">{_escaped(message)}</div>'
    return "<tr>" + "".join(f'<td style="{_LINE}">{cell}</td>' for cell in cells) + "</tr>"


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)
