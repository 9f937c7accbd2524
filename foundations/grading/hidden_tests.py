"""The pytest run over the hidden tests of one assignment, inside the judge's process."""

from __future__ import annotations

import contextlib
import linecache
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from foundations.config import RIGHT
from foundations.errors import CourseError, InternalError
from foundations.grading.collection import Stage
from foundations.grading.faults import Fault, fault_of
from foundations.grading.pytest_plugin import GradingPlugin

#: Plugins of pytest that are not needed. The first two collect garbage twice a run, a quarter of a second each. The
#: last one would capture in the first run of the tests only.
_UNWANTED = (
    *("unraisableexception", "threadexception", "cacheprovider", "terminal", "logging", "warnings", "junitxml"),
    *("debugging", "doctest", "faulthandler", "pastebin", "setuponly", "setupplan", "stepwise", "legacypath"),
    *("subtests", "unittest", "capture"),
)


_COLLECTED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


@dataclass
class HiddenTests:
    """The hidden tests of one assignment, collected when they are first needed and whenever their files change.

    Attributes:
        root: the folder of the course's graders.
        assignment: the name of its folder in ``root``.
    """

    root: Path
    assignment: str
    _stage: Stage | None = field(default=None, init=False, repr=False)

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
        stage = self._collected()
        plugin.collection_errors.extend(stage.faults)
        items = plugin.select(stage.items)
        if plugin.collection_errors:
            fault = plugin.collection_errors[0]
            text = f"the hidden tests of {self.assignment!r} cannot be used: {fault.sentence(self.root.parent)}"
            raise CourseError(text, slug="graders")
        try:
            with importable(self.folder):
                stage.run(plugin, items)
        except BaseException as error:  # a fixture of several tests may be left as it is
            self._stage = None
            if isinstance(error, Exception):
                raise InternalError(f"pytest ended with {error!r} on {self.folder}", slug="pytest") from error
            raise
        if silent := [name for name, run in plugin.exercises.items() if not run.result.checks]:
            raise InternalError(f"the hidden tests of {silent[0]!r} ran and left no check behind", slug="pytest")

    def collect(self, plugin: GradingPlugin) -> None:
        """Import the hidden tests and run none; ``plugin`` collects the faults of their author."""
        stage = self._collected()
        plugin.collection_errors.extend(stage.faults)
        plugin.select(stage.items)

    def _collected(self) -> Stage:
        """Return the collected tests.

        Raises:
            InternalError: pytest failed.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        if _forget_other_graders(self.root) or self._stage is None:
            self._stage = self._collect()
        return self._stage

    def _collect(self) -> Stage:
        arguments = ["--import-mode=importlib", "-c", os.devnull]
        arguments += [f"-pno:{name}" for name in _UNWANTED]
        # A right answer to an exercise called "test" has the name of a test.
        arguments += [f"--rootdir={self.root}", f"--confcutdir={self.root}", f"--ignore={self.folder / RIGHT}"]
        stage = Stage()
        with _no_foreign_plugins(), importable(self.folder):
            code = pytest.main([*arguments, str(self.folder)], plugins=[stage])
        if stage.interrupted is not None:
            raise stage.interrupted
        if code == pytest.ExitCode.USAGE_ERROR:  # pytest prints the error of a conftest, and calls no hook
            stage.faults.extend(self._faults_of_conftests())
        if code not in _COLLECTED and not stage.faults:
            raise InternalError(f"pytest ended with {code!r} on {self.folder}", slug="pytest")
        return stage

    def _faults_of_conftests(self) -> Iterator[Fault]:
        for path in (self.root / "conftest.py", self.folder / "conftest.py"):
            try:
                exec(compile(path.read_bytes(), str(path), "exec"), {"__name__": "conftest", "__file__": str(path)})
            except FileNotFoundError:
                continue
            except Exception as error:
                yield fault_of(error, self.root, path)


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


def _forget_other_graders(folder: Path) -> bool:
    """Remove graders of another course, or older versions, from ``sys.modules``; return whether there may be some.

    Python keeps modules by name, and two courses may both have a ``test_double``.
    """
    global _imported
    now = folder, frozenset((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*.py"))
    if _imported not in (None, now):
        before = f"{_imported[0]}{os.sep}" if _imported else ""
        for name, module in sys.modules.copy().items():  # another thread may import meanwhile
            if str(getattr(module, "__file__", None) or "").startswith(before):
                del sys.modules[name]
        linecache.checkcache()
    others, _imported = _imported != now, now
    return others
