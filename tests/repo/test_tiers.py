"""Every file of tests belongs to a tier, and docs/testing.md lists the files with slow tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tiers import TIERS

TESTS = Path(__file__).parent.parent
TABLE = (TESTS.parent / "docs" / "testing.md").read_text("utf-8").split("| kind |")[1].split("\n\n")[0]
#: For each row with a reason why tests are slow: its files and folders.
ROWS = [re.findall(r"`tests/([\w/.]+)`", row) for row in TABLE.splitlines() if not row.endswith("| none |")]


def test_every_file_of_tests_is_read(pytestconfig: pytest.Config) -> None:
    """A file with a mistyped name, or without tests, is in no tier."""
    if pytestconfig.args != pytestconfig.getini("testpaths"):
        pytest.skip("this command reads some of the files")
    read = {path.relative_to(TESTS) for path in pytestconfig.stash[TIERS]}
    no_tests = ("course/answers", "support")
    named = {path.relative_to(TESTS) for path in TESTS.rglob("*test*.py") if path.name != "conftest.py"}
    assert {path for path in named - read if not str(path).startswith(no_tests)} == set()


def test_files_with_slow_tests_are_documented(pytestconfig: pytest.Config) -> None:
    """The table has the reason why they are slow."""
    slow = [path.relative_to(TESTS) for path, counts in pytestconfig.stash[TIERS].items() if counts[True]]
    documented = {name for row in ROWS for name in row}
    assert [path for path in slow if documented.isdisjoint({str(path), str(path.parent)})] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row], ids=" ".join)
def test_documented_files_have_slow_tests(pytestconfig: pytest.Config, row: list[str]) -> None:
    """A reason without a slow test is out of date."""
    read = {str(path.relative_to(TESTS)): counts for path, counts in pytestconfig.stash[TIERS].items()}
    named = [counts for path, counts in read.items() if path.startswith(tuple(row))]
    if pytestconfig.args == pytestconfig.getini("testpaths") or named:
        assert any(counts[True] for counts in named)
