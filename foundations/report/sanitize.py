"""nbgrader's pages, feedback and formgrader: the filters, preprocessors, browser policy and style of this package.

Students' HTML is cleaned, formulas become MathML, and each text is rendered within bounds. A policy for the browser
forbids scripts and requests to other hosts. ``nbgrader_config.py`` names all parts, so that they are in every
page of nbgrader.
"""

from __future__ import annotations

import base64
import html
from typing import Any

import jinja2
import nbformat
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.preprocessors import Preprocessor
from nbgrader.preprocessors import GetGrades

from foundations.report.bounded import Budget, rendered
from foundations.report.notices import with_shown_notice, without_notice
from foundations.report.rendering import plain_html

_NOT_RENDERED = "<p><em>Shown as it was written, because it is too long or takes too long to render.</em></p>"

#: Outputs that a page may show unchanged: nbconvert escapes them, or wraps a picture in an ``img``, which runs no code.
_SAFE_OUTPUTS = frozenset({"text/plain", "text/latex", "image/png", "image/jpeg", "image/svg+xml", "text/markdown"})
#: The text behind a picture, for those who do not see it.
_ALT = "Picture that this cell draws"


@jinja2.pass_context
def sanitize_markdown(context: jinja2.runtime.Context, source: str) -> str:
    """Replace nbconvert's filter ``markdown2html``; the result is cleaned, and its time is bounded."""
    attachments = dict(context.get("cell", {}).get("attachments", {}))
    made = rendered("markdown", source, _budget(context.get("resources")), attachments=attachments)
    return f"{plain_html(source)}{_NOT_RENDERED}" if made is None else made


@jinja2.pass_context
def sanitize_code(
    context: jinja2.runtime.Context, source: str, language: object = None, metadata: object = None
) -> str:
    """Replace nbconvert's filter ``highlight_code``; the time is bounded for any language and metadata of a cell."""
    made = rendered("code", source, _budget(context.get("resources")))
    return f'<div class="highlight">{plain_html(source)}</div>' if made is None else made


def _budget(resources: dict[str, Any] | None) -> Budget:
    """Return the remaining time of the page with these ``resources``."""
    page: Budget = ({} if resources is None else resources).setdefault("foundations_budget", Budget())
    return page


# Feedback has no script at all. The formgrader's page needs its scripts, which it fetches from its server.
_POLICY_FEEDBACK = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_POLICY_FORMGRADER = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data:"
# The formgrader's script waits for MathJax before it scrolls to the cell that the address names.
_NO_MATHJAX = """
<script>
var MathJax = {Hub: {Startup: {signal: {Interest: function (done) { setTimeout(function () { done("End"); }); }}}}};
</script>
"""
# nbgrader's style sheet removes the marks of folded hints, space in tables, and wrapping; these rules restore them.
_STYLE = """
.rendered_html table { margin: 0.5em 0 1em; }
.rendered_html th, .rendered_html td { padding: 0.2em 1em 0.2em 0; }
summary { display: list-item; cursor: pointer; }
.input_area pre, .output_area pre { white-space: pre-wrap; overflow-wrap: anywhere; word-break: normal; }
.rendered_html img, .output_area img { max-width: 100%; height: auto; border: none; }
#toc a:not([href^="#comment-"])::after { content: " " attr(href); }
"""


class SanitizeOutputs(Preprocessor):
    """A preprocessor that removes scripts, widgets and unknown types from outputs, and cleans their HTML.

    The page's template loads MathJax from another host, which no setting can change. The macro that loads it is
    replaced by a policy for the browser and a few style rules.
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
        """Show the notice for instructors in the formgrader, and remove it from every other page."""
        formgrader = isinstance(self.parent, TemplateExporter) and self.parent.template_name == "formgrade"
        return super().preprocess(with_shown_notice(nb) if formgrader else without_notice(nb), resources)

    def preprocess_cell(
        self, cell: nbformat.NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _make_inert(output, _budget(resources))]
        return cell, resources


def _make_inert(output: nbformat.NotebookNode, budget: Budget) -> bool:
    """Clean one output in place; return whether any of it can be shown."""
    if "data" not in output:
        return True  # a stream or an error, which nbconvert escapes
    kept = {kind: data for kind, data in output.data.items() if kind in _SAFE_OUTPUTS}
    if "text/html" in output.data:
        text = _joined(output.data["text/html"])
        made = rendered("html", text, budget)
        if made is not None or not kept:
            kept["text/html"] = plain_html(text) if made is None else made
    elif "text/latex" in output.data and (drawn := rendered("latex", _joined(output.data["text/latex"]), budget)):
        kept["text/html"] = drawn
    if (drawn := kept.pop("image/svg+xml", None)) is not None and "text/html" not in kept:
        kept["text/html"] = _svg_picture(_joined(drawn))
    # nbconvert writes an output's metadata into attributes without quotes, so none of the student's stay.
    described = {kind: {"alt": _ALT} for kind in kept if kind.startswith("image/")}
    output.data, output.metadata = nbformat.from_dict(kept), nbformat.from_dict(described)
    return bool(kept)


def _svg_picture(source: str) -> str:
    """Return an ``img`` of the drawing, in which its scripts do not run. That of nbconvert has no text behind it."""
    encoded = base64.b64encode(source.encode()).decode()
    return f'<img alt="{_ALT}" src="data:image/svg+xml;base64,{encoded}">'


class FeedbackExporter(HTMLExporter):
    """nbconvert's exporter, without its second reading of the finished page, which takes as long as all the rest.

    That reading adds texts behind pictures, which the outputs have here, and marks elements of JupyterLab's own pages.
    """

    def from_notebook_node(  # type: ignore[override]  # as in nbconvert's own class
        self, nb: nbformat.NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        return TemplateExporter.from_notebook_node(self, nb, self._init_resources(resources), **kw)


class Words(str):
    """Text that a page shows instead of a number."""

    __slots__ = ()


def number_or_text(value: Any, default: float = 0.0) -> Any:
    """Replace Jinja's filter ``float``, which would turn :class:`Words` into a zero."""
    return value if isinstance(value, Words) else jinja2.filters.do_float(value, default)


def rounded_or_text(value: Any, precision: int = 0, method: Any = "common") -> Any:
    """Replace Jinja's filter ``round``, which would fail on :class:`Words`."""
    return value if isinstance(value, Words) else jinja2.filters.do_round(value, precision, method)


class ShowGrades(GetGrades):
    """nbgrader's preprocessor, but a missing score is not shown as a zero.

    The package's own comments are shown as plain text, because they quote students.
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
    """Return plain ``text`` as Markdown that shows it unchanged."""
    lines = html.escape(text, quote=True).replace("\n\n", "\n&nbsp;\n")
    return f'<pre style="white-space: pre-wrap; word-break: normal; font-family: inherit">{lines}</pre>'


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
