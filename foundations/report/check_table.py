"""The table of checks that a student reads below a graded cell, as plain text and as HTML.

All text is cleaned and, in HTML, escaped, because names and messages quote the student's code. Outcomes are a sign and
a word, never a colour, so that a black-and-white printer can print the table.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from foundations.plain import clean, clean_name
from foundations.report.model import LOST, NOT_ATTEMPTED, NOT_CREDITABLE, Check, Exercise, Outcome

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "pass": ("✓", "passed"),
    "fail": ("✗", "failed"),
    "not attempted": ("✗", "not attempted"),
    "not reached": ("·", "not reached"),
    "inconclusive": ("?", "undecided"),
    "fault": ("!", "not checked"),
}
_STUB = "Calling {} still raises NotImplementedError: replace that line with your code."
UNDECIDED = "Not decided yet, and not counted as wrong: a person will look at it."

# MathJax leaves elements of these classes alone (its versions 2 and 3).
_NO_MATH = "tex2jax_ignore mathjax_ignore"
_LINE = "border-bottom: 1px solid; padding: 0.3em 0.8em; text-align: left; vertical-align: top"


@dataclass(frozen=True)
class Row:
    """One check, or several neighbours with the same outcome and message. All texts are clean, and not escaped."""

    sign: str
    word: str
    points: str
    #: The name of one check, or the number of several.
    name: str
    #: The names of several checks, unless they are all checks of the exercise.
    names: str
    message: str

    @property
    def full_name(self) -> str:
        return f"{self.name}: {self.names}" if self.names else self.name


def rows(exercise: Exercise) -> Iterator[Row]:
    """Yield the rows of the exercise's checks, in order."""
    groups = [list(group) for _, group in groupby(exercise.checks, _same)]
    for number, checks in enumerate(groups):
        outcome, message = checks[0].outcome, checks[0].text
        sign, word = OUTCOMES[outcome]
        if outcome == NOT_ATTEMPTED and message:
            message = _STUB.format(exercise.id)
        yield Row(sign, word, _points(checks, exercise), *_names(checks, len(groups), number), clean(message))


def _names(checks: list[Check], groups: int, number: int) -> tuple[str, str]:
    if len(checks) == 1:
        return clean_name(checks[0].name), ""
    if groups == 1:
        return f"all {len(checks)} checks", ""
    return f"{len(checks)} {'more ' if number else ''}checks", "; ".join(clean_name(check.name) for check in checks)


def note(exercise: Exercise) -> str:
    """Return the sentence below the checks: why the exercise has no score, or why passed checks earn no points."""
    if not exercise.decided:
        return UNDECIDED
    gates = [check for check in exercise.checks if check.gate and check.outcome in LOST]
    if any(gate.imposed for gate in gates):
        return ""  # its message is complete
    if gates and any(check.outcome == "pass" for check in exercise.checks):
        gate = gates[0].name
        return f"Until {clean_name(gate)!r} passes, this exercise earns no points."
    return ""


def check_table_text(exercise: Exercise, *, creditable: bool = True) -> str:
    """Return the exercise's checks as plain text: a line with sign, outcome, points and name each, messages below."""
    lines = [_heading(exercise, creditable)]
    for row in rows(exercise):
        lines.append(f"  {row.sign} {row.word:<11}  {row.points:<11}  {row.full_name}")
        if row.message:
            lines.append(textwrap.indent(row.message, " " * 6))
    if below := note(exercise):
        lines.append(f"  {below}")
    return "\n".join(lines)


def check_table_html(exercise: Exercise, *, creditable: bool = True) -> str:
    """Return the same as one HTML table without script, style sheet or colour; every text in it is escaped."""
    head = "".join(f'<th scope="col" style="{_LINE}">{title}</th>' for title in ("Outcome", "Points", "Check"))
    body = "".join(_row(row) for row in rows(exercise))
    below = f"<p>{_escaped(note(exercise))}</p>" if note(exercise) else ""
    heading = _escaped(_heading(exercise, creditable))
    return (
        f'<div class="foundations-checks {_NO_MATH}">'
        '<table style="border-collapse: collapse; margin: 0.5em 0 1em">'
        f'<caption style="caption-side: top; text-align: left; font-weight: bold">{heading}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}</div>"
    )


def failures_text(exercise: Exercise) -> str:
    """Return the checks that did not pass as plain text for a comment, a line each; empty if all passed."""
    passed = OUTCOMES["pass"]
    return "\n".join(
        f"{row.sign} {row.name} ({row.word})" + (f": {row.message}" if row.message else "")
        for row in rows(exercise)
        if (row.sign, row.word) != passed
    )


def _heading(exercise: Exercise, creditable: bool) -> str:
    score = "no score yet" if exercise.score is None else f"{round(exercise.score, 2):g}"
    of = "," if exercise.score is None else " of"
    heading = f"{clean_name(exercise.id)}: {score}{of} {exercise.max_score:g} points"
    return heading if creditable else f"{heading} ({NOT_CREDITABLE})"


def _same(check: Check) -> tuple[Outcome, str, int]:
    """Return a key that is equal for neighbours shown as one row; a check without a message has its own row."""
    return check.outcome, check.text, 0 if check.text else id(check)


def _points(checks: list[Check], exercise: Exercise) -> str:
    """Return the points earned of the points possible; an undecided check shows a dash instead of the earned ones."""
    if all(check.imposed for check in checks):
        return ""
    earned = [exercise.earned(check) for check in checks]
    total = "–" if None in earned else f"{sum(filter(None, earned)):.3g}"
    return f"{total} of {sum(check.points for check in checks):.3g}"


def _row(row: Row) -> str:
    last = _escaped(row.full_name)
    if row.message:
        last += f'<div style="white-space: pre-wrap; margin-top: 0.3em">{_escaped(row.message)}</div>'
    short = f'<td style="{_LINE}; white-space: nowrap">'
    return (
        f"<tr>{short}<strong>{row.sign} {row.word}</strong></td>{short}{_escaped(row.points)}</td>"
        f'<td style="{_LINE}">{last}</td></tr>'
    )


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)
