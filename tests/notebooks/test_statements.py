"""Tests of finding the names that a cell's statements bind, in any text that a student may write."""

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
def test_every_way_to_bind_a_name_counts(text: str, names: set[str]) -> None:
    """Names bound within functions and classes do not count."""
    assert bound_names(ast.parse(text).body[0]) == names


def test_magics_count_as_pass() -> None:
    """Lines keep their numbers, so that the text of a statement can be found."""
    tree = parse("%matplotlib inline\nx = !ls\nif x:\n    !pip install torch\ndef f(): ...")
    assert tree is not None
    assert tree.body[-1].lineno == 5


@pytest.mark.parametrize("text", ["def f(:", "\x00", "(" * 5000, "x = " + "-" * 100_000 + "1"])
def test_text_that_is_not_python_raises_no_error(text: str) -> None:
    """``parse`` returns ``None``, or a tree if the text can be parsed after all."""
    assert parse(text) is None or isinstance(parse(text), ast.Module)
    assert len(definitions(f"{text}\ndef double(x): ...", ["double"]).get("double", [])) <= 1


def test_a_definition_with_other_comments_is_the_same() -> None:
    """Layout, comments and docstrings make no difference; one operator does."""
    stub = 'def f(x):\n    """Do it."""\n    raise NotImplementedError()\n'
    same = "def f(x):\n    # not yet\n    raise   NotImplementedError()"
    assert definitions(stub, ["f"]) == definitions(f"x = 1\n{same}", ["f", "x y"])
    assert definitions(stub, ["f"]) != definitions("def f(x):\n    return +x", ["f"])


@pytest.mark.parametrize("text", ["def f(x)\n    return x", "```\nclass f:\n    pass\n```", "So: f = lambda\nf = 2 x"])
def test_definition_in_text_that_is_not_python(text: str) -> None:
    """A syntax error does not hide a definition; ``f == 1`` is not a definition."""
    assert definitions(text, ["f"])
    assert definitions(text.replace("f", "g"), ["f"]) == {}
    assert definitions("if f == 1 (", ["f"]) == {}
