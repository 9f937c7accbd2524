"""The outputs that a student submitted with a cell, as far as an executed notebook may repeat them.

Only PNG images and text are kept. An image is known by its signature and by the size in its header, and is never
decoded. HTML, SVG and scripts are left out.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import nbformat

#: Of one cell: images, bytes of each, pixels of each, and characters of all texts.
MAX_IMAGES, MAX_IMAGE_BYTES, MAX_PIXELS = 16, 2 << 20, 25_000_000
MAX_TEXT = 20_000
#: The start of each PNG file: its signature, the length and name of its first chunk, and its width and height.
_HEADER = struct.Struct(">16sII")
_START = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"

_FIGURE, _CELL = "The figures of this cell are as submitted.", "Not run while grading: the outputs are as submitted."
_NONE = "Not run while grading: no check needs this cell."


def repeated(outputs: Sequence[Any]) -> list[nbformat.NotebookNode]:
    """Return the outputs to show with a cell that was not run: the texts and images of ``outputs``, marked as such.

    Args:
        outputs: submitted, in any form.
    """
    kept, room = [], MAX_TEXT
    for kind, content in _contents(outputs):
        if kind == "image":
            kept.append(_image(content))
        elif shown := content[:room]:
            room -= len(shown)
            kept.append(_text(shown))
    return [_text(f"{_CELL if kept else _NONE}\n"), *kept]


def with_figures(
    run: Sequence[nbformat.NotebookNode], undrawn: Sequence[bool], outputs: Sequence[Any]
) -> list[nbformat.NotebookNode]:
    """Return the outputs of ``run`` with the images of ``outputs`` instead of its undrawn figures, in their order.

    Args:
        run: the outputs of grading.
        undrawn: for each of them, whether it replaces a figure that was not drawn.
        outputs: submitted, in any form.
    """
    images = iter([content for kind, content in _contents(outputs) if kind == "image"] if any(undrawn) else [])
    shown, found = [], False
    for output, is_undrawn in zip(run, undrawn, strict=True):
        image = next(images, None) if is_undrawn else None
        found = found or image is not None
        shown.append(output if image is None else _image(image))
    return [_text(f"{_FIGURE}\n"), *shown] if found else shown


def _contents(outputs: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield ("image", base64 of a PNG) and ("text", text) for the outputs that may be repeated."""
    images = 0
    for output in outputs:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        data = data if isinstance(data, dict) else {}
        image = _png(data.get("image/png")) if images < MAX_IMAGES else None
        text = _joined(output.get("text") if output.get("name") == "stdout" else data.get("text/plain"))
        if image is not None:
            images += 1
            yield "image", image
        elif (text and "data" not in output) or (text and not {"image/png", "text/html"} & data.keys()):
            yield "text", text if text.endswith("\n") else f"{text}\n"


def _png(value: object) -> str | None:
    """Return the base64 text of a PNG image without line breaks; ``None`` if ``value`` is not one, or is too large."""
    text = _joined(value)
    if not text or len(text) > MAX_IMAGE_BYTES * 3 // 2:
        return None
    text = "".join(text.split())
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (ValueError, UnicodeEncodeError):
        return None
    if len(data) < _HEADER.size or len(data) > MAX_IMAGE_BYTES:
        return None
    start, width, height = _HEADER.unpack_from(data)
    return text if start == _START and 0 < width * height <= MAX_PIXELS else None


def _joined(value: object) -> str:
    """Return a text that a notebook may hold as one string or as a list of lines; empty if it is neither."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value if isinstance(value, str) else ""


def _image(content: str) -> nbformat.NotebookNode:
    data = {"image/png": content, "text/plain": "[figure as submitted]"}
    return nbformat.v4.new_output("display_data", data=data)


def _text(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text)
