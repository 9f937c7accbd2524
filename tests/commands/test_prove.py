"""The command ``foundations prove``: its lines, JSON, page and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import foundations
from proved_course import make_course


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_course(tmp_path / "root")
    return tmp_path / "root"


def test_a_proved_course_is_exit_code_0(root: Path) -> None:
    """Each exercise has a line, each activity a line for a log, and the page is written."""
    done = foundations("prove", "--page", "pages/proof.html", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    first, *_, written = done.stdout.splitlines()
    double, triple = (line for line in done.stdout.splitlines() if line.startswith("  ✓"))
    assert first.startswith("course: proved in ")
    assert double.startswith("  ✓ double: solution 5 of 5 · 2 of 2 mistakes caught · 2 of 2 right answers accepted · ")
    assert triple.startswith("  ✓ triple: solution 4 of 4 · 1 of 1 mistakes caught")
    assert written == "  written: pages/proof.html"
    assert "  course: mistakes (2 notebooks)" in done.stderr.splitlines()
    assert "<!doctype html>" in (root / "pages" / "proof.html").read_text()


def test_a_fault_is_exit_code_2(root: Path) -> None:
    """The line has file and line of the fault."""
    grader = root / "graders" / "course" / "test_double.py"
    grader.write_text(grader.read_text().replace("2 * x", "3 * x"))
    done = foundations("prove", "course", "--exercise", "double", cwd=root)
    assert done.returncode == 2
    assert done.stdout.startswith("course: NOT PROVED: 1 fault to correct")
    assert "  ✗ double: solution 0 of 5" in done.stdout
    assert "  ✗ source/course/course.ipynb, cell 5, line 1: the SOLUTION of 'double' earns 0 of 5 points" in done.stdout


def test_json_is_for_programs(root: Path) -> None:
    """A fault has its file, cell and line as separate values."""
    (root / "graders" / "course" / "test_double.py").write_text("x = 1\ndef (")
    done = foundations("prove", "course", "--json", cwd=root)
    document = json.loads(done.stdout)
    assert (done.returncode, document["proved"], document["schema"]) == (2, False, "foundations/proof/1")
    [fault] = document["faults"]
    assert (fault["file"], fault["line"]) == ("graders/course/test_double.py", 2)
    assert [exercise["name"] for exercise in document["exercises"]] == ["double", "triple"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("prove", "cuorse"), "did you mean 'course'?"),
        (("prove", "--exercise", "double"), "name the assignment, too"),
    ],
)
def test_wrong_usage_is_exit_code_2(root: Path, arguments: tuple[str, ...], words: str) -> None:
    """No process is started before."""
    done = foundations(*arguments, cwd=root)
    assert (done.returncode, words in done.stderr) == (2, True)


def test_release_refuses_the_same_faults(root: Path) -> None:
    """The release is not written."""
    (root / "graders" / "course" / "test_doubel.py").write_text("x = 1")
    done = foundations("release", "course", cwd=root)
    assert done.returncode == 2
    assert "graders/course/test_doubel.py, line 1: the grader is about 'doubel'" in done.stderr
    assert "docs/errors.md#proving" in done.stderr
    assert not (root / "release").exists()
