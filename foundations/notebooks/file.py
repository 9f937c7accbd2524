"""Notebook files as hostile data: a path to bytes, bytes to JSON values, JSON values to plain cells.

This module does not run, import, follow links or guess. Whatever the bytes are, the outcome is cells or one
:class:`SubmissionError`. Work and memory are bounded before they are spent.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4

from foundations.errors import SubmissionError
from foundations.notebooks.pairing import Cell
from foundations.notebooks.repair import show

KINDS = ("code", "markdown", "raw")

# Bounds far above any honest notebook, so that parsing 128 MB of brackets cannot exhaust the judge.
MAX_CONTAINERS = 2_000_000
MAX_STRINGS = 6_000_000
MAX_VALUES = 16_000_000
MAX_CELLS = 10_000
MAX_CODE = 2 << 20
MAX_TEXT = 32 << 20
# The least number of characters that a pasted picture counts as, even if it is empty.
_LEAST_PICTURE = 1000

#: Flags to open a folder only to pass through it. O_PATH, if the system has it, needs no right to list the folder.
_FOLDER = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
_SURROGATES = re.compile("[\ud800-\udfff]")
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_OPEN_FAULTS = {
    errno.ENOENT: ("does not exist", "missing"),
    errno.ENOTDIR: ("does not exist", "missing"),
    errno.ELOOP: ("is a symbolic link, or is behind one: submit the file itself", "symlink"),
    errno.EMLINK: ("is a symbolic link, or is behind one: submit the file itself", "symlink"),
    errno.ENXIO: ("is not a regular file", "not-a-file"),
}


def fault(name: str, problem: str, slug: str) -> SubmissionError:
    """Return the error for notebook file ``name``; ``slug`` gets the prefix "notebook-"."""
    return SubmissionError(f"notebook {name!r} {problem}", slug=f"notebook-{slug}")


def read_bytes(path: Path, limit: int, *, submitted: bool = False) -> bytes:
    """Return the content of regular file ``path``; links are not followed, pipes not waited for.

    Args:
        path: the file.
        limit: the most bytes to read.
        submitted: refuse links also among the two folders of a file laid out
            ``<student>/<assignment>/<assignment>.ipynb``. A link to another student's folder, or to the instructor's,
            would have that notebook graded.

    Raises:
        SubmissionError: the file cannot be read, is not a regular file, or is too large.
    """
    try:
        descriptor = _open(path, submitted)
    except OSError as error:
        problem, slug = _OPEN_FAULTS.get(error.errno or 0, (f"cannot be read: {error.strerror}", "unreadable"))
        raise fault(path.name, problem, slug) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise fault(path.name, f"is {kind}: submit a notebook file instead", "not-a-file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            # Ask for one byte more than the size, because the file may grow while it is read.
            data = file.read(status.st_size + 1) if status.st_size <= limit else b""
    except OSError as error:
        raise fault(path.name, f"cannot be read: {error.strerror}", "unreadable") from error
    finally:
        os.close(descriptor)
    if len(data) > status.st_size:
        raise fault(path.name, "was written to while it was read: grade it again", "unreadable")
    if (size := status.st_size) > limit:
        raise fault(
            path.name, f"is {size:,} bytes large, and at most {limit:,} are read: clear its outputs", "too-large"
        )
    return data


def _open(path: Path, submitted: bool) -> int:
    last = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    whole = path.absolute()
    if not submitted or whole.parent.name != path.stem or len(whole.parents) < 3:
        return os.open(path, last)
    folder = os.open(whole.parents[2], _FOLDER)
    for name in (whole.parents[1].name, whole.parents[0].name, whole.name):
        try:
            step = os.open(name, last if name == whole.name else _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        except NotADirectoryError:
            if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise OSError(errno.ELOOP, f"its folder {name!r} is a symbolic link") from None
            raise
        finally:
            os.close(folder)
        folder = step
    return folder


def parse(data: bytes, name: str) -> dict[str, Any]:
    """Return the notebook's JSON object as plain Python values.

    Raises:
        SubmissionError: ``data`` is not JSON, not a notebook, or has more values than any notebook needs.
    """
    if not data.strip():
        raise fault(name, "is empty", "empty")
    if _intricate(data):
        raise fault(name, "has more separate values than any notebook needs: it is not read", "too-intricate")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise fault(
            name, f"is not UTF-8 text: line {line} has the byte 0x{data[error.start]:02x}", "not-utf8"
        ) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise fault(name, f"is not JSON ({where}): {error.msg}", "not-json") from error
    except (RecursionError, MemoryError) as error:
        raise fault(name, "is nested too deeply to be a notebook", "too-deep") from error
    except ValueError as error:  # Python refuses to read integers of thousands of digits
        raise fault(name, "has a number of thousands of digits: it is not read", "huge-number") from error
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise fault(name, "is JSON, but not a notebook: it has no cells", "not-a-notebook")
    return notebook


def _intricate(data: bytes) -> bool:
    """Decide whether parsing would build too many objects, by the number of quotes and the characters outside them."""

    def beyond(text: bytes) -> bool:
        return text.count(b"[") + text.count(b"{") > MAX_CONTAINERS or text.count(b",") > MAX_VALUES

    if not beyond(data) and data.count(b'"') <= 2 * MAX_STRINGS:
        return False
    bare = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    return bare.count(b'"') > 2 * MAX_STRINGS or beyond(b"".join(bare.split(b'"')[::2]))


def language(metadata: object) -> str:
    """Return the language that a notebook declares, in lower case; empty if it declares none."""
    if isinstance(metadata, dict):
        for table, key in (("kernelspec", "language"), ("language_info", "name")):
            entry = metadata.get(table)
            value = entry.get(key) if isinstance(entry, dict) else None
            if isinstance(value, str) and value.strip():
                return value.strip().lower()
    return ""


def check_language(notebook: dict[str, Any], name: str) -> None:
    declared = language(notebook.get("metadata"))
    if declared and not declared.startswith(("python", "ipython")):
        raise fault(name, f"is written for a kernel of language {show(declared)}: this course is in Python", "language")


def cells_of(notebook: dict[str, Any], name: str, notes: list[str]) -> list[Cell]:
    """Return the cells of a parsed notebook of nbformat 3 or 4; add a sentence to ``notes`` for each repair.

    Raises:
        SubmissionError: the notebook is in another nbformat, or has too many cells or too much text.
    """
    version = notebook.get("nbformat")
    if not isinstance(version, int) or isinstance(version, bool):
        notes.append("the notebook did not declare its nbformat: it was read as nbformat 4")
        version = 4 if "cells" in notebook else 3
    if version not in (3, 4):
        older = "older" if version < 3 else "newer"
        hint = "open and save it in JupyterLab"
        raise fault(name, f"is in nbformat {show(version)}, {older} than what can be read (3 and 4): {hint}", "version")
    items = notebook.get("cells") if version == 4 else _upgraded(notebook, notes)
    if not isinstance(items, list):
        raise fault(name, "is JSON, but not a notebook: its cells are not a list", "not-a-notebook")
    if len(items) > MAX_CELLS:
        raise fault(name, f"has {len(items):,} cells, and at most {MAX_CELLS:,} are read", "too-many-cells")
    cells = [_cell(item, number, notes) for number, item in enumerate(items, 1)]
    readable = [cell for cell in cells if cell is not None]
    check_amount(readable, name)
    return readable


def check_amount(cells: list[Cell], name: str) -> None:
    """Refuse more text and pictures than a person submits.

    Code analysis needs hundreds of times the memory of the code, and all other text is written into every file that is
    made from the notebook.

    Raises:
        SubmissionError: there is too much.
    """
    code = sum(len(cell.text) for cell in cells if cell.kind == "code")
    attachments = [item for cell in cells for item in cell.attachments.items()]
    pictures = [part for name, bundle in attachments for part in (name, *bundle.values())]
    text = sum(len(cell.text) for cell in cells) + sum(_LEAST_PICTURE + len(part) for part in pictures)
    if code > MAX_CODE:
        raise fault(name, f"has {code:,} characters of code, and at most {MAX_CODE:,} are read", "too-much-text")
    if text > MAX_TEXT:
        amount = f"{text:,} characters of text and pictures"
        raise fault(name, f"has {amount}, and at most {MAX_TEXT:,} are read", "too-much-text")


def _cell(item: object, number: int, notes: list[str]) -> Cell | None:
    if not isinstance(item, dict):
        notes.append(f"cell {number} was not a cell but {show(item)}: left out")
        return None
    kind = item.get("cell_type")
    if not isinstance(kind, str) or kind not in KINDS:
        notes.append(f"cell {number} was of type {show(kind)}, which notebooks do not have: read as raw text")
        kind = "raw"
    text = _text(item.get("source"))
    if text is None:
        notes.append(f"cell {number} had no readable text: read as empty")
        text = ""
    if _SURROGATES.search(text):
        notes.append(
            f"cell {number} had halves of characters in its text: each was replaced by \N{REPLACEMENT CHARACTER}"
        )
        text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    metadata = item.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    given = item.get("id")
    outputs = item.get("outputs")
    return Cell(
        kind,
        text,
        id=given if isinstance(given, str) else "",
        marks=marks if isinstance(marks, dict) else {},
        marked=marks is not None and marks != {},
        number=number,
        attachments=_attachments(item.get("attachments")) if kind == "markdown" else {},
        outputs=outputs if kind == "code" and isinstance(outputs, list) else [],
    )


def _text(source: object) -> str | None:
    """Return a cell's text, which is a string or a list of lines; ``None`` if it is neither."""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _attachments(given: object) -> dict[str, dict[str, str]]:
    """Return the pictures pasted into an answer, by name.

    Types that a browser could run are left out, and so is text that could break out of an HTML attribute.
    """
    if not isinstance(given, dict):
        return {}
    pictures = {}
    for name, bundle in given.items():
        for kind, content in bundle.items() if isinstance(bundle, dict) else ():
            picture = _text(content)
            if (
                kind in _IMAGES
                and picture is not None
                and _BASE64.fullmatch(picture)
                and re.fullmatch(r"[\w\s.()-]+", name)
            ):
                pictures[name] = {kind: picture}
    return pictures


