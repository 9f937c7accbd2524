"""What students wrote, made harmless for HTML pages: nbgrader's feedback, and the formgrader an instructor opens.

nbconvert can sanitise, but does so to Markdown before it is rendered, which destroys formulas and quotations. Here the
rendered HTML is cleaned, formulas become MathML, and the browser is told to run nothing and to ask no other host.
``nbgrader_config.py`` names all parts, so that they stand in every page nbgrader makes.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jinja2
import nbformat
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbgrader.preprocessors import GetGrades

from foundations.formulas import mathml
from foundations.notices import with_shown_notice, without_notice

_TAGS = (
    "a abbr b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins"
    " kbd li mark ol p pre s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var"
)
_EVERYWHERE = ("class", "title", "style", "align", "valign", "colspan", "rowspan", "scope", "open", "start")
_STYLES = (
    "border border-bottom border-collapse border-left border-right border-top caption-side color background-color"
    " font-family font-size font-style font-weight height margin margin-top margin-bottom padding text-align"
    " vertical-align white-space width max-width word-break overflow-wrap"
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


class _Renderer(IPythonRenderer):
    """nbconvert's, with formulas put aside while what is around them is cleaned."""

    def __init__(self, attachments: dict[str, Any]) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self._mark = f"formula-{secrets.token_hex(16)}"
        self._formulas: list[str] = []

    def inline_math(self, body: str) -> str:
        return self._aside(body, block=False) or super().inline_math(body)

    def block_math(self, body: str) -> str:
        return self._aside(body, block=True) or super().block_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        written = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._aside(written, block=True) or super().latex_environment(name, body)

    def _aside(self, tex: str, *, block: bool) -> str | None:
        drawn = mathml(tex, block=block)
        if drawn is None:
            return None
        self._formulas.append(drawn)
        return f'<span class="{self._mark}-{len(self._formulas) - 1}"></span>'

    def with_formulas(self, cleaned: str) -> str:
        """Put them where their marks are elements; within an attribute a mark is no element any more."""
        marks = re.compile(f'<span class="{self._mark}-([0-9]+)"></span>')
        return marks.sub(lambda found: self._formulas[int(found[1])], cleaned)

    def _embed_image_or_attachment(self, src: str) -> str:
        try:
            return super()._embed_image_or_attachment(src)
        except (InvalidNotebook, LookupError, StopIteration):
            return src  # a picture that was not handed in must not cost the page


@jinja2.pass_context
def inert_markdown(context: jinja2.runtime.Context, source: str) -> str:
    """nbconvert's filter ``markdown2html``, its result cleaned."""
    renderer = _Renderer(dict(context.get("cell", {}).get("attachments", {})))
    return renderer.with_formulas(inert_html(MarkdownWithMath(renderer=renderer).render(source)))


# Feedback holds no script at all. The formgrader's page needs its own, which it fetches from its own server.
_POLICY_FEEDBACK = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_POLICY_FORMGRADER = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data:"
# The formgrader's script waits for MathJax before it goes to the cell that the address names.
_NO_MATHJAX = """
<script>
var MathJax = {Hub: {Startup: {signal: {Interest: function (done) { setTimeout(function () { done("End"); }); }}}}};
</script>
"""
# nbgrader brings no rules for what its style sheet takes away: the marks of folded hints, room in tables, wrapping.
_STYLE = """
.rendered_html table { margin: 0.5em 0 1em; }
.rendered_html th, .rendered_html td { padding: 0.2em 1em 0.2em 0; }
summary { display: list-item; cursor: pointer; }
.input_area pre, .output_area pre { white-space: pre-wrap; overflow-wrap: anywhere; word-break: normal; }
.rendered_html img, .output_area img { max-width: 100%; height: auto; border: none; }
#toc a:not([href^="#comment-"])::after { content: " " attr(href); }
"""


class InertOutputs(Preprocessor):
    """Takes scripts, widgets and unknown types out of outputs, and cleans their HTML.

    The page's template loads MathJax from another host, and no setting changes that. Where it asks for it, it gets a
    policy for the browser and a few rules of style instead.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(self.parent, TemplateExporter):
            feedback = self.parent.template_name == "feedback"
            policy = _POLICY_FEEDBACK if feedback else _POLICY_FORMGRADER
            head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{_STYLE}</style>'
            head += "" if feedback else _NO_MATHJAX
            macro = f"{{% macro mathjax(url='') %}}{{% raw %}}{head}{{% endraw %}}{{% endmacro %}}"
            self.parent.extra_loaders = [jinja2.DictLoader({"mathjax.html.j2": macro}), *self.parent.extra_loaders]

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        """Show the notice for instructors in the formgrader, and leave it out of every other page."""
        formgrader = isinstance(self.parent, TemplateExporter) and self.parent.template_name == "formgrade"
        return super().preprocess(with_shown_notice(nb) if formgrader else without_notice(nb), resources)

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
    elif "text/latex" in output.data:
        tex = _joined(output.data["text/latex"]).strip()
        if drawn := mathml(tex.strip("$"), block=tex.startswith("$$")):
            kept["text/html"] = drawn
    # nbconvert puts an output's metadata into attributes without quotes.
    output.data, output.metadata = nbformat.from_dict(kept), nbformat.from_dict({})
    return bool(kept)


class Words(str):
    """What stands in a page in the place of a number."""

    __slots__ = ()


def number_or_words(value: Any, default: float = 0.0) -> Any:
    """Jinja's filter ``float``, which would make a zero of words."""
    return value if isinstance(value, Words) else jinja2.filters.do_float(value, default)


def rounded_or_words(value: Any, precision: int = 0, method: Any = "common") -> Any:
    """Jinja's filter ``round``."""
    return value if isinstance(value, Words) else jinja2.filters.do_round(value, precision, method)


class ShowGrades(GetGrades):
    """nbgrader's, but what has no score yet is not shown as a zero, and our own comments are shown as the plain text
    they are: they quote what students wrote.
    """

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any]
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        self._scored = {True: 0, False: 0}
        nb, resources = super().preprocess(nb, resources)
        if self._scored[False]:
            so_far = f"{round(resources['nbgrader']['score'], 2):g} so far"
            resources["nbgrader"]["score"] = Words(so_far if self._scored[True] else "no score yet")
        return nb, resources

    def _get_score(self, cell: nbformat.NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        identity = (cell.metadata.nbgrader["grade_id"], self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(*identity)
        scored = grade.auto_score is not None or grade.manual_score is not None
        self._scored[scored] += 1
        if not scored:
            cell.metadata.nbgrader["score"] = Words("no score yet")

    def _get_comment(self, cell: nbformat.NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_comment(cell, resources)
        identity = (cell.metadata.nbgrader["grade_id"], self.notebook_id, self.assignment_id, self.student_id)
        comment = self.gradebook.find_comment(*identity)
        if comment.manual_comment is None and comment.auto_comment:
            cell.metadata.nbgrader["comment"] = as_markdown(comment.auto_comment)


def as_markdown(text: str) -> str:
    """Plain ``text`` as Markdown that shows it as it is."""
    lines = html.escape(text, quote=True).replace("\n\n", "\n&nbsp;\n")
    return f'<pre style="white-space: pre-wrap; word-break: normal; font-family: inherit">{lines}</pre>'


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
