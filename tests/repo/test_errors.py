"""Every error names the person responsible, and its slug leads to a paragraph with details."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundations import errors
from foundations.notebooks import file

ROOT = Path(__file__).parents[2]


def slugs_in(tree: ast.AST) -> Iterator[str]:
    """Yield literal slugs: ``slug="…"`` anywhere, and the third argument of ``fault`` in ``notebooks.file``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "slug" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fault":
            yield from ("notebook-" + str(slug.value) for slug in node.args[2:] if isinstance(slug, ast.Constant))


def used() -> set[str]:
    package = sorted((ROOT / "foundations").rglob("*.py"))
    written = {slug for path in package for slug in slugs_in(ast.parse(path.read_text("utf-8")))}
    looked_up = {f"notebook-{slug}" for _, slug in file._OPEN_FAULTS.values()}
    return written | looked_up | {errors.SessionLost("").slug}


def paragraphs() -> dict[str, str]:
    """Map each slug to the text below its heading in ``docs/errors.md``."""
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    parts = re.split(r"^### (\S+)$", page, flags=re.MULTILINE)[1:]
    texts = [re.split(r"^## ", text, flags=re.MULTILINE)[0].strip() for text in parts[1::2]]
    return dict(zip(parts[::2], texts, strict=True))


def test_every_slug_has_its_paragraph() -> None:
    """Every message sends its reader to an existing heading."""
    assert sorted(used() - set(paragraphs())) == []


def test_no_paragraph_is_left_over() -> None:
    """Every explained slug is still raised."""
    assert sorted(set(paragraphs()) - used()) == []


def test_no_paragraph_is_empty() -> None:
    """A paragraph is at least one sentence, and comes once."""
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    headings = re.findall(r"^### (\S+)$", page, re.MULTILINE)
    assert sorted(headings) == sorted(set(headings))
    assert [slug for slug, text in paragraphs().items() if not text.endswith(".")] == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("FoundationsError", 3),
        ("SubmissionError", 1),
        ("CourseError", 2),
        ("InternalError", 3),
        ("SessionLost", 1),
        ("Stopped", 130),
    ],
)
def test_exit_codes(kind: str, code: int) -> None:
    """The codes are student 1, course author 2, this package 3."""
    assert getattr(errors, kind).exit_code == code


def test_an_error_carries_its_sentence_and_slug() -> None:
    """``str`` returns the sentence; a lost session has it as its reason too."""
    error = errors.CourseError("limit x is 0: it must be above 0", slug="limits")
    assert (str(error), error.slug) == ("limit x is 0: it must be above 0", "limits")
    lost = errors.SessionLost("the code ended the process")
    assert (str(lost), lost.reason, lost.slug) == ("the code ended the process",) * 2 + ("session-lost",)
