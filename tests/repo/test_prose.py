"""Docstrings, comments and pages are in plain English: words that mark a translation are rare in every file."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Listed words per 1,000 words of a file.
MOST = 2.0

#: Verbs that files and functions cannot do, and idioms of another language. Hints and graders are not counted.
LISTED = re.compile(
    r"""\b(
        what(?!\s(is|are|does|do|did|happens|happened|kind|if|to)\b[^.]*\?)   # a noun, not a question
        | nobody | nothing | nowhere
        | stands?(?!-in) | stood | standing | lies | says? | said | tells? | told | speaks?
        | beside | mends? | mended | (go|goes|went)\son | by\s(itself|themselves)
        | of\s(its|their|one's)\sown | in\sthe\splace\sof | handed\sin | (is|are|was)\sno
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

FILES = sorted(
    path
    for pattern in ("foundations/**/*.py", "tests/**/*.py", "benchmarks/*.py", "scripts/*.py", "docs/**/*.md", "*.md")
    for path in ROOT.glob(pattern)
    if not {"answers", "habits", "_build", ".venv"} & set(path.parts) and path != Path(__file__)
)


def prose_of(path: Path) -> str:
    """The docstrings and comments of a Python file, or the text of a page; without code."""
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return re.sub(r"```.*?```|`[^`]*`", " ", text, flags=re.DOTALL)
    return re.sub(r"``[^`]*``|`[^`]*`", " ", "\n".join(_comments_and_docstrings(text)))


def _comments_and_docstrings(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("#: ")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def test_listed_words_are_found() -> None:
    """The pattern finds the idioms and leaves questions and ordinary sentences alone."""
    found = [
        match[0] for match in LISTED.finditer("Keep what it told. What is it? It is no list, and stands by itself.")
    ]
    assert found == ["what", "told", "is no", "stands", "by itself"]
    assert LISTED.search("Return the value, or raise if the file is empty.") is None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_is_plain(path: Path) -> None:
    """At most two listed words in 1,000; in a short file, one is too many."""
    text = prose_of(path)
    listed = [match[0] for match in LISTED.finditer(text)]
    assert 1000 * len(listed) <= MOST * len(re.findall(r"\w+", text)), listed
