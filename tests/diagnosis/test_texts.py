"""Wrong texts and lists of texts are diagnosed by their difference from the expected ones."""

from __future__ import annotations

from typing import Any

import pytest

from foundations.diagnosis.texts import compare_names, compare_printed, compare_texts

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
        (["def f(x):  \n    return x\n\nf(1)", *ITEMS[1:]], "line_ends_changed"),
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


@pytest.mark.parametrize(
    ("got", "name"),
    [
        (["a", "b", "c"], None),
        ([], "prints_nothing"),
        (["a", "c"], "items_missing"),
        (["a", "b", "b", "c"], "items_added"),
        (["c", "b", "a"], "items_in_another_order"),
        (["a", "x", "c"], None),
    ],
)
def test_printed_lines(got: list[str], name: str | None) -> None:
    """Printed lines that are missing, added or moved; another line is not explained."""
    found = compare_printed(got, ["a", "b", "c"])
    assert (found.id if found else None) == name


@pytest.mark.parametrize(
    ("got", "expected", "name"),
    [
        ("nb_01", "nb_01", None),
        ("nb_1", "nb_01", "zeros_missing"),
        ("7", "007", "zeros_missing"),
        ("nb_01_matmul", "nb_01", "text_too_long"),
        ("nb_", "nb_plain", "text_too_short"),
        ("nb_02", "nb_01", None),
        ("nb_10", "nb_1", "text_too_long"),
    ],
)
def test_names(got: str, expected: str, name: str | None) -> None:
    """A name that is cut too late or too early, or that was a number on the way."""
    found = compare_names(got, expected)
    assert (found.id if found else None) == name
