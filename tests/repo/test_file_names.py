"""The repository can be cloned where file systems ignore upper and lower case, as on macOS and Windows."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_two_paths_differ_by_case_alone() -> None:
    """Folders and files, those that are not committed yet included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    files = [Path(name) for name in listed if (ROOT / name).exists()]
    paths = {path for file in files for path in (file, *file.parents)}
    folded = Counter(str(path).casefold() for path in paths)
    assert [path for path in map(str, sorted(paths)) if folded[path.casefold()] > 1] == []
