"""Formulas as MathML that only draws."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from foundations.report.mathml import MAX_LENGTH, mathml

SOURCE = Path(__file__).parents[2] / "source"


class Page(HTMLParser):
    """The tags, attributes and text that a browser sees in a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_formula_is_one_element() -> None:
    """It is inline or on its own line, and references are resolved and escaped once."""
    assert mathml("a_1 < b", block=False) == (
        '<math display="inline"><mrow><msub><mi>a</mi><mn>1</mn></msub><mo>&lt;</mo><mi>b</mi></mrow></math>'
    )
    assert (mathml("x", block=True) or "").startswith('<math display="block">')


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background: url(https://example.org)}{x}",
        r"\class{fixed}{x}",
        r"\color{red\" onclick=\"alert(1)}{x}",
        r"\mathrm{</math><script>alert(1)</script>}",
        r"<script>alert(1)</script>",
    ],
)
def test_formula_only_draws(tex: str) -> None:
    """It has only elements of MathML, and no address, style or handler."""
    page = Page(mathml(tex, block=False) or "")
    assert page.tags[0] == "math"
    assert [tag for tag in page.tags if not tag.startswith("m")] == []
    assert page.attributes.keys() & {"href", "style", "class", "id", "src", "onclick", "onerror"} == set()
    assert [value for value in page.attributes.values() if set(value or "") & set(":;()<>\"'/")] == []


@pytest.mark.parametrize("tex", ["{" * 1_500, "x" * (MAX_LENGTH + 1), r"\begin{pmatrix}", r"\left(", "^", r"x^2^2", ""])
def test_unreadable_formula_raises_no_error(tex: str) -> None:
    """The result is ``None``, after which it is shown as it was written, or MathML."""
    assert (mathml(tex, block=False) or "<math").startswith("<math")


def test_aligned_equations_are_a_table() -> None:
    """The equations are rows of the table."""
    page = Page(mathml(r"\begin{aligned}a&=b\\c&=d\end{aligned}", block=True) or "")
    assert page.tags.count("mtr") == 2
    assert page.text == "a=bc=d"


def test_bars_of_a_norm_have_the_same_height() -> None:
    """They are stretched only if the formula asks for it."""
    norm = mathml(r"\lVert A\rVert_F + |a|", block=True) or ""
    assert norm.count('<mo stretchy="false">‖</mo>') == 2
    assert norm.count('<mo stretchy="false">|</mo>') == 2
    assert 'stretchy="false"' not in (mathml(r"\left\lVert A\right\rVert", block=True) or "")


def formulas() -> list[tuple[str, str]]:
    result = []
    for path in sorted(SOURCE.glob("*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                parts = cell.source.replace("$$", "$").split("$")
                result += [(path.stem, tex) for tex in parts[1::2]]
    return result


def test_every_formula_of_the_course_is_drawn() -> None:
    """No command remains as text."""
    drawn = [(name, tex, mathml(tex, block=True)) for name, tex in formulas()]
    assert len(drawn) > 10
    assert [(name, tex) for name, tex, page in drawn if page is None or "\\" in Page(page).text] == []
