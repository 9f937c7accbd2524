"""Texts and lists of texts next to the expected ones: items or lines that are missing, added, moved or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from foundations.diagnosis.judgement import Diagnosis

_HINTS = {
    "items_joined": "The items are right, and joined into one text. What does the caller go through one by one?",
    "items_missing": "Items of the result are missing. Which condition of your code leaves them out?",
    "items_added": "The result has items that do not belong there. Which condition of your code lets them in?",
    "items_in_another_order": "The items are right, and in another order. In which order does your code collect them?",
    "letters_changed": "Only letters beyond ASCII differ. Which encoding do you read and write with?",
    "indentation_changed": "Only spaces at the beginning of lines differ. Which of your calls strips or adds them?",
    "blank_lines_changed": "Only blank lines differ. Which step of your code drops or adds them?",
    "lines_missing": "Lines are missing from a text. Which condition of your code takes them for something else?",
    "lines_added": "A text has lines that should be left out. Which condition of your code lets them through?",
}


def compare_texts(got: Any, expected: str | Sequence[str]) -> Diagnosis | None:
    """Return how a text, or a list of texts, differs from the expected one; ``None`` if no simple answer fits.

    Args:
        got: the student's result, of any type.
        expected: a text, or the texts of a list in their order.
    """
    name = _of_text(got, expected) if isinstance(expected, str) else _of_items(got, list(expected))
    return Diagnosis(name, _HINTS[name]) if name else None


def _of_items(got: Any, expected: list[str]) -> str | None:
    if isinstance(got, str):
        return "items_joined" if len(expected) > 1 and _are_in(expected, got) else None
    if not isinstance(got, list | tuple) or not all(isinstance(item, str) for item in got):
        return None
    missing, added = Counter(expected) - Counter(got), Counter(got) - Counter(expected)
    if not missing or not added:
        if not missing and not added:
            return "items_in_another_order" if list(got) != expected else None
        return "items_missing" if missing else "items_added"
    if len(got) != len(expected):
        return None
    found = {_of_text(one, other) for one, other in zip(got, expected, strict=True) if one != other}
    return found.pop() if len(found) == 1 else None


def _are_in(items: Iterable[str], text: str) -> bool:
    """Check whether ``text`` contains the items one after the other."""
    at = 0
    for item in items:
        found = text.find(item, at)
        if found < 0:
            return False
        at = found + len(item)
    return True


def _of_text(got: Any, expected: str) -> str | None:
    if not isinstance(got, str) or got == expected:
        return None
    one, other = got.split("\n"), expected.split("\n")
    if _plain(got) == _plain(expected):
        return "letters_changed"
    if [line.strip() for line in one] == [line.strip() for line in other]:
        return "indentation_changed"
    if [line for line in one if line.strip()] == [line for line in other if line.strip()]:
        return "blank_lines_changed"
    if _is_part(one, other):
        return "lines_missing"
    return "lines_added" if _is_part(other, one) else None


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii())


def _is_part(lines: Sequence[str], others: Sequence[str]) -> bool:
    """Check whether ``lines`` are among ``others``, in their order."""
    rest = iter(others)
    return all(line in rest for line in lines)
