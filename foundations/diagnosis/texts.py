"""Texts and lists of texts next to the expected ones: items or lines that are missing, added, moved or changed.

:func:`compare_printed` and :func:`compare_names` are for printed lines and for names, such as those of files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from foundations.diagnosis.judgement import Diagnosis

_HINTS = {
    "items_joined": "The items are right, and joined into one text. What does the caller go through one by one?",
    "items_missing": "Items of the result are missing. Which condition of your code leaves them out?",
    "items_added": "The result has items that do not belong there. Which condition of your code lets them in?",
    "items_in_another_order": "The items are right, and in another order. In which order does your code collect them?",
    "letters_changed": "Only letters beyond ASCII differ. Which encoding do you read and write with?",
    "indentation_changed": "Only spaces at the beginning of lines differ. Which of your calls strips or adds them?",
    "line_ends_changed": "Only spaces at the ends of lines differ. Which of your calls strips or adds them?",
    "blank_lines_changed": "Only blank lines differ. Which step of your code drops or adds them?",
    "lines_missing": "Lines are missing from a text. Which condition of your code takes them for something else?",
    "lines_added": "A text has lines that should be left out. Which condition of your code lets them through?",
}

#: The same of printed lines, where the words differ.
_HINTS_OF_PRINTED = {
    "prints_nothing": "Nothing is printed of what should be. Which line of your code runs the prints, or catches them?",
    "items_missing": "Printed lines are missing. Which part of the code that prints them does not run?",
    "items_added": "Lines are printed that should not be. Which part of the code should not run?",
    "items_in_another_order": "The printed lines are right, and in another order. In which order does your code run?",
}
_HINTS_OF_NAMES = {
    "zeros_missing": "The name lacks a zero of the right one. Which step of your code makes a number of a text?",
    "text_too_long": "The name begins with the right one and goes further. At which character does your code end it?",
    "text_too_short": "The name is only the beginning of the right one. At which character does your code end it?",
}


def compare_texts(got: Any, expected: str | Sequence[str]) -> Diagnosis | None:
    """Return how a text, or a list of texts, differs from the expected one; ``None`` if no simple answer fits.

    Args:
        got: the student's result, of any type.
        expected: a text, or the texts of a list in their order.
    """
    name = _of_text(got, expected) if isinstance(expected, str) else _of_items(got, list(expected))
    return Diagnosis(name, _HINTS[name]) if name else None


def compare_printed(got: Sequence[str], expected: Sequence[str]) -> Diagnosis | None:
    """Return how printed lines differ from the expected ones; ``None`` if no simple answer fits."""
    name = "prints_nothing" if expected and not got else _of_items(list(got), list(expected))
    return Diagnosis(name, _HINTS_OF_PRINTED[name]) if name in _HINTS_OF_PRINTED else None


def compare_names(got: str, expected: str) -> Diagnosis | None:
    """Return how a name, such as the stem of a file's name, differs from the expected one, or ``None``."""
    name = None
    if got != expected and got == re.sub(r"0+(?=\d)", "", expected):
        name = "zeros_missing"
    elif expected and got.startswith(expected) and got != expected:
        name = "text_too_long"
    elif expected.startswith(got) and got != expected:
        name = "text_too_short"
    return Diagnosis(name, _HINTS_OF_NAMES[name]) if name else None


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
    for name, kept in _KEPT:
        if kept(one) == kept(other):
            return name
    if _is_part(one, other):
        return "lines_missing"
    return "lines_added" if _is_part(other, one) else None


#: Id, and the part of the lines that agrees if only spaces differ.
_KEPT: tuple[tuple[str, Callable[[list[str]], list[str]]], ...] = (
    ("line_ends_changed", lambda lines: [line.rstrip() for line in lines]),
    ("indentation_changed", lambda lines: [line.strip() for line in lines]),
    ("blank_lines_changed", lambda lines: [line for line in lines if line.strip()]),
)


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii())


def _is_part(lines: Sequence[str], others: Sequence[str]) -> bool:
    """Check whether ``lines`` are among ``others``, in their order."""
    rest = iter(others)
    return all(line in rest for line in lines)
