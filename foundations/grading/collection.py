"""The hidden tests of one assignment as pytest collects them: once, and run again for each notebook.

To start pytest and to collect takes longer than most hidden tests. :class:`Stage` is the plugin that pytest keeps. It
passes each test on to the :class:`GradingPlugin` of the notebook that is being graded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from foundations.grading.faults import Fault, fault_of
from foundations.grading.pytest_plugin import MARK, GradingPlugin
from foundations.grading.student import Student


class Stage:
    """A plugin that keeps the collected tests, and runs them for one notebook after the other.

    Attributes:
        items: all tests, in the order in which pytest collected them.
        faults: of files that cannot be imported.
        interrupted: Ctrl-C during the collection.
    """

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []
        self.faults: list[Fault] = []
        self.interrupted: KeyboardInterrupt | None = None
        self._plugin: GradingPlugin | None = None

    def run(self, plugin: GradingPlugin, items: list[pytest.Item]) -> None:
        """Run ``items`` for the notebook of ``plugin``, each with new fixtures and a new instance of its class."""
        self._plugin = plugin
        try:
            for item, after in zip(items, [*items[1:], None], strict=True):
                _renew(item)
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        finally:
            self._plugin = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{MARK}(name, points, gate, tiebreaker): one graded behaviour")

    def pytest_exception_interact(
        self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[Any], report: Any
    ) -> None:
        """Record a file of hidden tests that cannot be imported."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            self.faults.append(fault_of(call.excinfo.value, node.config.rootpath, node.path))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember Ctrl-C, because pytest only ends its own run and does not pass the exception on."""
        if type(excinfo.value) is KeyboardInterrupt:  # pytest derives the exception that ends a collection from it
            self.interrupted = excinfo.value

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.items = list(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        """Run no test: :meth:`run` does."""
        return True

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """Provide the student of the test's exercise, with the notebook run up to the graded cell."""
        yield from self._running().provide_student(request.node)

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        self._running().pytest_runtest_makereport(item, call)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        return self._running().pytest_pyfunc_call(pyfuncitem)

    def _running(self) -> GradingPlugin:
        assert self._plugin is not None
        return self._plugin


def _renew(item: pytest.Item) -> None:
    """Give a test that has run before a new instance of its class.

    Raises:
        AssertionError: pytest keeps the instance in another place than this function knows.
    """
    if getattr(item, "instance", None) is None:
        return
    before = item.instance  # type: ignore[attr-defined]
    for name in ("_instance", "_obj"):
        vars(item).pop(name, None)
    assert item.instance is not before, "pytest kept an instance"  # type: ignore[attr-defined]
