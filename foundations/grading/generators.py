"""Generators of random numbers that authors' functions ask for by the name of their first parameter."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch


def rng_from(generator: torch.Generator) -> np.random.Generator:
    """Return a generator of NumPy whose numbers follow from those of ``generator``."""
    words = torch.randint(1 << 32, (4,), generator=generator, dtype=torch.int64)
    return np.random.default_rng(words.tolist())


def made_by(function: Callable[..., Any], generator: torch.Generator) -> Any:
    """Call an author's ``function(generator)``; if its parameter is called ``rng``, with a generator of NumPy."""
    first = next(iter(inspect.signature(function).parameters), "")
    return function(rng_from(generator) if first == "rng" else generator)
