"""Reading finds names that are bound in odd ways, and stays within the code that the exercise reaches."""

from __future__ import annotations

import pytest

from foundations.analysis.uses import find_uses, parse_notebook, read_exercise

#: Cells that bind ``f`` to the product ``g``, which an earlier cell defines.
BOUND = [
    "time f = g",
    "locals()['f'] = g",
    "globals()['f'] = g",
    "%time f = g",
    "%%capture out\ndef f(a, b): return g(a, b)",
    "exec('f = g')",
    "if True:\n    f = g",
    "for f in [g]: pass",
    "f = (lambda: 0) if False else g",
    "def set_up():\n    global f\n    f = g\nset_up()",
]


@pytest.mark.parametrize("cell", BOUND)
def test_name_that_is_bound_in_an_odd_way_is_read(cell: str) -> None:
    """Reading follows a name bound by a loop, a magic, a namespace, or a function that declares it global."""
    uses = find_uses(["def g(a, b):\n    return a @ b", "def f(a, b):\n    return a * b", cell], "f")
    assert "@" in [use.operator for use in uses]


def test_spans_are_the_definitions_that_are_reached() -> None:
    """Spans have the cell and lines of each definition that the exercise uses, and of no other."""
    cells = [
        "def helper(x):\n    return x\n\ndef unused(x):\n    return x",
        "# answer\ndef f(a):\n    return helper(a)",
    ]
    reading = read_exercise(parse_notebook(cells), "f")
    assert reading.spans == {(0, 1, 2), (1, 2, 3)}
    assert (reading.home, reading.complete) == ({1}, True)


def test_an_exercise_that_no_statement_defines_has_no_uses() -> None:
    """An exercise that is bound through the shell cannot be read; its operations show when it runs."""
    assert find_uses(["get_ipython().push({'f': max})"], "f") == []


def test_code_that_is_nested_too_deeply_is_not_complete() -> None:
    """The reading is marked as incomplete, and keeps the uses that were found before."""
    deep = "def f(a, b):\n    c = a @ b\n    return " + "+".join(["a"] * 900)
    reading = read_exercise(parse_notebook([deep]), "f")
    assert not reading.complete
    assert [use.operator for use in reading.uses if use.operator] == ["@"]
