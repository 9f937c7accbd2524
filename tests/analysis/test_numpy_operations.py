"""NumPy's operations are sorted into families."""

from __future__ import annotations

import numpy as np
import pytest

from foundations.analysis.numpy_operations import families_of_numpy, is_method_of_arrays
from foundations.analysis.torch_operations import ALL

PLACES = {"numpy": np, "numpy.linalg": np.linalg, "numpy.fft": np.fft, "numpy.ndarray": np.ndarray}


@pytest.mark.parametrize("place", PLACES)
def test_every_operation_is_in_a_family(place: str) -> None:
    """A rule that excludes a family finds all of its operations."""
    owner = PLACES[place]
    public = [name for name in dir(owner) if not name.startswith("_") and callable(getattr(owner, name))]
    operations = [name for name in public if not isinstance(getattr(owner, name), type)]
    families = {name: families_of_numpy(f"{place}.{name}") for name in operations}
    assert [name for name, found in families.items() if not found or not found <= ALL] == []


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("numpy.mean", "reductions"),
        ("numpy.add.reduce", "reductions"),
        ("numpy.add.outer", "structure"),
        ("numpy.multiply.outer", "matrix product"),
        ("numpy.outer", "matrix product"),
        ("numpy.polymul", "matrix product"),
        ("numpy.ndarray.sort", "sorting"),
        ("numpy.random.default_rng", "random numbers"),
        ("numpy.linalg.norm", "norm"),
    ],
)
def test_families_of_some(path: str, family: str) -> None:
    """The last name decides; a method of a ufunc is another operation than the function of its name."""
    assert family in families_of_numpy(path)


def test_methods_of_arrays() -> None:
    """Attributes that are not called are not operations."""
    assert [name for name in ("mean", "shape", "__add__", "wrong") if is_method_of_arrays(name)] == ["mean"]
