"""What students wrote, made harmless for HTML pages: nbgrader's feedback, and the formgrader an instructor opens.

nbconvert can sanitise, but does so to Markdown before it is rendered, which destroys formulas and quotations. Here the
rendered HTML is cleaned. ``nbgrader_config.py`` names both parts, so that they stand in every page nbgrader makes.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jinja2
import nbformat
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbgrader.preprocessors import GetGrades

_TAGS = (
    "a abbr b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins"
    " kbd li mark ol p pre s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var"
)
_EVERYWHERE = ("class", "title", "style", "align", "valign", "colspan", "rowspan", "scope", "open", "start")
_STYLES = (
    "border border-bottom border-collapse border-left border-right border-top caption-side color background-color"
    " font-family font-size font-style font-weight height margin margin-top margin-bottom padding text-align"
    " vertical-align white-space width max-width"
)
_PICTURES = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")

#: Outputs a page may show as they are: nbconvert escapes them, or wraps a picture in an ``img`` that runs nothing.
_SAFE_OUTPUTS = frozenset({"text/plain", "text/latex", "image/png", "image/jpeg", "image/svg+xml", "text/markdown"})


@lru_cache(maxsize=1)
def _cleaner() -> Callable[[str], str]:
    import bleach
    from bleach.css_sanitizer import CSSSanitizer

    cleaner = bleach.Cleaner(
        tags=frozenset(_TAGS.split()),
        attributes=_may_stay,
        protocols=["http", "https", "mailto", "data"],
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES.split()),
        strip=False,
    )
    return cleaner.clean


def _may_stay(tag: str, name: str, value: str) -> bool:
    if tag == "a" and name == "href":
        return not value.strip().lower().startswith("data:")
    if tag == "img":
        # Only pictures that come with the page: one fetched from elsewhere tells its owner who reads it, and when.
        return name in ("alt", "width", "height") or (name == "src" and value.startswith(_PICTURES))
    return name in _EVERYWHERE


def inert_html(text: str) -> str:
    """``text`` with every element, attribute and address that could act escaped or dropped."""
    return _cleaner()(text)


@jinja2.pass_context
def inert_markdown(context: jinja2.runtime.Context, source: str) -> str:
    """nbconvert's filter ``markdown2html``, its result cleaned."""
    attachments = dict(context.get("cell", {}).get("attachments", {}))
    renderer = IPythonRenderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return inert_html(MarkdownWithMath(renderer=renderer).render(source))


class InertOutputs(Preprocessor):
    """Takes scripts, widgets and unknown types out of outputs, and cleans their HTML."""

    def preprocess_cell(
        self, cell: nbformat.NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _make_inert(output)]
        return cell, resources


def _make_inert(output: nbformat.NotebookNode) -> bool:
    """Clean one output in place; whether anything of it is left to be shown."""
    if "data" not in output:
        return True  # a stream or an error, which nbconvert escapes
    kept = {kind: data for kind, data in output.data.items() if kind in _SAFE_OUTPUTS}
    if "text/html" in output.data:
        kept["text/html"] = inert_html(_joined(output.data["text/html"]))
    # nbconvert puts an output's metadata into attributes without quotes.
    output.data, output.metadata = nbformat.from_dict(kept), nbformat.from_dict({})
    return bool(kept)


class ShowGrades(GetGrades):
    """nbgrader's, but our own comments are shown as the plain text they are: they quote what students wrote."""

    def _get_comment(self, cell: nbformat.NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_comment(cell, resources)
        identity = (cell.metadata.nbgrader["grade_id"], self.notebook_id, self.assignment_id, self.student_id)
        comment = self.gradebook.find_comment(*identity)
        if comment.manual_comment is None and comment.auto_comment:
            cell.metadata.nbgrader["comment"] = as_markdown(comment.auto_comment)


def as_markdown(text: str) -> str:
    """Plain ``text`` as Markdown that shows it as it is."""
    lines = html.escape(text, quote=True).replace("\n\n", "\n&nbsp;\n")
    return f'<pre style="white-space: pre-wrap">{lines}</pre>'


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
