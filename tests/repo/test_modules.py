"""docs/modules.md lists every module of the package."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_list_of_modules_is_up_to_date() -> None:
    """`python scripts/modules.py` writes it."""
    made = runpy.run_path(str(ROOT / "scripts" / "modules.py"))
    assert made["PAGE"].read_text("utf-8") == made["page"]()


def test_every_module_has_a_sentence() -> None:
    """A name alone may be misread."""
    rows = [line for line in (ROOT / "docs" / "modules.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    assert [row for row in rows if len(row.split(" | ", 1)[1]) < 20] == []
