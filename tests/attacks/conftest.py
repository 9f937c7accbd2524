"""One judge for all attacks, and a second one as another user if this user is root."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from confined import AS_ROOT

from attacks.harness import NOBODY, AttackHarness, open_harness


@pytest.fixture(
    scope="session",
    name="harness",
    params=[
        pytest.param(None, id="this user"),
        pytest.param(NOBODY, id=f"uid {NOBODY}", marks=[pytest.mark.slow, AS_ROOT]),
    ],
)
def _harness(request: pytest.FixtureRequest) -> Iterator[AttackHarness]:
    every = request.config.getoption("all") and request.param is None
    with open_harness(request.param, honest_after=1 if every else 10) as harness:
        yield harness
