"""The parts that all figures share: conversion to an image with a text alternative, and the shades."""

from __future__ import annotations

import base64
import functools
import html
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_Parameters = ParamSpec("_Parameters")
_Drawn = TypeVar("_Drawn", bound="Picture | None")

INK, GREY, PALE = "#000000", "#8c8c8c", "#e4e4e4"
DPI = 110


class Picture:
    """A PNG image with a text alternative for readers who cannot see it.

    ``png``: the encoded image. ``alt``: a description of the image in one or two sentences.
    """

    def __init__(self, png: bytes, alt: str, width: int) -> None:
        self.png, self.alt, self.width = png, alt, width

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        # JupyterLab draws image/png without an alt attribute, whatever the metadata contain, and nbconvert writes a
        # meaningless alt. An <img> in text/html keeps this alt in both; both prefer HTML to PNG if a cell
        # has both. The PNG is for readers of the file that drop HTML. The text is for terminals.
        image = base64.b64encode(self.png).decode("ascii")
        tag = (
            f'<img alt="{html.escape(self.alt, quote=True)}" width="{self.width}" '
            f'style="max-width: 100%; background: white" src="data:image/png;base64,{image}">'
        )
        data = {"text/html": tag, "image/png": image, "text/plain": repr(self)}
        return data, {"image/png": {"alt": self.alt, "width": self.width}}

    def __repr__(self) -> str:
        return f"[figure: {self.alt}]"


class DeferredPicture(Picture):
    """A picture that is drawn when its image or its description is first needed."""

    def __init__(self, draw: Callable[[], Picture | None]) -> None:
        self._draw = draw

    def __getattr__(self, name: str) -> Any:
        if name not in ("png", "alt", "width"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        drawn = self._draw()
        if drawn is None:
            raise AttributeError(f"there is nothing to draw, and no {name}")
        vars(self).update(vars(drawn))
        return vars(self)[name]


#: Whether figures are drawn only when they are needed.
_deferring = False


@contextmanager
def deferring() -> Iterator[None]:
    """Draw the figures that are asked for meanwhile only when they are needed.

    Grading runs figures that no one looks at: most of a notebook's time would go into them.
    """
    global _deferring  # noqa: PLW0603 - all functions of this package share the switch
    before, _deferring = _deferring, True
    try:
        yield
    finally:
        _deferring = before


def deferrable(draw: Callable[_Parameters, _Drawn]) -> Callable[_Parameters, _Drawn]:
    """Make a function that draws a figure return a :class:`DeferredPicture` within :func:`deferring`."""

    @functools.wraps(draw)
    def drawn(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Drawn:
        if _deferring:
            return DeferredPicture(functools.partial(draw, *args, **kwargs))  # type: ignore[return-value]
        return draw(*args, **kwargs)

    return drawn


def new_figure(width: float, height: float) -> Figure:
    """Make a figure of this size in inches, outside pyplot."""
    # Imported here: a notebook without figures, and a test of the text alone, need not wait for matplotlib. A Figure
    # made without pyplot is not shown twice by the inline backend, and is freed with its last reference.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, facecolor="white")


def finished(figure: Figure, alt: str) -> Picture:
    """Return ``figure`` as a picture; ``alt`` describes it in one or two sentences."""
    buffer = io.BytesIO()
    # The file holds no date and no version: the same figure is the same bytes.
    figure.savefig(buffer, format="png", dpi=1.5 * DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 2})
    return Picture(buffer.getvalue(), alt, round(figure.get_size_inches()[0] * DPI))
