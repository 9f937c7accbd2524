"""A class that is killed twice and stopped once ends with the results of a run without stops."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RESUMED = Path(__file__).parent / "resumed.py"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_stopped_class_of_300_is_resumed() -> None:
    """Results that were computed before a stop are not computed again, and none is lost or counted twice."""
    done = subprocess.run([sys.executable, RESUMED, "--students", "300"], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["differences"] == ""
    assert figures["kept"] >= figures["results at each stop"][-1]
