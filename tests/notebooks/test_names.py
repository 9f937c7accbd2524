"""The cells that exercises need are found by the names that they read and bind."""

from __future__ import annotations

import pytest

from foundations.notebooks.names import Names, names_in, needed_cells


@pytest.mark.parametrize(
    ("text", "read", "bound"),
    [
        ("import torch as t\nx = t.ones(2)", set(), {"t", "x"}),
        ("def f(a):\n    b = a\n    return g(b)", {"g"}, {"f"}),
        ("class A(B):\n    def f(self):\n        return C", {"B", "C"}, {"A"}),
        ("x.g = y", {"x", "y"}, {"x"}),
        ("data['a'][0] = 1", {"data"}, {"data"}),
        ("%matplotlib inline\nz = [i for i in w]", {"w"}, {"z"}),
        ("def (", set(), set()),
        ("g = make()\nw = f(g)\nw = w + g", {"make", "f"}, {"g", "w"}),
        ("x = x + 1", {"x"}, {"x"}),
        ("if a:\n    x = 1\nprint(x)", {"a", "print", "x"}, {"x"}),
        ("x.g = y\nprint(x)", {"x", "y", "print"}, {"x"}),
    ],
)
def test_global_names_of_a_cell(text: str, read: set[str], bound: set[str]) -> None:
    """Local names of functions and loops in comprehensions do not count."""
    names = names_in(text)
    assert names.bound == bound
    assert names.read - {"i"} == read


def test_cells_are_kept_with_all_that_they_need() -> None:
    """A name comes from the last cell above that binds it; cells below are never needed."""
    texts = ["import torch", "x = 1", "x = torch.ones(1)", "figure(x)", "def f(): return x", "x = slow()"]
    cells = [names_in(text) for text in texts]
    assert needed_cells(cells, {4}) == {0, 2, 4}
    assert needed_cells([*cells, Names()], set(), [(2, {"x"})]) == {1}
