"""Rendering stays within its bounds for any text; an ordinary text is rendered as a whole."""

import sys
import time

import builders
import nbformat
import pytest
from bs4 import BeautifulSoup

from foundations.release.printing import render_page
from foundations.report import bounded
from foundations.report.bounded import LARGEST, PAGE_S, SMALL, Budget, rendered

#: Ordinary prose with some of everything, about 700 characters.
ORDINARY = (
    """## A heading

Some *words* with `code`, a [link](https://example.org), and a formula $x_1 < x_2$.

| name | shape |
|------|-------|
| `w`  | (8, 4) |

> A quotation.

1. One
2. Two
   - a point

```python
def f(x):
    return x + 1
```

"""
    + "And a sentence without much content, which is as long as sentences are when somebody explains something. " * 4
    + "\n\n"
)


def html(kind, text, **options):
    """Render a text that is within all bounds."""
    made = rendered(kind, text, Budget(), **options)
    assert made is not None
    return made


def up_to(size, shape):
    return shape * (size // len(shape) + 1)


#: The slowest of about ninety shapes for the renderers; most are quadratic, one is cubic.
MARKDOWN = {
    "a table of pipes": "a|b\n-|-\n" + "|\n" * 100_000,
    "a wide table": f"{'|a' * 60_000}\n{'|-' * 60_000}\n",
    "rows of a table": "a|b\n-|-\n" + "a|b\n" * 50_000,
    "quotations in each other": "> " * 50_000 + "x",
    "brackets": "[" * 100_000,
    "links that are never closed": "[a](" * 50_000,
    "pictures that are never closed": "![" * 50_000,
    "emphasis": "*a_ " * 50_000,
    "backticks": " ".join("`" * number for number in range(1, 500)),
    "lists in each other": "\n".join("  " * number + "- x" for number in range(400)),
    "references": "&#1;" * 50_000,
    "dollars": "$a" * 50_000,
    "formulas": "$a$ " * 50_000,
    "display formulas that are never closed": "\\\\[" * 50_000,
    "link definitions": "[a]: b\n" * 30_000,
    "notes": "[^a]: b\n" * 30_000,
    "blanks": "a" + " " * 100_000 + "b",
    "elements in each other": "<b><i><p>" * 20_000,
    "elements that are never closed": "<a href='" * 20_000,
    "declarations of style": "<b style='" + "a:b;" * 30_000 + "'>x</b>",
}
OTHERS = {
    "lines of blanks": ("code", " \n" * 100_000),
    "dots": ("code", "." * 150_000),
    "brackets": ("code", "(" * 150_000),
    "a table": ("html", "<table>" + "<tr><td>x" * 40_000),
    "elements in each other": ("html", "<b><i><p>" * 40_000),
    "braces": ("latex", "{" * 2000),
    "powers": ("latex", "a^{" * 600),
}
EVERY = {f"markdown: {name}": ("markdown", text) for name, text in MARKDOWN.items()}
EVERY |= {f"{kind}: {name}": (kind, text) for name, (kind, text) in OTHERS.items()}


@pytest.fixture(scope="module", autouse=True)
def ready():
    """Start the process that renders, so that its imports are not part of a measured time."""
    assert rendered("markdown", "x" * 5000, Budget()) is not None


@pytest.fixture(scope="module", autouse=True)
def renderers_are_imported():
    """Importing a renderer takes longer than any text, and is done once."""
    for kind, _ in EVERY.values():
        rendered(kind, "x", Budget())


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    "bound",
    [
        SMALL,
        pytest.param({kind: most // 3 for kind, most in LARGEST.items()}, marks=pytest.mark.slow),
        pytest.param(LARGEST, marks=pytest.mark.slow),
    ],
    ids=["small", "large", "largest"],
)
def test_no_text_takes_longer_than_it_may(name, bound):
    """The bound is CPU time, which other programs hardly change; a text that was not rendered is ``None``."""
    kind, text = EVERY[name]
    budget = Budget()
    made = rendered(kind, text[: bound[kind]], budget)

    assert PAGE_S - budget.left < 1
    assert made is None or isinstance(made, str)


@pytest.mark.parametrize("kind", LARGEST)
def test_a_text_beyond_the_largest_is_not_rendered(kind):
    """It costs no CPU time and needs no process."""
    budget = Budget()
    assert rendered(kind, "x" * (LARGEST[kind] + 1), budget) is None
    assert budget.left == PAGE_S


@pytest.mark.parametrize("times", [1, 3, 15])
def test_ordinary_text_is_rendered_whole_at_any_size(times):
    """The process renders the same as this one: tables, code in colours, formulas, quotations."""
    made = html("markdown", ORDINARY * times)

    soup = BeautifulSoup(made, "html.parser")
    counts = {name: len(soup.find_all(name)) for name in ("h2", "em", "table", "blockquote", "math", "ol")}
    assert counts == dict.fromkeys(counts, times)
    assert len(soup.select(".highlight .k")) == 2 * times


def test_a_page_has_a_budget_for_all_its_texts():
    """A page of a hundred cells, each within its bounds, is still bounded."""
    budget = Budget()
    slow = EVERY["markdown: a table of pipes"][1][: SMALL["markdown"]]
    budget.left = 0.01
    results = [rendered("markdown", slow, budget) for _ in range(5)]

    assert results[0] is not None
    assert results[1:] == [None] * 4


def test_a_text_after_one_that_was_too_slow_is_rendered():
    """The process is started again."""
    slow = EVERY["markdown: a table of pipes"][1][:40_000]
    assert rendered("markdown", slow, Budget()) is None
    assert "<h2" in html("markdown", ORDINARY * 5)


def test_pictures_that_are_shown_often_are_bounded():
    """The page has a copy of the picture for each time that it is shown."""
    picture = {"a.png": {"image/png": "A" * 3_000_000}}
    assert html("markdown", "![a](attachment:a.png)", attachments=picture).count("A" * 3_000_000) == 1
    assert rendered("markdown", "![a](attachment:a.png)\n" * 80, Budget(), attachments=picture) is None


def test_text_is_not_rendered_by_a_process_that_cannot_answer(monkeypatch):
    """It is shown as it was written, and later texts are rendered."""
    bounded._WORKER._close()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert rendered("markdown", ORDINARY * 6, Budget()) is None
    monkeypatch.undo()
    assert rendered("markdown", ORDINARY * 6, Budget()) is not None


def test_a_repeated_text_is_rendered_once():
    """Each page of a class has the assignment's text. Its time counts for each page, for equal verdicts."""
    bounded._repeated.cache_clear()
    budgets = [Budget(), Budget()]
    assert len({rendered("markdown", ORDINARY * 2, budget) for budget in budgets}) == 1
    assert (bounded._repeated.cache_info().misses, bounded._repeated.cache_info().hits) == (1, 1)
    assert budgets[0].left == budgets[1].left < PAGE_S


def test_a_page_shows_text_that_it_cannot_render_as_written():
    """The whole text of a cell, of outputs and of code is shown, and a sentence explains why it is not rendered."""
    slow = "a|b\n-|-\n" + "|\n" * 30_000
    notebook = builders.notebook(
        [builders.markdown(f"{slow}<script>the end</script>"), builders.code(" \n" * 30_000 + "last")]
    )
    outputs = [{"text/html": "<td>x" * 90_000, "text/plain": "a table"}, {"text/html": "<i>y" * 110_000}]
    outputs.append({"text/markdown": slow + "of an output"})
    notebook.cells[1].outputs = [nbformat.v4.new_output("display_data", data=data) for data in outputs]
    start = time.process_time()
    page = render_page(notebook, "slow")

    assert time.process_time() - start < 20  # nbconvert's own passes over the page; it was minutes
    soup = BeautifulSoup(page, "html.parser")
    text = soup.get_text()
    assert all(word in text for word in ("<script>the end</script>", "last", "a table", "<i>y", "of an output"))
    assert text.count("Shown as it was written") == 2
    assert soup.find_all("script") == []


def test_only_classes_of_our_tables_survive():
    """The page's style sheets and scripts cannot act on a student's HTML."""
    kept = "foundations-checks tex2jax_ignore mathjax_ignore"
    for name in ("btn btn-primary", "comment", "score", "panel-footer", "highlight", "aside-x-1", f"{kept} hidden"):
        for kind in ("html", "markdown"):
            assert "class" not in html(kind, f'<b class="{name}">x</b>')
    assert f'class="{kept}"' in html("html", f'<div class="{kept}">x</div>')


def test_code_in_prose_keeps_only_its_colours():
    """The name of its language, which the student chooses, does not reach the HTML."""
    made = html("markdown", '```python\nx = "<b>"\n```\n\n```nothing" onclick="x\n<i>y</i>\n```\n')
    soup = BeautifulSoup(made, "html.parser")

    assert soup.select(".highlight .s2")[0].get_text() == '"<b>"'
    assert [tag.attrs for tag in soup.find_all(["b", "i", "code"])] == [{}] * len(soup.find_all(["b", "i", "code"]))
    assert "<i>y</i>" in soup.get_text()
