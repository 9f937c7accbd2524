"""Wrong texts and lists of texts are diagnosed by their difference from the expected ones."""

from __future__ import annotations

from typing import Any

import pytest

from foundations.diagnosis.texts import compare_texts

ITEMS = ["def f(x):\n    return x\n\nf(1)", "word = 'größer'", "y = 2"]


@pytest.mark.parametrize(
    ("got", "name"),
    [
        (ITEMS, None),
        (tuple(ITEMS), None),
        ("\n\n".join(ITEMS), "items_joined"),
        (ITEMS[:2], "items_missing"),
        ([], "items_missing"),
        ([*ITEMS, "z = 3"], "items_added"),
        (ITEMS[::-1], "items_in_another_order"),
        ([ITEMS[0], "word = 'grÃ¶Ã\u009fer'", ITEMS[2]], "letters_changed"),
        (["def f(x):\nreturn x\n\nf(1)", *ITEMS[1:]], "indentation_changed"),
        (["def f(x):\n    return x\nf(1)", *ITEMS[1:]], "blank_lines_changed"),
        (["def f(x):\n\nf(1)", *ITEMS[1:]], "lines_missing"),
        ([ITEMS[0], "%time\n" + ITEMS[1], ITEMS[2]], "lines_added"),
        (["a", "b", "c"], None),
        ([1, 2, 3], None),
        (None, None),
        (["def f(x):\nreturn x\n\nf(1)", ITEMS[1], "y = 2\nz"], None),
    ],
)
def test_lists_of_texts(got: Any, name: str | None) -> None:
    """One difference explains all items that are wrong, or none is named."""
    found = compare_texts(got, ITEMS)
    assert (found.id if found else None) == name


@pytest.mark.parametrize(
    ("got", "name"),
    [
        ("a\nb", "lines_missing"),
        ("a\nb\n\nc", "blank_lines_changed"),
        ("a\nb\nc\nd", "lines_added"),
        ("b", "lines_missing"),
    ],
)
def test_one_text(got: str, name: str) -> None:
    """It is compared line by line."""
    found = compare_texts(got, "a\nb\nc")
    assert found is not None
    assert found.id == name
