"""Formulas as MathML, which every current browser draws without a script and without another host.

The formula may come from a student. The converter's own serialisation does not escape text, and has commands for
addresses and styles, so only its tree is used, and only elements and attributes that draw.
"""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element

#: Longer formulas stay as they were written.
MAX_LENGTH = 2_000

_ELEMENTS = (
    "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub"
    " msubsup msup mtable mtd mtext mtr munder munderover none"
)
_ATTRIBUTES = (
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height largeop"
    " linebreak linethickness lspace mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowlines"
    " rowspacing rspace scriptlevel separator stretchy symmetric voffset width"
)
_PLAIN_VALUE = re.compile(r"[\w#%.+ -]{1,40}")
# The converter does not support these environments; each is replaced by a supported one that looks the same.
_ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|gathered|split)\}")
# Browsers stretch a bar without attributes to the height of its neighbour, so the bars of a pair would differ.
_BARS = ("|", "‖")


def mathml(tex: str, *, block: bool) -> str | None:
    """Return the formula ``tex``, given without dollars, as one ``math`` element; ``None`` if it cannot be read."""
    from latex2mathml.converter import convert_to_element

    if len(tex) > MAX_LENGTH:
        return None
    try:
        tree = convert_to_element(_ALIGNED.sub(r"\\\1{align*}", tex), display="block" if block else "inline")
        return _serialised(tree)
    except Exception:  # the converter's own errors, and any other that strange input causes
        return None


def _serialised(element: Element) -> str:
    name = element.tag if element.tag in _ELEMENTS.split() else "mrow"
    attributes = "".join(
        f' {key}="{html.escape(value)}"'
        for key, value in element.attrib.items()
        if key in _ATTRIBUTES.split() and _PLAIN_VALUE.fullmatch(value)
    )
    # The converter writes some characters as references such as &#x0003D;.
    text = html.unescape(element.text or "")
    if name == "mo" and text in _BARS and not attributes:
        attributes = ' stretchy="false"'
    return f"<{name}{attributes}>{html.escape(text)}{''.join(_serialised(child) for child in element)}</{name}>"
