"""The targets of the documentation's references exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^(```.*?^```$|    .*?$)|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file or folder of the repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", CODE.sub("", page.read_text("utf-8")))
    local = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_make_targets_exist_and_are_explained() -> None:
    """Every command on a page is one that `make help` lists."""
    rules = re.findall(r"^([a-z-]+):(?!=).*?(?:## (.+))?$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    typed = {
        name for page in PAGES for name in re.findall(r"(?:`|^ +)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert typed - {name for name, explained in rules if explained} == set()
    assert [name for name, explained in rules if not explained] == []


def test_decisions_are_listed() -> None:
    """The index of decisions has each of them once."""
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))


def test_pictures_have_a_text_alternative() -> None:
    """Every drawing is described to readers who cannot see it."""
    drawing = (ROOT / "docs" / "architecture.svg").read_text("utf-8")
    assert re.search(r"<title[^>]*>[^<]{40,}</title>", drawing) is not None
    pictures = [alt for page in PAGES for alt in re.findall(r"!\[([^\]]*)\]\(", page.read_text("utf-8"))]
    assert [alt for alt in pictures if len(alt) < 20] == []
