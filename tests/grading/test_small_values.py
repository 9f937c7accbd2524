"""Small values in words: short, readable, bounded, and distinct if the values differ."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from foundations.grading.small_values import MORE_DIGITS, assignments, in_words, shown, shown_or_described
from foundations.worker.protocol import Opaque


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.tensor([[1.0, 0.5], [0.0, -2.0]]), "[[1., 0.5], [0., -2.]]"),
        (torch.tensor(3.0), "3."),
        (torch.tensor([-0.0, 1e-7, 1e9]), "[0., 1e-07, 1e+09]"),
        (torch.tensor([math.nan, math.inf]), "[nan, inf]"),
        (torch.tensor([1, 2]), "[1, 2]"),
        (torch.tensor([True, False]), "[True, False]"),
        (torch.zeros(0), "[]"),
        (torch.tensor(1 / 3), "0.3333"),
        (2.0, "2."),
        ([1, (2.5,)], "[1, (2.5,)]"),
        (None, "None"),
        ("a'b\n", '"a\'b\\n"'),
    ],
)
def test_values_are_short(value: Any, text: str) -> None:
    """Whole floats end with a point as in PyTorch, and a negative zero is a zero."""
    assert shown(value) == text


@pytest.mark.parametrize(
    "value",
    [
        torch.zeros(13),
        torch.zeros(2, dtype=torch.complex64),
        "x" * 1000,
        10**200,
        [0] * 13,
        [torch.zeros(13)],
        {"a": 1},
        Opaque("Lazy", ""),
    ],
)
def test_others_are_not_shown(value: Any) -> None:
    """Large values and other types are described by their kind."""
    assert shown(value) is None
    assert len(shown_or_described(value)) < 60


def test_more_digits_show_a_small_difference() -> None:
    """Two values that look alike with four digits differ with eight."""
    one, other = torch.tensor(0.33333), torch.tensor(0.33334)
    assert shown(one) == shown(other)
    assert shown(one, MORE_DIGITS) != shown(other, MORE_DIGITS)


def test_arguments_have_a_line_each() -> None:
    """Attributes follow their tensor, and an unusual dtype is named."""
    out = torch.tensor([1.0])
    out.g = torch.tensor([2.0])  # type: ignore[attr-defined]
    names, args = ["out", "n", "x"], [out, 3, torch.ones(1, dtype=torch.float64)]
    assert assignments(names, args) == ["out = [1.]", "out.g = [2.]", "n = 3", "x = [1.]  (float64)"]
    assert in_words(args) == "[1.]\n[2.]\n3\n[1.]"


def test_one_large_argument_is_enough() -> None:
    """A call with a large argument is not shown at all."""
    out = torch.tensor([1.0])
    out.g = torch.zeros(13)  # type: ignore[attr-defined]
    assert assignments(["out"], [out]) is None
    assert in_words([out]) is None
