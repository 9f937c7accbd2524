"""Which names a cell's statements bind, read from any text that a student may write."""

from __future__ import annotations

import ast

import pytest

from foundations.notebooks.statements import bound_names, definitions, parse


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(x):\n    y = 1", {"f"}),
        ("class F:\n    a = 1", {"F"}),
        ("f = lambda x: (y := x)", {"f"}),
        ("if True:\n    def f(): ...\nelse:\n    g = 1", {"f", "g"}),
        ("try:\n    import a.b\nexcept E:\n    from c import d as e", {"a", "e"}),
        ("with open(p) as f:\n    for i in f:\n        g = i", {"f", "i", "g"}),
        ("match x:\n    case [a, *b]: pass\n    case {**c}: pass", {"a", "b", "c"}),
        ("a[0] = b.c = 1", set()),
        ("f(x)", set()),
    ],
)
def test_bound_names(text: str, names: set[str]) -> None:
    """Every way to bind a name counts, but not within functions and classes."""
    assert bound_names(ast.parse(text).body[0]) == names


def test_magics_are_read_over() -> None:
    """Lines keep their numbers, so that the text of a statement can be found."""
    tree = parse("%matplotlib inline\nx = !ls\nif x:\n    !pip install torch\ndef f(): ...")
    assert tree is not None
    assert tree.body[-1].lineno == 5


@pytest.mark.parametrize("text", ["def f(:", "\x00", "(" * 5000, "x = " + "-" * 100_000 + "1"])
def test_text_that_is_not_python(text: str) -> None:
    """Is no reason to fail."""
    assert parse(text) is None or isinstance(parse(text), ast.Module)
    assert len(definitions(f"{text}\ndef double(x): ...", ["double"]).get("double", [])) <= 1


def test_a_definition_with_other_comments_is_the_same() -> None:
    """Layout, comments and docstrings decide nothing; one operator does."""
    stub = 'def f(x):\n    """Say it."""\n    raise NotImplementedError()\n'
    same = "def f(x):\n    # not yet\n    raise   NotImplementedError()"
    assert definitions(stub, ["f"]) == definitions(f"x = 1\n{same}", ["f", "x y"])
    assert definitions(stub, ["f"]) != definitions("def f(x):\n    return +x", ["f"])


@pytest.mark.parametrize("text", ["def f(x)\n    return x", "```\nclass f:\n    pass\n```", "So: f = lambda\nf = 2 x"])
def test_definition_in_text_that_is_not_python(text: str) -> None:
    """A syntax error hides no definition; ``f == 1`` is not one."""
    assert definitions(text, ["f"])
    assert definitions(text.replace("f", "g"), ["f"]) == {}
    assert definitions("if f == 1 (", ["f"]) == {}
