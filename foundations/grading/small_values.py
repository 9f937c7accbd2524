"""Small values in words, as an example shows them to a student: tensors as nested lists of short numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from foundations.grading.compare import describe, dtype_text

#: The most numbers of one tensor that are shown, and the most characters of any other value.
MAX_NUMBERS = 12
_MAX_TEXT = 120
#: Digits of a number. More are shown if two values look alike otherwise.
DIGITS, MORE_DIGITS = 4, 8
#: Dtypes that the numbers themselves show.
_PLAIN = (torch.float32, torch.int64, torch.bool)


def shown(value: Any, digits: int = DIGITS) -> str | None:
    """Return ``value`` in words, e.g. ``[[1., 0.5], [0., -2.]]``; ``None`` if it is too large, or has another type."""
    if isinstance(value, torch.Tensor):
        if value.numel() > MAX_NUMBERS or value.is_complex():
            return None
        return _nested(value.detach().tolist(), digits)
    if isinstance(value, float):
        return _number(value, digits)
    if value is None or isinstance(value, bool | int | str):
        text = repr(value) if not isinstance(value, str) or len(value) <= _MAX_TEXT else ""
    elif isinstance(value, list | tuple) and len(value) <= MAX_NUMBERS:
        parts = [shown(item, digits) for item in value]
        if None in parts:
            return None
        inside = ", ".join(filter(None, parts))
        text = f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
    else:
        return None
    return text if 0 < len(text) <= _MAX_TEXT else None


def shown_or_described(value: Any, digits: int = DIGITS) -> str:
    """Return ``value`` in words, or its kind if it is too large: ``a tensor of shape (40, 40), float32``."""
    return shown(value, digits) or describe(value)


def assignments(names: Sequence[str], args: Sequence[Any]) -> list[str] | None:
    """Return a line for each argument and each attribute of one, e.g. ``out.g = [1.]``; ``None`` if one is too large.

    A float tensor that is not float32 has its dtype at the end.
    """
    lines = []
    for name, value in _with_attributes(names, args):
        text = shown(value)
        if text is None:
            return None
        other = isinstance(value, torch.Tensor) and value.dtype not in _PLAIN
        lines.append(f"{name} = {text}" + (f"  ({dtype_text(value)})" if other else ""))
    return lines


def in_words(args: Sequence[Any]) -> str | None:
    """Return all arguments as one text that is equal for equal small numbers; ``None`` if one is too large."""
    texts = [shown(value) for _, value in _with_attributes(["" for _ in args], args)]
    return None if None in texts else "\n".join(filter(None, texts))


def _with_attributes(names: Sequence[str], args: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for name, arg in zip(names, args, strict=True):
        yield name, arg
        if isinstance(arg, torch.Tensor):
            yield from ((f"{name}.{attribute}", value) for attribute, value in vars(arg).items())


def _nested(value: Any, digits: int) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(item, digits) for item in value)}]"
    return _number(value, digits) if isinstance(value, float) else str(value)


def _number(value: float, digits: int) -> str:
    """Return a number as PyTorch writes it: whole ones end with a point, and -0 is 0."""
    if not math.isfinite(value):
        return str(value)
    text = f"{value + 0.0:.{digits}g}"
    return text if "." in text or "e" in text else f"{text}."
