"""Pages to print are complete, and send no requests."""

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
    """Render a page with a formula, a folded hint, and a picture and a script among its outputs."""
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
    """The browser draws formulas itself; a picture has its description."""
    assert page.title is not None
    assert page.title.get_text() == "course"
    assert [formula["display"] for formula in page.find_all("math")] == ["block"]
    assert [image.attrs for image in page.find_all("img")] == [PICTURE]
    summary = page.find("summary")
    assert summary is not None
    assert summary.get_text() == "Hint"


def test_the_page_runs_no_script_and_sends_no_request(page: BeautifulSoup) -> None:
    """It has no script, style sheet or picture from another host, and a policy that forbids them."""
    assert page.find_all(["script", "link", "iframe", "object"]) == []
    assert [image["src"][:5] for image in page.find_all("img")] == ["data:"]
    styles = " ".join(style.get_text() for style in page.find_all("style"))
    addresses = re.findall(r"""(?:url\(|@import)\s*["']?([^"')]{1,40})""", styles)
    assert [address for address in addresses if not address.startswith("data:")] == []
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@pytest.mark.slow
def test_whole_course_has_its_pages(tmp_path: Path) -> None:
    """Each release and solution has a page with all formulas drawn, and without marks of answers as headlines."""
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


def test_a_missing_release_is_the_authors_error(tmp_path: Path) -> None:
    """The message has the command that makes the release."""
    course = make_course(tmp_path)
    with pytest.raises(CourseError, match=f"release/{NAME} does not exist: run `foundations release {NAME}`"):
        print_course(course, tmp_path / "printed")
