"""The selection of tests, and fixtures that several test files share."""

from collections.abc import Iterator

import hypothesis
import pytest
from command import shared_forkserver

from foundations.config import Limits
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the slow tests too, and draw new random inputs")


def pytest_configure(config: pytest.Config) -> None:
    """Make hypothesis draw the same examples in every run, except with ``--all``; no example has a deadline."""
    hypothesis.settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
    hypothesis.settings.register_profile("drawn", deadline=None)
    hypothesis.settings.load_profile("drawn" if config.getoption("all") else "fixed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the slow tests, unless the command asks for all, has its own ``-m``, or names a single test."""
    if config.getoption("all") or config.getoption("markexpr") or any("::" in name for name in config.args):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


@pytest.fixture(scope="session")
def forkserver() -> Iterator[ForkServer]:
    """Start one fork server for all tests that run student code."""
    shared_forkserver().start()
    yield shared_forkserver()
    shared_forkserver().close()


@pytest.fixture
def session(forkserver):
    """Make sessions over cells of source; each is closed at the end of its test."""
    made = []

    def make(*cells: str, **limits) -> Session:
        opened = Session(forkserver, list(enumerate(cells)), Limits(**limits))
        made.append(opened)
        return opened

    yield make
    for opened in made:
        opened.close()
