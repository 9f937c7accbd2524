"""Pages to print hold all that they need, and ask nobody for anything."""

from __future__ import annotations

import re
from pathlib import Path

import builders
import nbformat
import pytest
from bs4 import BeautifulSoup
from course_builder import NAME, make_course

from foundations.config import find_course
from foundations.errors import CourseError
from foundations.release.printing import KINDS, print_course, render_page

ROOT = Path(__file__).parents[2]
PICTURE = {"src": "data:image/png;base64,AAAA", "alt": "A row meets a matrix."}


@pytest.fixture
def page() -> BeautifulSoup:
    """A page with a formula, a folded hint, a picture and a script among its outputs."""
    notebook = builders.notebook(
        [
            builders.markdown(
                "# Title\n\n$$x_1 < x_2$$\n\n<details>\n<summary>Hint</summary>\n\nIts idea\n\n</details>"
            ),
            builders.code("plots.some()"),
        ]
    )
    shown = {
        "text/html": f'<img src="{PICTURE["src"]}" alt="{PICTURE["alt"]}"><script>alert(1)</script>',
        "text/plain": "A row meets a matrix.",
    }
    notebook.cells[1].outputs = [nbformat.v4.new_output("display_data", data=shown)]
    return BeautifulSoup(render_page(notebook, "course"), "html.parser")


def test_formulas_and_pictures_are_in_the_page(page: BeautifulSoup) -> None:
    """A formula is drawn by the browser itself; a picture comes with its description."""
    assert page.title is not None
    assert page.title.get_text() == "course"
    assert [formula["display"] for formula in page.find_all("math")] == ["block"]
    assert [image.attrs for image in page.find_all("img")] == [PICTURE]
    assert page.find("summary").get_text() == "Hint"


def test_nothing_runs_and_nothing_is_fetched(page: BeautifulSoup) -> None:
    """No script, no style sheet or picture of another host, and a policy that forbids them."""
    assert page.find_all(["script", "link", "iframe", "object"]) == []
    assert [image["src"][:5] for image in page.find_all("img")] == ["data:"]
    styles = " ".join(style.get_text() for style in page.find_all("style"))
    addresses = re.findall(r"""(?:url\(|@import)\s*["']?([^"')]{1,40})""", styles)
    assert [address for address in addresses if not address.startswith("data:")] == []
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@pytest.mark.slow
def test_whole_course_has_its_pages(tmp_path: Path) -> None:
    """One for each release and each solution, every formula drawn, and no mark of an answer set as a headline."""
    course = find_course(ROOT)
    written = print_course(course, tmp_path)
    assert written == [tmp_path / kind / f"{name}.html" for kind in KINDS for name in course.assignments]
    for path in written:
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        main = page.find("main")
        assert main is not None
        assert [
            mark.get_text() for mark in main.find_all(["h1", "h2", "h3", "h4"]) if "SOLUTION" in mark.get_text()
        ] == []
        for code in main.find_all(["code", "pre"]):
            code.decompose()
        assert "$" not in main.get_text(), path


def test_what_was_not_made_yet_is_said(tmp_path: Path) -> None:
    """An assignment without its release is the author's to make."""
    course = make_course(tmp_path)
    with pytest.raises(CourseError, match=f"release/{NAME} is not made yet: run `foundations release {NAME}`"):
        print_course(course, tmp_path / "printed")
