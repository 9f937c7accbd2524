"""Known mistakes become answers of students: another name, no docstring, and the helpers that they use."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundations.grading.misconceptions import Misconception, load_bank
from foundations.proving.mistakes import as_answer, line_of

BANK = '''
import torch
from foundations.grading.misconceptions import misconception

STEP: float = 0.1

def lowest(x):
    return x - STEP

def _lower(x):
    return lowest(x)

class Base:
    pass

@misconception("f")
def lowers(x):
    """A hint."""
    return _lower(x) + _lower(x)

@misconception("f")
def forgets(x):
    """Another hint."""

@misconception("F")
class Derived(Base):
    """A third hint."""

    size = 3
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "misconceptions.py").write_text(BANK)
    return tmp_path / "misconceptions.py"


def answer(path: Path, name: str, *given: str) -> str:
    [mistake] = [mistake for mistake in load_bank(path.parent).misconceptions if mistake.id == name]
    [cell] = as_answer(mistake, path, given).cells
    return cell


def test_helpers_come_first_and_once(path: Path) -> None:
    """Constants and helpers of helpers are among them; imports are the notebook's."""
    text = answer(path, "lowers")
    order = ["STEP: float = 0.1", "def lowest", "def _lower", "def f(x):\n    return _lower(x) + _lower(x)"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert [text.count(part) for part in order] == [1, 1, 1, 1]
    assert "import" not in text


def test_names_of_the_notebook_are_not_bound_again(path: Path) -> None:
    """The notebook's own function of that name is meant."""
    assert "def lowest" not in answer(path, "lowers", "lowest")


def test_an_empty_body_and_a_class(path: Path) -> None:
    """A mistake may be its docstring alone; a class keeps its bases."""
    assert answer(path, "forgets") == "def f(x):\n    pass"
    assert answer(path, "Derived") == "class Base:\n    pass\n\n\n\nclass F(Base):\n    size = 3"


def test_the_line_is_that_of_the_definition(path: Path) -> None:
    """A fault names this line."""
    [lowers, *_] = load_bank(path.parent).misconceptions
    line = line_of(lowers, path)
    assert line is not None
    assert BANK.splitlines()[line - 1] == "def lowers(x):"


def test_the_line_of_mistakes_that_are_made_together(path: Path) -> None:
    """A mistake of two exercises may be made by one function; both have the line of its call."""
    path.write_text(f"{BANK}\nfirst, second = made_for('f', 'g')\n")
    mistakes = [Misconception(name, "f", "A hint.", lambda: len) for name in ("first", "second")]
    lines = path.read_text().splitlines()
    assert [line_of(mistake, path) for mistake in mistakes] == [len(lines), len(lines)]
