"""``examples/numpy``, a small course about NumPy, is proved as any course is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command import foundations

COURSE = Path(__file__).parents[2] / "examples" / "numpy"


@pytest.mark.slow
def test_the_course_is_proved(tmp_path: Path) -> None:
    """Solutions, stubs, known mistakes and right answers of all exercises get the points that they should."""
    done = foundations("prove", cwd=shutil.copytree(COURSE, tmp_path / "course"))
    assert done.returncode == 0, done.stdout
    lines = [line for line in done.stdout.splitlines() if "✓" in line]
    assert len(lines) == 3
    assert all("3 of 3 mistakes caught · 3 of 3 right answers accepted" in line for line in lines)
