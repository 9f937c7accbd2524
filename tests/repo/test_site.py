"""The documentation as a site: it builds without a warning, offline, and has every page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(folder / "cache")]
    done = subprocess.run([*command, str(DOCS), str(folder / "html")], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_page_is_in_it(site: Path) -> None:
    """Each Markdown file of ``docs/`` has its page."""
    pages = [path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md") if "_build" not in path.parts]
    assert [page for page in pages if not (site / page).is_file()] == []


def test_the_reference_comes_from_docstrings(site: Path) -> None:
    """A function of each face has its entry, with its signature."""
    for page, name in (
        ("testing", "foundations.testing.check"),
        ("graders", "foundations.grading.pytest_plugin.check"),
    ):
        assert f'id="{name}"' in (site / "reference" / f"{page}.html").read_text("utf-8")


def test_nothing_is_fetched(site: Path) -> None:
    """No page names another host as the source of a script, a style sheet or a picture."""
    for path in site.rglob("*.html"):
        text = path.read_text("utf-8")
        fetched = re.findall(
            r'<(?:script|img)[^>]*src="(https?:[^"]*)"|<link[^>]*rel="stylesheet"[^>]*href="(https?:[^"]*)"', text
        )
        assert fetched == [], path.name
