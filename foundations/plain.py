"""Text of students and libraries as it may be shown: no character in it steers a terminal, a page or a program.

Every sink uses :func:`plain`: the terminal, tables, JSON, JUnit, comments in the gradebook. A spreadsheet needs
:func:`escape_spreadsheet` as well.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

#: The most of one text that is shown, in characters and in lines, and the most of a name.
MAX_MESSAGE = 2_000
MAX_LINES = 30
MAX_NAME = 120
# Colours of a terminal go as a whole; the other control sequences lose their escape character.
_ANSI = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")
# Separators of lines and paragraphs, and fillers that are shown as nothing; the rest of what hides is of category Cf.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u3164\uffa0")
_KEPT = frozenset("\n\t")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
# Spreadsheets read these, and their wide forms, as the beginning of a formula, also behind blanks.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def plain(text: str) -> str:
    """``text`` without control sequences, format characters (bidirectional ones among them) and halves of characters.

    Line ends become ``\\n``; ``\\t`` stays. A control character and half of a character are replaced by U+FFFD, so that
    it is seen that something was there; a character that is invisible anyway is left out.
    """
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def clean(text: str, limit: int = MAX_MESSAGE) -> str:
    """``text`` without control sequences and characters that hide or reorder others; what is too long is cut."""
    return _cut(plain(text).expandtabs(4).strip("\n"), limit)


def clean_name(text: str) -> str:
    """A check's name on one line."""
    return " ".join(clean(text, MAX_NAME).split())


def _cut(text: str, limit: int) -> str:
    lines = text.split("\n")
    shown = "\n".join(lines[:MAX_LINES])[:limit]
    left = len(text) - len(shown)
    return text if left == 0 else f"{shown.rstrip()} … ({left:,} more characters)"


def plain_values(value: Any) -> Any:
    """JSON value ``value`` with each text in it made :func:`plain`; keys stay as they are."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: plain_values(item) for key, item in value.items()}
    return [plain_values(item) for item in value] if isinstance(value, list | tuple) else value


def escape_spreadsheet(text: str) -> str:
    """``text`` as a field of a CSV file that no spreadsheet takes for a formula; numbers stay numbers.

    For text that a student may have chosen: a name, a comment. Quoting of commas and quotes is the CSV writer's task.
    """
    text = plain(text)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _shown(character: str) -> str:
    if character in _KEPT:
        return character
    category = unicodedata.category(character)
    if category == "Cf" or character in _HIDDEN:
        return ""
    return "\N{REPLACEMENT CHARACTER}" if category in ("Cc", "Cs", "Co", "Cn") else character
