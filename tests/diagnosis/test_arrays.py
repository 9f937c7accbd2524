"""Arrays next to tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from foundations.diagnosis.arrays import DTYPES, as_tensor, is_array
from foundations.diagnosis.judgement import Judgement
from foundations.diagnosis.search import diagnose


@pytest.mark.parametrize("name", sorted(DTYPES))
def test_an_array_becomes_a_tensor_of_its_dtype(name: str) -> None:
    """Steps backwards and memory that is only readable do not matter."""
    array = np.broadcast_to(np.array([0, 1, 1]), (2, 3)).astype(name)[:, ::-1]
    made = as_tensor(array)
    assert (str(made.dtype), made.tolist()) == (f"torch.{name}", array.tolist())


def test_other_values_stay() -> None:
    """Arrays of objects, records and texts, masked arrays and derived classes are not arrays of numbers."""
    others = [
        np.array([None]),
        np.zeros(1, "f8,i4"),
        np.array(["a"]),
        np.ma.array([1]),
        np.ones((1, 1)).view(np.matrix),
        1.0,
        [1.0],
    ]
    assert [is_array(value) for value in others] == [False] * len(others)
    assert all(as_tensor(value) is value for value in others)


@pytest.mark.parametrize(
    ("got", "id", "words"),
    [
        ([2.0, 4.0], "not_a_tensor", "a Python list instead of an array"),
        (np.array([2.0, 4.0], np.float32), "wrong_dtype", "makes a new array"),
        (np.array([6.0, 12.0]), "factor", ""),
    ],
)
def test_results_are_diagnosed_in_the_words_of_numpy(got: object, id: str, words: str) -> None:
    """The diagnosers are those of tensors."""
    expected: Any = np.array([2.0, 4.0])
    found = diagnose([Judgement(got, expected, (np.array([1.0, 7.0]),), names=("x",))])
    assert found is not None
    assert (found.id, words in found.hint) == (id, True)


def test_a_judgement_of_tensors_is_about_tensors() -> None:
    """The library is that of the expected result."""
    assert Judgement(None, torch.zeros(2)).noun == "tensor"
    number: Any = np.float64(2)
    assert Judgement(None, number).noun == "array"
