"""The pytest run over the hidden tests of one assignment, inside the judge's process."""

from __future__ import annotations

import contextlib
import linecache
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from foundations.config import RIGHT
from foundations.errors import CourseError, InternalError
from foundations.grading.faults import Fault, fault_of
from foundations.grading.pytest_plugin import GradingPlugin

#: Plugins of pytest that are not needed. The first two collect garbage twice a run, a quarter of a second each.
_UNWANTED = (
    *("unraisableexception", "threadexception", "cacheprovider", "terminal", "logging", "warnings", "junitxml"),
    *("debugging", "doctest", "faulthandler", "pastebin", "setuponly", "setupplan", "stepwise", "legacypath"),
    *("subtests", "unittest"),
)


@dataclass(frozen=True)
class HiddenTests:
    """The hidden tests of one assignment.

    Attributes:
        root: the folder of the course's graders.
        assignment: the name of its folder in ``root``.
    """

    root: Path
    assignment: str

    @property
    def folder(self) -> Path:
        """The folder of the assignment's hidden tests."""
        return self.root / self.assignment

    def run(self, plugin: GradingPlugin) -> None:
        """Run the hidden tests once; ``plugin`` collects their outcomes.

        Raises:
            CourseError: the hidden tests cannot be collected.
            InternalError: pytest failed, or a hidden test left no check behind.
        """
        code = self._pytest(plugin)
        if plugin.collection_errors:
            fault = plugin.collection_errors[0]
            text = f"the hidden tests of {self.assignment!r} cannot be used: {fault.sentence(self.root.parent)}"
            raise CourseError(text, slug="graders")
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise InternalError(f"pytest ended with {code!r} on {self.folder}", slug="pytest")
        if silent := [name for name, run in plugin.exercises.items() if not run.result.checks]:
            raise InternalError(f"the hidden tests of {silent[0]!r} ran and left no check behind", slug="pytest")

    def collect(self, plugin: GradingPlugin) -> None:
        """Import the hidden tests and run none; ``plugin`` collects the faults of their author."""
        self._pytest(plugin, "--collect-only")

    def _pytest(self, plugin: GradingPlugin, *options: str) -> int:
        arguments = ["-s", "--import-mode=importlib", "-c", os.devnull, *options]
        arguments += [f"-pno:{name}" for name in _UNWANTED]
        # A right answer to an exercise called "test" has the name of a test.
        arguments += [f"--rootdir={self.root}", f"--confcutdir={self.root}", f"--ignore={self.folder / RIGHT}"]
        _forget_other_graders(self.root)
        stop = _Stop()
        with _no_foreign_plugins(), importable(self.folder):
            code = pytest.main([*arguments, str(self.folder)], plugins=[plugin, stop])
        if stop.by is not None:
            raise stop.by
        if code == pytest.ExitCode.USAGE_ERROR:  # pytest prints the error of a conftest, and calls no hook
            plugin.collection_errors.extend(self._faults_of_conftests())
        return code

    def _faults_of_conftests(self) -> Iterator[Fault]:
        for path in (self.root / "conftest.py", self.folder / "conftest.py"):
            try:
                exec(compile(path.read_bytes(), str(path), "exec"), {"__name__": "conftest", "__file__": str(path)})
            except FileNotFoundError:
                continue
            except Exception as error:
                yield fault_of(error, self.root, path)


class _Stop:
    """Remembers Ctrl-C, because pytest only ends its own run and does not pass the exception on."""

    by: KeyboardInterrupt | None = None

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if type(excinfo.value) is KeyboardInterrupt:  # pytest derives the exception that ends a collection from it
            self.by = excinfo.value


@contextlib.contextmanager
def _no_foreign_plugins() -> Iterator[None]:
    """Keep plugins that happen to be installed out of the run."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    kept = {key: os.environ.pop(key) for key in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if key in os.environ}
    os.environ[name] = "1"
    try:
        yield
    finally:
        os.environ.update(kept)
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextlib.contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Let hidden tests import modules of their folder, e.g. ``helpers``, and of the folder of all graders.

    A module of the same name in another folder is not taken for one of these.
    """
    for path in (*folder.parent.glob("*.py"), *folder.glob("*.py")):
        module = sys.modules.get(path.stem)
        if module is not None and getattr(module, "__file__", None) != str(path):
            del sys.modules[path.stem]
    added = [str(folder), str(folder.parent)]
    sys.path[:0] = added
    try:
        yield
    finally:
        for name in added:
            sys.path.remove(name)


#: The graders that Python has imported: their folder, and its files with the time of their last change.
_imported: tuple[Path, frozenset[tuple[str, int]]] | None = None


def _forget_other_graders(folder: Path) -> None:
    """Remove graders of another course, or older versions, from ``sys.modules``.

    Python keeps modules by name, and two courses may both have a ``test_double``.
    """
    global _imported  # noqa: PLW0603 - it mirrors sys.modules, which is global
    now = folder, frozenset((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*.py"))
    if _imported not in (None, now):
        before = f"{_imported[0]}{os.sep}" if _imported else ""
        for name, module in sys.modules.copy().items():  # another thread may import meanwhile
            if str(getattr(module, "__file__", None) or "").startswith(before):
                del sys.modules[name]
        linecache.checkcache()
    _imported = now
