"""Random numbers are diagnosed by their statistics."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from foundations.diagnosis.draws import compare_draws, compare_runs

N, M, DEVIATION = 60, 50, 0.2


def standard(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda w: w * DEVIATION, None),
        (lambda w: (w * DEVIATION).double(), None),
        (lambda w: w, "factor"),
        (lambda w: w * DEVIATION * 2**0.5, "factor"),
        (lambda w: w + DEVIATION, "not_centred"),
        (lambda w: w.abs() * DEVIATION, "not_centred"),
        (lambda w: w * 0, "all_zero"),
        (lambda w: w[:1].expand(N, M) * DEVIATION, "rows_are_one"),
        (lambda w: w[:, :1].expand(N, M) * DEVIATION, "rows_are_one"),
        (lambda w: torch.cat([w[: N // 2], -w[: N // 2]]) * DEVIATION, "not_independent"),
        (lambda w: (w - w.mean()) / w.std() * DEVIATION, "not_independent"),
        (lambda w: (torch.rand(N, M, generator=torch.Generator().manual_seed(1)) - 0.5) * 12**0.5 * 0.2, "not_normal"),
        (lambda w: w.sign() * DEVIATION, "not_normal"),
        (lambda w: w[0, :5] * 7, None),
        (lambda w: "text", None),
        (lambda w: w * torch.nan, None),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_draws(make: Callable[[Tensor], object], name: str | None, seed: int) -> None:
    """Sound numbers have no diagnosis, and too few have none either."""
    found = compare_draws(make(standard(N, M, seed=seed)), DEVIATION)
    assert (found.id if found else None) == name


def test_a_factor_has_a_name() -> None:
    """The root of 2 is the usual one."""
    found = compare_draws(standard(N, M) * DEVIATION * 2**0.5, DEVIATION)
    assert found is not None
    assert "the root of 2 times" in found.hint


def test_sound_numbers_of_many_seeds() -> None:
    """No sound draw is found wrong."""
    assert [seed for seed in range(300) if compare_draws(standard(N, M, seed=seed), 1.0)] == []


def test_runs() -> None:
    """The generator decides the numbers, and its state moves from call to call."""
    one, two = standard(3, 2), standard(3, 2, seed=1)
    cases = [
        (compare_runs(one, one, two), None),
        (compare_runs(one, two, two), "not_from_generator"),
        (compare_runs(one, one, one), "draws_repeat"),
        (compare_runs(one, one, two, seeds_global=True), "seeds_global"),
    ]
    assert [found.id if found else None for found, _ in cases] == [name for _, name in cases]
