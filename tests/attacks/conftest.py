"""One judge for all attacks, and a second one as another user if this user is root."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from attacks.harness import NOBODY, AttackHarness, open_harness

_AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user; this run is unprivileged")


@pytest.fixture(
    scope="session",
    name="harness",
    params=[
        pytest.param(None, id="this user"),
        pytest.param(NOBODY, id=f"uid {NOBODY}", marks=[pytest.mark.slow, _AS_ROOT]),
    ],
)
def _harness(request: pytest.FixtureRequest) -> Iterator[AttackHarness]:
    every = request.config.getoption("all") and request.param is None
    with open_harness(request.param, honest_after=1 if every else 10) as harness:
        yield harness
