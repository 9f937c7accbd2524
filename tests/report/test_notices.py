"""The notice for instructors is in the notebook and in the formgrader's page, and in no other page."""

from __future__ import annotations

from pathlib import Path

import builders
import nbgrader.server_extensions.formgrader.handlers as formgrader
import pytest
from bs4 import BeautifulSoup
from course_builder import make_course
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from foundations.gradebook.store import settings
from foundations.report.model import Report, Review
from foundations.report.notices import command, place, sentence, with_notice

PAYLOAD = "<script>alert('x')</script>"
FOUND = Review(f"evil {PAYLOAD}", "torch is\n\nchanged", ("double",), 3, 1)
REPORT = Report("course", "s 01", review=[FOUND, Review("a thread", "it worked")])


def page(course: Path, template: str | None, *, stock: bool = False) -> str:
    """Return the page that nbconvert makes of a notebook with a notice."""
    config = Config() if stock else settings(make_course(course))
    if template:
        config.HTMLExporter.template_name = template
        config.HTMLExporter.extra_template_basedirs = [formgrader.template_path]
    text, _ = HTMLExporter(config=config).from_notebook_node(with_notice(builders.answered(), REPORT), RESOURCES)
    return text


#: The values that the formgrader passes to its template.
RESOURCES = {
    **dict.fromkeys(
        ("assignment_id", "notebook_id", "submission_id", "student", "base_url", "notebook_path"), "course"
    ),
    **{"index": 0, "total": 1, "last_name": "", "first_name": ""},
}


def test_formgrader_shows_findings(tmp_path: Path) -> None:
    """It shows each finding with its place, reason and exercises, and the closing command; none of it is a script."""
    soup = BeautifulSoup(page(tmp_path, "formgrade"), "html.parser")
    [title] = [tag for tag in soup.find_all("strong") if "needs a look" in tag.get_text()]
    cell = title.find_parent(class_="cell")
    assert cell is not None
    shown = cell.get_text()
    assert f"cell 3, line 1: evil {PAYLOAD}" in shown
    assert all(word in shown for word in ("torch is", "changed", "part of: double", "a thread", "it worked"))
    assert "foundations review course 's 01' --accept" in shown
    assert [tag for tag in soup.find_all("script") if "alert('x')" in tag.get_text()] == []


@pytest.mark.parametrize(("template", "stock"), [("lab", False), ("lab", True), ("classic", True)])
def test_no_other_page_shows_it(tmp_path: Path, template: str, stock: bool) -> None:
    """This holds without the package's preprocessor too, because cells of unknown types are not shown."""
    text = page(tmp_path, template, stock=stock)
    assert "Twice" in text
    assert [
        word for word in ("evil", "needs a look", "torch is", "a thread", "foundations review") if word in text
    ] == []


def test_a_notice_is_written_once_and_removed_with_the_last_finding() -> None:
    """The student's cells remain."""
    notebook = builders.answered()
    before = [cell.source for cell in notebook.cells]
    with_notice(with_notice(notebook, REPORT), REPORT)
    assert [cell.source for cell in notebook.cells][1:] == before
    assert [cell.source for cell in with_notice(notebook, Report("course", "s01")).cells] == before


def test_many_findings_are_cut() -> None:
    """The notice shows 50 findings and the number of the others."""
    notebook = with_notice(builders.answered(), Report("course", "s01", review=[FOUND] * 60))
    assert notebook.cells[0].source.count("part of") == 50
    assert "and 10 more" in notebook.cells[0].source


def test_a_finding_is_one_line() -> None:
    """The line has the place and the exercises if they are known."""
    assert place(FOUND) == "cell 3, line 1"
    assert sentence(FOUND) == f"cell 3, line 1, double: evil {PAYLOAD}: torch is changed"
    assert sentence(REPORT.review[1]) == "a thread: it worked"
    assert command(REPORT) == "foundations review course 's 01'"
