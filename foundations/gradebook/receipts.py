"""The two small files that nbgrader's exchange puts next to a submission.

One has the time of submission, the other the secret under which its feedback is released. Both come from the student's
folder, so either may be any kind of file with any content.
"""

from __future__ import annotations

import codecs
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbgrader.utils

from foundations.notebooks.discovery import read_declared

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
#: nbgrader writes 30 bytes as the time and 128 as the secret.
_MAX_BYTES = 1000
_ENCODINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Stamp:
    """The time of a submission; ``problem`` is the reason if there is a file from which it cannot be read."""

    text: str = ""
    moment: datetime | None = None
    problem: str | None = None


def read_stamp(folder: Path) -> Stamp:
    """Read the time of submission in any encoding that an editor saves; no content of the file raises an error."""
    content, problem = _read(folder, TIMESTAMP)
    if content is None:
        return Stamp(problem=problem)
    text = _decoded(content).strip().strip("\0").strip()
    if not text:
        return Stamp(problem="is empty")
    try:
        # The parser turns a text without a year into a day of this month.
        moment = nbgrader.utils.parse_utc(text) if re.search(r"\d{4}", text) else None
    except (ValueError, OverflowError, TypeError, ArithmeticError, LookupError):
        moment = None
    return Stamp(text, moment, None if moment else f"holds {text[:40]!r}, which is not a date")


def copy_stamp(stamp: Stamp, destination: Path) -> None:
    """Write the file that nbgrader later compares, and reads before it releases feedback; empty without a date."""
    if stamp.moment is not None or stamp.problem is not None:
        (destination / TIMESTAMP).write_text(stamp.text if stamp.moment else "", "utf-8")


def copy_secret(folder: Path, destination: Path) -> str | None:
    """Copy the secret under which feedback is released.

    nbgrader stops releasing at the first student without a secret. If the submitted secret cannot be used, a random one
    is written that only this file contains, so that the other students get their feedback.

    Returns:
        One sentence if there is a secret that cannot be used.
    """
    content, problem = _read(folder, SECRET)
    usable = content is not None and re.fullmatch(rb"[\x21-\x7e]{1,1000}\s*", content) is not None
    if content is None and problem is None:
        return None
    (destination / SECRET).write_bytes(content if content is not None and usable else secrets.token_hex(64).encode())
    if usable:
        return None
    return (
        f"{SECRET} {problem or 'is not one word of letters and digits'}: its feedback cannot be fetched from nbgrader"
    )


def _read(folder: Path, name: str) -> tuple[bytes | None, str | None]:
    """Return the content of a small regular file, or why it cannot be read; neither if it does not exist."""
    if not os.path.lexists(folder / name):
        return None, None
    files, notes = read_declared(folder, [name], _MAX_BYTES)
    if name in files:
        return files[name], None
    large = notes and "bytes together" in notes[0]
    return (
        None,
        f"has more than {_MAX_BYTES:,} bytes" if large else "is a link, a folder or a pipe, or cannot be opened",
    )


def _decoded(content: bytes) -> str:
    for mark, encoding in _ENCODINGS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\0" in content:
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")
