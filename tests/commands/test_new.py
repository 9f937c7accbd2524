"""The commands ``foundations new``: a new course and exercise are proved once their blanks are filled."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from command import foundations

from foundations.config import find_course
from foundations.gradebook.store import SETTINGS, settings

BLANKS = ("return 2 * x", "return x + x", "return x + x")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    assert foundations("new", "course", "made", cwd=tmp_path).returncode == 0
    return tmp_path / "made"


def begin(root: Path, name: str = "twice", assignment: str = "01_first") -> None:
    done = foundations("new", "exercise", name, "--assignment", assignment, cwd=root)
    assert done.returncode == 0, done.stderr


def fill(root: Path, name: str) -> None:
    """Replace each blank, and the line that raises below it."""
    path = root / "source" / "01_first" / "01_first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = _filled(cell.source)
    nbformat.write(notebook, path)
    folder = root / "graders" / "01_first"
    for file in (folder / f"test_{name}.py", folder / "right" / f"right_{name}.py"):
        file.write_text(_filled(file.read_text()))


def _filled(text: str) -> str:
    return re.sub(r"### BLANK (\d).*\n.*raise .*", lambda match: BLANKS[int(match[1]) - 1], text)


def test_a_new_exercise_is_proved_after_its_blanks_are_filled(root: Path) -> None:
    """Before, each blank is a fault with file and line; a second exercise does not disturb the first."""
    begin(root)
    before = foundations("prove", cwd=root)
    assert before.returncode == 2
    places = re.findall(r"✗ (\S+), (.*line \d+): BLANK (\d)", before.stdout)
    assert sorted(places, key=lambda place: place[2]) == [
        ("source/01_first/01_first.ipynb", "cell 4, line 8", "1"),
        ("graders/01_first/test_twice.py", "line 17", "2"),
        ("graders/01_first/right/right_twice.py", "line 7", "3"),
    ]
    fill(root, "twice")
    after = foundations("prove", cwd=root)
    assert after.returncode == 0, after.stdout
    assert "✓ twice: solution 1 of 1 · 2 of 2 mistakes caught · 1 of 1 right answers accepted" in after.stdout
    begin(root, "thrice")
    assert foundations("prove", "01_first", "--exercise", "twice", cwd=root).returncode == 0
    assert foundations("prove", "01_first", "--exercise", "thrice", cwd=root).returncode == 2


def test_a_new_course_has_the_settings_of_nbgrader(root: Path) -> None:
    """They are those that this package needs, as nbgrader reads them."""
    course = find_course(root)
    assert course.assignments == []
    config = settings(course)
    assert {kind: {name: config[kind][name] for name in own} for kind, own in SETTINGS.items()} == SETTINGS


def test_no_file_is_overwritten(root: Path) -> None:
    """The message names the file."""
    again = foundations("new", "course", root, cwd=root)
    assert (again.returncode, "exists already, and is not overwritten" in again.stderr) == (2, True)
    begin(root)
    grader = root / "graders" / "01_first" / "test_twice.py"
    before = grader.read_text()
    again = foundations("new", "exercise", "twice", "-a", "01_first", cwd=root)
    assert (again.returncode, str(grader) in again.stderr, grader.read_text()) == (2, True, before)


@pytest.mark.parametrize(
    ("name", "assignment", "words"),
    [
        ("two words", "01_first", "'two words' cannot be the name of an exercise"),
        ("class", "01_first", "'class' cannot be the name of an exercise"),
        ("other", "../away", "'../away' cannot be the name of an assignment"),
        ("Twice", "01_first", "has a cell 'twice-solution' already"),
    ],
)
def test_names_that_cannot_be_used_are_refused(root: Path, name: str, assignment: str, words: str) -> None:
    """The command writes no file then."""
    begin(root)
    done = foundations("new", "exercise", name, "--assignment", assignment, cwd=root)
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr


def test_a_second_exercise_keeps_the_first(root: Path) -> None:
    """The mistakes of both are in one bank, whose imports come once."""
    begin(root)
    begin(root, "thrice")
    bank = (root / "graders" / "01_first" / "misconceptions.py").read_text()
    assert (bank.count("import torch"), bank.count('@battery("')) == (1, 2)
    notebook = nbformat.read(root / "source" / "01_first" / "01_first.ipynb", as_version=4)
    nbformat.validate(notebook)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    assert list(filter(None, ids)) == ["setup", "twice-solution", "twice", "thrice-solution", "thrice"]
