"""nbconvert's Markdown renderer, with the parts that are ours put aside while the rest is cleaned."""

from __future__ import annotations

import re
from typing import Any

from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath

from foundations.report.mathml import mathml

_IN_COLOURS = '<div class="highlight">'


class Renderer(IPythonRenderer):
    """Makes HTML that is still to be cleaned; :meth:`with_parts` completes it afterwards.

    Args:
        attachments: the cell's pictures.
        mark: a word that no text can contain, for the places of parts that were put aside.
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
        """Put the parts where their marks are elements; within an attribute a mark is an element no longer."""
        marks = re.compile(f'<span class="{self._mark}-([0-9]+)"></span>')
        return marks.sub(lambda found: self._parts[int(found[1])], cleaned)

    def _embed_image_or_attachment(self, src: str) -> str:
        try:
            return super()._embed_image_or_attachment(src)
        except (InvalidNotebook, LookupError, StopIteration):
            return src  # a picture that was not handed in must not cost the page


def parse(renderer: Renderer, source: str) -> str:
    """``source`` as HTML that is still to be cleaned."""
    return str(MarkdownWithMath(renderer=renderer).render(source))
