"""Tests of finding the student's part of an edited read-only cell."""

from __future__ import annotations

import pytest

from foundations.notebooks.pairing import Cell
from foundations.notebooks.remnants import Added, added

CHECK = Cell("code", 'left = 2\nassert double(left) == 4\nprint("fine")')


@pytest.mark.parametrize(
    ("text", "above", "below"),
    [
        ("def double(x):\n    return 2 * x\n\n" + CHECK.text, "def double(x):\n    return 2 * x", ""),
        (CHECK.text + "\n\n@cached\ndef double(x):\n    return 2 * x", "", "@cached\ndef double(x):\n    return 2 * x"),
        ("left = 2\ndef double(x): ...\nassert double(left) == 4", "def double(x): ...", ""),
        ("double = lambda x: 2 * x", "double = lambda x: 2 * x", ""),
        ("%%time\nimport math\n" + CHECK.text, "import math", ""),
        ("if True:\n    def double(x): ...\n" + CHECK.text, "if True:\n    def double(x): ...", ""),
        ("exec('def double(x): ...')\n" + CHECK.text, "exec('def double(x): ...')", ""),
        ("def double(x)\n    ...\n" + CHECK.text, "def double(x)\n    ...", ""),
    ],
)
def test_definitions_are_kept(text: str, above: str, below: str) -> None:
    """Definitions above and below the released code are kept, also in a cell that is not valid Python."""
    assert added(text, CHECK) == Added(above, below)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pass",
        CHECK.text.replace("== 4", "== 5"),
        CHECK.text.replace("left = 2", "left = 3"),
        CHECK.text + "\nprint(double(7))\nassert double(1) == 2",
        "%%time\n" + CHECK.text,
        CHECK.text.replace("(left)", "(left"),
    ],
)
def test_edits_without_a_definition_are_left_out(text: str) -> None:
    """A changed check may fail, and no answer needs it."""
    assert added(text, CHECK) == Added()


def test_a_trial_above_the_definition_is_left_out() -> None:
    """In the student's own kernel the trial ran when the function was defined already."""
    text = CHECK.text + "\nresult = double(3)\ndef helper(x): return x\ndef double(x):\n    return helper(2 * x)"
    assert added(text, CHECK).below == "def helper(x): return x\ndef double(x):\n    return helper(2 * x)"


def test_names_of_the_released_code_are_not_redefined() -> None:
    """A given function that the student changed stays as it was released."""
    given = Cell("code", "def lin(x): return x\nsize = 3")
    assert added("def lin(x): return 0\nsize, mine = 4, 5\nother = 6", given) == Added(below="", above="other = 6")


def test_prose_keeps_the_lines_that_are_new() -> None:
    question = Cell("markdown", "## Why?\nIn one sentence.")
    assert added("## Why?\n\nBecause it adds up.\n  In one sentence.", question).above == "Because it adds up."


def test_deeply_nested_code_raises_no_error() -> None:
    """Students may edit a cell into anything."""
    text = "def double(x):\n    return " + "+".join(["x"] * 5000)
    assert added(text, CHECK) in (Added(), Added(above=text))
