"""Text of students and libraries made safe to show: no character in it controls a terminal, a page or a program.

The terminal, tables, JSON, JUnit and comments in the gradebook use :func:`plain`. A spreadsheet needs
:func:`escape_spreadsheet` as well.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

#: The longest text that is shown, in characters and in lines, and the longest name.
MAX_MESSAGE = 2_000
MAX_LINES = 30
MAX_NAME = 120
# A terminal's colours are removed as a whole; other control sequences lose their escape character.
_ANSI = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")
# Separators of lines and paragraphs, and invisible fillers; all other invisible characters have the category Cf.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u3164\uffa0")
_KEPT = frozenset("\n\t")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
# Spreadsheets read these, and their wide forms, as the beginning of a formula, even after blanks.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def plain(text: str) -> str:
    """Return ``text`` without control sequences, format characters (such as bidirectional ones) and lone surrogates.

    Line ends become ``\\n``; ``\\t`` stays. Control characters and lone surrogates are replaced by U+FFFD, so that a
    reader sees their place. Invisible characters are left out.
    """
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def clean(text: str, limit: int = MAX_MESSAGE) -> str:
    """Return ``text`` made :func:`plain`, with spaces for tabs, cut to ``limit`` characters and ``MAX_LINES`` lines."""
    return _cut(plain(text).expandtabs(4).strip("\n"), limit)


def clean_name(text: str) -> str:
    """Return a check's name on one line."""
    return " ".join(clean(text, MAX_NAME).split())


def _cut(text: str, limit: int) -> str:
    lines = text.split("\n")
    shown = "\n".join(lines[:MAX_LINES])[:limit]
    hidden = len(text) - len(shown)
    return text if hidden == 0 else f"{shown.rstrip()} … ({hidden:,} more characters)"


def plain_values(value: Any) -> Any:
    """Return the JSON value ``value`` with each text in it made :func:`plain`; keys stay as they are."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: plain_values(item) for key, item in value.items()}
    return [plain_values(item) for item in value] if isinstance(value, list | tuple) else value


def escape_spreadsheet(text: str) -> str:
    """Return ``text`` as a field of a CSV file that no spreadsheet reads as a formula; numbers stay numbers.

    Use it for text that a student may have chosen, such as a name or a comment. The CSV writer does all quoting.
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
