"""The selection of tests, a temporary folder for each run, and fixtures that several test files share."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from multiprocessing import util
from pathlib import Path

import hypothesis
import pytest
from command import shared_forkserver
from tiers import TIERS, is_slow, tiers

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
    _use_new_temporary_folder(config)


def _use_new_temporary_folder(config: pytest.Config) -> None:
    """Give this process a temporary folder, which is removed at the end."""
    folder = tempfile.mkdtemp(prefix="foundations-tests-")
    os.chmod(folder, 0o755)  # some student processes are another user's
    # PyTorch makes a folder for its compiler at some imports, unless it exists.
    patch = pytest.MonkeyPatch()
    patch.setenv("TMPDIR", folder)
    patch.setenv("TORCHINDUCTOR_CACHE_DIR", folder)
    patch.setattr(tempfile, "tempdir", None)
    config.add_cleanup(patch.undo)
    # After the folder of multiprocessing in it, whose priority is -100.
    util.Finalize(None, shutil.rmtree, args=(folder, True), exitpriority=-200)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the slow tests, unless the command asks for all, has its own ``-m``, or names a single test."""
    config.stash[TIERS] = tiers(items)
    if config.getoption("all") or config.getoption("markexpr") or any("::" in name for name in config.args):
        return
    if slow := [item for item in items if is_slow(item)]:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not is_slow(item)]


@pytest.fixture(autouse=True)
def nothing_is_kept_for_the_next_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a cache of results that is empty, and is made when it is needed."""
    monkeypatch.setenv("FOUNDATIONS_CACHE", os.path.join(tempfile.gettempdir(), f"kept-{secrets.token_hex(8)}"))


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Find files that the tests of a module leave in the temporary folder."""
    before = _temporary_files()
    yield
    assert _temporary_files() - before == set()


def _temporary_files() -> set[Path]:
    # pytest's own folders, the course of the attacks, and the folder of the processes that pools fork from: all are
    # removed at the end of the run.
    kept = ("pytest-of-", "harness-", "pymp-", "kept-")
    return {path for path in Path(tempfile.gettempdir()).iterdir() if not path.name.startswith(kept)}


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
