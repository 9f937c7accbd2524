"""Render notebooks as pages to print: ``python -m foundations.release.printing FOLDER`` (``make print``).

Each page is one file that prints the same on any machine, without a network: its pictures are inside, its formulas are
MathML, and its policy forbids scripts and requests.
"""

from __future__ import annotations

import sys
from pathlib import Path

import jinja2
import nbformat
from nbconvert.exporters import HTMLExporter

from foundations.config import Course, find_course
from foundations.errors import CourseError
from foundations.report.sanitize import SanitizeOutputs, sanitize_code, sanitize_markdown

#: The folders that are printed: the students' notebooks, and the executed solutions for graders.
KINDS = ("release", "solutions")

# nbconvert's page for JupyterLab, without the scripts that it fetches from other hosts.
_TEMPLATE = """{% extends "index.html.j2" %}
{% block html_head_js %}{% endblock %}
{% block html_head_js_mathjax %}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block html_head_css %}<style>
main { max-width: 60rem; margin: 0 auto; }
summary { display: list-item; cursor: pointer; }
math { font-size: 1.1em; }
math[display="block"] { margin: 0.6em 0; }
.jp-InputArea-editor .highlight pre, .jp-OutputArea-output pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.jp-RenderedHTMLCommon img, .jp-RenderedImage img { max-width: 100%; height: auto; }
@media print {
  main { max-width: none; }
  .jp-InputPrompt, .jp-OutputPrompt { display: none; }
  .cm-editor.cm-s-jupyter .highlight pre, .jp-OutputArea .jp-OutputArea-output pre { font-size: 0.75em; }
  h1, h2, h3, summary { break-after: avoid; }
  img, table, math, details, .highlight, .jp-OutputArea-child { break-inside: avoid; }
}
</style>{% endblock %}
"""


def render_page(notebook: nbformat.NotebookNode, title: str) -> str:
    """Return the page of one notebook, as HTML. Its outputs are sanitized as in feedback."""
    exporter = HTMLExporter(
        extra_loaders=[jinja2.DictLoader({"print.html.j2": _TEMPLATE})],
        template_name="lab",
        template_file="print.html.j2",
        filters={"markdown2html": sanitize_markdown, "highlight_code": sanitize_code},
        preprocessors=[SanitizeOutputs],
    )
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    return str(page)


def print_course(course: Course, folder: Path) -> list[Path]:
    """Write ``<folder>/<kind>/<assignment>.html`` for each assignment. Return the pages' paths.

    Raises:
        CourseError: a release or solution does not exist yet.
    """
    written = []
    for kind in KINDS:
        for name in course.assignments:
            source = course.root / kind / name / f"{name}.ipynb"
            if not source.is_file():
                raise CourseError(f"{kind}/{name} does not exist: run `foundations release {name}`", slug="drift")
            path = folder / kind / f"{name}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render_page(nbformat.read(source, as_version=4), name), "utf-8")
            written.append(path)
    return written


if __name__ == "__main__":
    try:
        for page in print_course(find_course(), Path(sys.argv[1])):
            print(f"  {page}")
    except CourseError as error:
        sys.exit(f"foundations: cannot continue: {error}")
