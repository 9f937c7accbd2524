"""Students' Markdown, HTML of outputs, formulas and code, rendered as HTML that does not act.

nbconvert sanitises Markdown before it is rendered, which destroys formulas and quotations. Here the rendered HTML is
cleaned, and formulas become MathML. Renderers use patterns that can take hours for some texts, and cannot be
interrupted. Pages therefore call :func:`foundations.report.bounded.rendered`, which runs this module in a process that
can be killed.
"""

from __future__ import annotations

import contextlib
import html
import json
import resource
import secrets
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from foundations.report.allowed_html import clean_html
from foundations.report.mathml import mathml


def markdown_html(source: str, attachments: dict[str, Any] | None = None) -> str:
    """Return Markdown as clean HTML, with formulas as MathML and code in colours."""
    from foundations.report.markdown import Renderer, parse

    renderer = Renderer(attachments or {}, f"aside-{secrets.token_hex(16)}")
    return renderer.with_parts(clean_html(parse(renderer, source)))


def latex_html(source: str) -> str:
    """Return one formula as MathML; empty if it cannot be read."""
    tex = source.strip()
    return mathml(tex.strip("$"), block=tex.startswith("$$")) or ""


def code_html(source: str) -> str:
    """Return Python with IPython's additions as HTML in colours."""
    from nbconvert.filters import Highlight2HTML

    return str(Highlight2HTML(pygments_lexer="ipython3")(source))


def plain_html(source: str) -> str:
    """Return ``source`` as it was written, as HTML."""
    return f'<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{html.escape(source)}</pre>'


#: By kind of text.
RENDERERS: dict[str, Callable[..., str]] = {
    "markdown": markdown_html,
    "html": clean_html,
    "latex": latex_html,
    "code": code_html,
}


def serve(cpu_s: float, memory_bytes: int) -> None:
    """Answer requests, a line of JSON each, until the input ends; a request that takes longer kills the process.

    The kernel's timer counts CPU time, and kills this process even while it matches a pattern, which a Python signal
    handler cannot do.

    Args:
        cpu_s: seconds of CPU for each request.
        memory_bytes: the limit of the process's memory.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    for request in map(json.loads, sys.stdin):
        signal.setitimer(signal.ITIMER_PROF, cpu_s)
        start = time.process_time()
        render, text = RENDERERS[request.pop("kind")], request.pop("text")
        answer: str | None = None
        with contextlib.suppress(Exception):  # if the text breaks the renderer, it is shown as it was written
            answer = render(text, **request)
        took = time.process_time() - start
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps([answer, took]), flush=True)


if __name__ == "__main__":
    markdown_html("*first* `x` $x$\n\n```python\nx\n```\n")  # import everything before the first text
    code_html("x")
    serve(float(sys.argv[1]), int(sys.argv[2]))
