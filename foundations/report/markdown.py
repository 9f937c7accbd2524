"""nbconvert's Markdown renderer, with formulas and coloured code put aside while the student's HTML is cleaned."""

from __future__ import annotations

import re
from typing import Any

from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath

from foundations.report.mathml import mathml

_IN_COLOURS = '<div class="highlight">'


class Renderer(IPythonRenderer):
    """A renderer that makes HTML to be cleaned; :meth:`with_parts` completes it afterwards.

    Args:
        attachments: the cell's pictures.
        mark: a word that no text can contain, which marks the positions of parts that were put aside.
    """

    def __init__(self, attachments: dict[str, Any], mark: str) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self._mark = mark
        self._parts: list[str] = []

    def inline_math(self, body: str) -> str:
        return self._formula(body, block=False) or super().inline_math(body)

    def block_math(self, body: str) -> str:
        return self._formula(body, block=True) or super().block_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        written = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._formula(written, block=True) or super().latex_environment(name, body)

    def block_code(self, code: str, info: str | None = None) -> str:
        made = str(super().block_code(code, info))
        return self._aside(made) if made.startswith(_IN_COLOURS) else made

    def _formula(self, tex: str, *, block: bool) -> str | None:
        drawn = mathml(tex, block=block)
        return None if drawn is None else self._aside(drawn)

    def _aside(self, part: str) -> str:
        self._parts.append(part)
        return f'<span class="{self._mark}-{len(self._parts) - 1}"></span>'

    def with_parts(self, cleaned: str) -> str:
        """Replace each mark that is an element by its part; in an attribute a mark is text."""
        marks = re.compile(f'<span class="{self._mark}-([0-9]+)"></span>')
        return marks.sub(lambda match: self._parts[int(match[1])], cleaned)

    def _embed_image_or_attachment(self, src: str) -> str:
        try:
            return super()._embed_image_or_attachment(src)
        except (InvalidNotebook, LookupError, StopIteration):
            return src  # a missing picture must not make the page fail


def parse(renderer: Renderer, source: str) -> str:
    """Return ``source`` as HTML that still has to be cleaned."""
    return str(MarkdownWithMath(renderer=renderer).render(source))
