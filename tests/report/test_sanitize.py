"""Pages do not run students' scripts."""

from __future__ import annotations

import re
from pathlib import Path

import builders
import nbformat
import pytest
from bs4 import BeautifulSoup
from course_builder import NAME, course_with_gradebook, graded, unreadable
from nbconvert.exporters import HTMLExporter
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import Course
from foundations.gradebook.store import feedback, record, settings
from foundations.report.model import Check

pytestmark = NBGRADER_WARNINGS

PAYLOAD = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Course:
    return course_with_gradebook(tmp_path_factory, tmp_path)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make the feedback of a submission that tries to run scripts from every text it can write."""
    course = course_with_gradebook(tmp_path_factory, tmp_path_factory.mktemp("page"))
    notebook = builders.answered()
    builders.cell(notebook, "why").source = f"a < b, $x_1 < x_2$ {PAYLOAD} [click](javascript:alert(2))\n\n> quoted"
    outputs = [
        {"text/html": f"<b>bold</b>{PAYLOAD}<a href='javascript:alert(3)'>x</a><svg onload=alert(4)>"},
        {"application/javascript": "alert(5)"},
        {"text/markdown": PAYLOAD},
        {"image/svg+xml": "<svg onload=alert(6)></svg>"},
        {"image/png": "iVBORw0KGgo="},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>alert(7)"}},
    ]
    cell = builders.cell(notebook, "double-solution")
    cell.outputs = [nbformat.v4.new_output("display_data", data=data) for data in outputs]
    cell.outputs[0].metadata = {"text/html": {"isolated": True}}
    cell.outputs.append(nbformat.v4.new_output("stream", text=PAYLOAD))
    checked = [Check(PAYLOAD, "fail", 1, f"got {PAYLOAD}\n\nand more"), Check("fine", "pass", 1)]
    record(course, {"s01": graded("s01", checked, notebook=notebook)}, NAME, course.root / "submitted")
    [path] = feedback(course, NAME)
    assert path == course.root / "feedback" / "s01" / NAME / f"{NAME}.html"
    return path.read_text("utf-8")


def test_feedback_has_the_table_of_checks(page: str) -> None:
    """It has the score, and the sign and the word of each check."""
    tables = [table.get_text(" ") for table in BeautifulSoup(page, "html.parser").select(".foundations-checks table")]
    assert len(tables) == 2
    assert all(word in tables[0] for word in ("double: 2.5 of 5 points", "✗ failed", "✓ passed", PAYLOAD))
    assert "double: 2.5 of 5" in page
    assert "Score: 6.5 so far / 12.0" in page


def test_feedback_runs_no_code_of_the_student(page: str) -> None:
    """It has no script, handler or address from the student; the student's text is shown."""
    soup = BeautifulSoup(page, "html.parser")
    assert [script for script in soup.find_all("script") if "alert" in script.get_text()] == []
    handlers = [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert handlers == []
    addresses = [str(tag.get(key, "")) for tag in soup.find_all(True) for key in ("href", "src")]
    assert [address for address in addresses if address.lower().strip().startswith(("javascript", "data:text"))] == []
    assert soup.find_all("iframe") == []
    assert PAYLOAD in soup.get_text()


def test_feedback_keeps_harmless_elements(page: str) -> None:
    """Bold text and quotations remain, and a formula is drawn."""
    soup = BeautifulSoup(page, "html.parser")
    assert "bold" in [tag.get_text() for tag in soup.find_all("b")]
    assert soup.blockquote is not None
    assert "quoted" in soup.blockquote.get_text()
    assert "a < b" in soup.get_text()
    assert [formula.get_text() for formula in soup.find_all("math")] == ["x1<x2"]
    comments = [tag.get_text() for tag in soup.select(".panel-footer pre")]
    assert comments == [f"✗ {PAYLOAD} (failed): got {PAYLOAD}\n\xa0\nand more"]


def test_feedback_may_not_run_or_fetch_anything(page: str) -> None:
    """It has no script and no address to load from, and a policy forbids both."""
    soup = BeautifulSoup(page, "html.parser")
    assert [tag.name for tag in soup.find_all(["script", "link", "iframe", "object", "embed"])] == []
    assert [tag["src"] for tag in soup.find_all(src=True) if not str(tag["src"]).startswith("data:image/")] == []
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def test_feedback_shows_a_missing_score_not_as_a_zero(course: Course) -> None:
    """This holds above the notebook and at its exercises."""
    record(course, {"s01": unreadable("s01", "cut off")}, NAME, course.root / "submitted")
    [path] = feedback(course, NAME)
    scores = re.findall(r"Score: ([^/<]+) / ", path.read_text("utf-8"))
    assert scores == ["no score yet"] * 7


def test_missing_picture_costs_only_itself(course: Course) -> None:
    """A page is made also if a student's cell shows a missing attachment."""
    notebook = builders.notebook([builders.markdown("before ![it](attachment:none.png) after")])
    page, _ = HTMLExporter(config=settings(course)).from_notebook_node(notebook)
    soup = BeautifulSoup(page, "html.parser")
    assert [(picture["alt"], picture.get("src")) for picture in soup.find_all("img")] == [("it", None)]


def test_formula_in_an_attribute_stays_text(course: Course) -> None:
    """A formula in a picture's description or a link's title does not become an element."""
    text = '![$a$ "b"](data:image/png;base64,AA "$c$") [link](https://example.org "$d$") <b title="$e$">f</b>'
    notebook = builders.notebook([builders.markdown(text)])
    page, _ = HTMLExporter(config=settings(course)).from_notebook_node(notebook)
    assert BeautifulSoup(page, "html.parser").find_all("math") == []


def test_page_of_the_formgrader_is_inert(course: Course) -> None:
    """It is made by an exporter with these settings, for a browser with all permissions of the instructor."""
    notebook = builders.notebook([builders.markdown(PAYLOAD), builders.code("1"), builders.markdown("**kept**")])
    notebook.cells[1].outputs = [nbformat.v4.new_output("display_data", data={"text/html": PAYLOAD})]
    page, _ = HTMLExporter(config=settings(course)).from_notebook_node(notebook)
    soup = BeautifulSoup(page, "html.parser")
    assert soup.get_text().count("<script>alert('x')</script>") == 2
    assert [tag for tag in soup.find_all(True) if "onerror" in tag.attrs] == []
    assert [tag for tag in soup.find_all("script") if "alert('x')" in tag.get_text()] == []
    assert "kept" in [tag.get_text() for tag in soup.find_all("strong")]


def test_each_picture_has_a_text_behind_it(page: str) -> None:
    """Drawings and photographs of outputs have the same one, for those who do not see them."""
    pictures = BeautifulSoup(page, "html.parser").select('img[src^="data:"]')
    assert [img["alt"] for img in pictures] == ["Picture that this cell draws"] * 2
