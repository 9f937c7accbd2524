"""Fixtures that several test files share."""

from collections.abc import Iterator

import pytest

from foundations.config import Limits
from foundations.session import Session
from foundations.warm import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """One warm process for all tests that run student code."""
    with Warm() as process:
        yield process


@pytest.fixture
def session(warm):
    """Make sessions over cells of source; each is closed at the end of its test."""
    made = []

    def make(*cells: str, **limits) -> Session:
        one = Session(warm, list(enumerate(cells)), Limits(**limits))
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()