def _upgraded(notebook: dict[str, Any], notes: list[str]) -> list[Any] | None:
    """Return the cells of a notebook in nbformat 3, by nbformat's own converter; ``None`` if none can be read.

    The converter trusts its input and logs its findings, so it gets clean cells; metadata are put back afterwards.
    """
    sheets = notebook.get("worksheets")
    if not isinstance(sheets, list):
        return None
    given = [sheet.get("cells") if isinstance(sheet, dict) else None for sheet in sheets]
    items = [item for cells in given if isinstance(cells, list) for item in cells if isinstance(item, dict)]
    if len(items) > MAX_CELLS:
        return items  # refused by the caller
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}
    old["worksheets"] = [{"metadata": {}, "cells": [_clean_v3(item) for item in items]}]
    new = nbformat.v4.upgrade(nbformat.from_dict(old))
    notes.append("the notebook was in nbformat 3: converted to nbformat 4")
    return [{**cell, "metadata": item.get("metadata")} for cell, item in zip(new.cells, items, strict=True)]


def _clean_v3(item: dict[str, Any]) -> dict[str, Any]:
    kind = item.get("cell_type")
    text = _text(item.get("input" if kind == "code" else "source")) or ""
    if kind == "code":
        return {
            "cell_type": kind,
            "metadata": {},
            "input": text,
            "language": "python",
            "outputs": [],
            "collapsed": False,
        }
    if kind == "heading":
        level = item.get("level")
        level = level if isinstance(level, int) and 1 <= level <= 6 else 1
        return {"cell_type": kind, "metadata": {}, "source": text, "level": level}
    return {"cell_type": kind if kind in ("markdown", "raw") else "raw", "metadata": {}, "source": text}
