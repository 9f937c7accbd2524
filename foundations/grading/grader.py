"""Grading one notebook, from the file to the report: the one orchestrator."""

from __future__ import annotations

import ast
import contextlib
import json
import linecache
import os
import platform
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch

import foundations
from foundations.config import Course, Feedback, Limits
from foundations.errors import CourseError, InternalError, SubmissionError
from foundations.grading import misconceptions
from foundations.grading.doubts import SecondRuns
from foundations.grading.evidence import Replayer
from foundations.grading.pytest_plugin import ExerciseRun, GradingPlugin
from foundations.grading.reference import Reference
from foundations.grading.speed import Stopwatch
from foundations.grading.student import Student
from foundations.grading.suspicion import Ordinary, find_suspicions, ordinary_in
from foundations.notebooks.definitions import Bound, Definition
from foundations.notebooks.discovery import read_declared, write_declared
from foundations.notebooks.source import read_released, read_source
from foundations.notebooks.submission import GradedCell, Submission, read_submission
from foundations.report.check_table import check_table_html, check_table_text
from foundations.report.model import Exercise, Report, Review
from foundations.reviews import decisions, store
from foundations.sandbox import readable_paths
from foundations.session.forkserver import ForkServer
from foundations.session.scratch import Filler
from foundations.session.session import Session

#: Plugins of pytest with nothing to do here. The first two collect garbage twice a run, a quarter of a second each.
_UNWANTED = (
    *("unraisableexception", "threadexception", "cacheprovider", "terminal", "logging", "warnings", "junitxml"),
    *("debugging", "doctest", "faulthandler", "pastebin", "setuponly", "setupplan", "stepwise", "legacypath"),
    *("subtests", "unittest"),
)


class _Stop:
    """Remembers Ctrl-C, which pytest takes for the end of its own work alone."""

    by: KeyboardInterrupt | None = None

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if type(excinfo.value) is KeyboardInterrupt:  # pytest derives what ends a collection from it
            self.by = excinfo.value


@dataclass
class Graded:
    """A report, and the executed notebook that goes with it (``None`` where the submission could not be read)."""

    report: Report
    notebook: nbformat.NotebookNode | None


class Grader:
    """Grades submissions of one assignment, one after the other, with one fork server.

    Args:
        course: where source and graders lie.
        assignment: the name of a folder under ``source/``.
        feedback: how much messages tell; default: what the course says.
        seed: replay the inputs of a report with this ``seed``; default: a secret one for each submission.
        limits: default: what the course says, for the assignment and for single exercises.
        unsafe: grade also where student code cannot be confined. No report is creditable then.
        forkserver: forks the student processes; default: one of its own, which is closed with the grader.

    Raises:
        CourseError: unknown assignment, missing or broken graders.
    """

    def __init__(
        self,
        course: Course,
        assignment: str,
        *,
        feedback: Feedback | None = None,
        seed: int | None = None,
        limits: Limits | None = None,
        unsafe: bool = False,
        forkserver: ForkServer | None = None,
    ) -> None:
        self.course = course
        self.assignment = assignment
        self.source = course.notebook(assignment)
        self.feedback: Feedback = feedback or course.feedback
        self.limits = limits or course.limits(assignment)
        self._seed = seed
        self._graders = course.graders / assignment
        if not self._graders.is_dir():
            raise CourseError(
                f"assignment {assignment!r} has no hidden tests: {self._graders} is missing", slug="no-graders"
            )
        if folder := next(
            filter(None, map(readable_paths.folder_containing, map(str, (course.root, self._graders, self.source)))),
            None,
        ):
            raise CourseError(
                f"the course lies in {folder}, which student code may read, for Python's libraries are there: move it",
                slug="exposed",
            )
        # Expected values are small: a second thread would only spin beside the student's process.
        torch.set_num_threads(1)
        store.decisions(course.root, assignment, "")  # refuses a damaged file before a class is graded
        self._hidden_code = course.hidden_code(assignment)
        source = read_source(self.source)
        self._own_limits = {} if limits else self._of_exercises()
        self._files = course.files(assignment)
        self._bank = misconceptions.load_bank(self._graders)
        self._owns_forkserver = forkserver is None
        self._forkserver = forkserver or ForkServer(unsafe=unsafe)
        self._forkserver.start()
        self._stopwatch = Stopwatch(self._forkserver)
        beside, _ = read_declared(self.source.parent, self._files, self.limits.scratch_bytes)
        self._reference = Reference(self._forkserver, source, self._limits_of, partial(write_declared, beside))
        #: Hidden tests that fail with the instructor's own solution.
        self._proved: set[str] = set()

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._stopwatch.close()
        if self._owns_forkserver:
            self._forkserver.close()

    def grade(self, path: Path, submission: str) -> Graded:
        """Grade the notebook at ``path``. What is wrong with it is in the report, never an exception.

        Raises:
            CourseError: the hidden tests cannot be collected.
            InternalError: this package's own machinery failed.
        """
        start = time.monotonic()
        report = Report(self.assignment, submission, limits=self._all_limits(), environment=_environment())
        report.creditable = not self._forkserver.unsafe
        report.seed = secrets.randbits(53) if self._seed is None else self._seed
        notebook = None
        try:
            read = read_submission(path, self.source, self.limits)
            beside, notes = read_declared(path.parent, self._files, self.limits.scratch_bytes)
            report.repairs = read.repairs + notes
            notebook = self._walk(read, report, partial(write_declared, beside))
        except SubmissionError as error:
            report.reason = str(error)
        report.timing["wall_s"] = round(time.monotonic() - start, 4)
        return Graded(report, notebook)

    def _walk(self, read: Submission, report: Report, fill_scratch: Filler) -> nbformat.NotebookNode:
        """Run the notebook and its hidden tests side by side, in notebook order."""
        cells = read.notebook.cells
        code = [(index, cell.source) for index, cell in enumerate(cells) if cell.cell_type == "code"]
        automatic = [cell for cell in read.graded if not cell.manual]
        report.exercises = [Exercise(cell.exercise, cell.points) for cell in automatic]
        report.written = dict(read.written)
        with contextlib.closing(Replayer(self._forkserver)) as replayer:
            student = partial(self._student, read=read, replayer=replayer, seed=report.seed)
            with Session(
                self._forkserver,
                code,
                self.limits,
                self._limits_of_cells(automatic),
                fill_scratch,
                bound=Bound.of(read),
            ) as session:
                session.start()  # where it cannot be confined, that is said once, and nothing else is tried
                runs = {
                    cell.exercise: ExerciseRun(
                        result, partial(student, cell, session), partial(session.skip, cell.index)
                    )
                    for cell, result in zip(automatic, report.exercises, strict=True)
                }
                plugin = GradingPlugin(runs, self._bank, self.feedback)
                self._run_tests(plugin)
                session.finish()
                report.timing["student_cpu_s"] = round(session.cpu_s, 4)
                report.environment["layers"] = session.layers
            graded = {cell.exercise: cell for cell in automatic}
            afresh = partial(self._afresh, graded, session, student)
            solution = partial(self._solution, replayer, report.seed)
            SecondRuns(self._run_tests, afresh, solution, self._proved).decide(plugin)
        report.fingerprint = decisions.fingerprint((cell.cell_type, cell.source) for cell in cells)
        report.review = list(dict.fromkeys([*self._suspicions(cells, automatic), *plugin.reviews]))
        made = store.decisions(self.course.root, self.assignment, report.submission)
        decisions.settle(report, made, self._hidden_code)
        report.fault = plugin.worst_fault
        if plugin.refused:
            report.reason = str(plugin.refused)
        return _executed(read, session, report)

    def _suspicions(self, cells: Sequence[Any], graded: list[GradedCell]) -> list[Review]:
        """Give what looks like hiding in the code above the last graded cell, by positions in the notebook."""
        above = _code_above(cells, max((cell.index for cell in graded), default=0))
        exercises = [cell.exercise for cell in graded]
        found = find_suspicions([cells[index].source for index in above], exercises, self._ordinary)
        return [replace(one, cell=above[one.cell - 1] + 1) if one.cell else one for one in found]

    @cached_property
    def _ordinary(self) -> Ordinary:
        """What the instructor's own solutions do is no reason for a review of an answer."""
        cells = read_source(self.source).cells
        exercises = [cell.grade_id for cell in read_released(self.source).cells if cell.automatic]
        return ordinary_in([cells[index].source for index in _code_above(cells, len(cells))], exercises)

    def _run_tests(self, plugin: GradingPlugin) -> None:
        """One pytest run over the assignment's hidden tests."""
        arguments = ["-s", "--import-mode=importlib", "-c", os.devnull]
        arguments += [f"-pno:{name}" for name in _UNWANTED]
        arguments += [f"--rootdir={self.course.graders}", f"--confcutdir={self.course.graders}", str(self._graders)]
        _forget_other_graders(self.course.graders)
        stop = _Stop()
        with _no_foreign_plugins():
            code = pytest.main(arguments, plugins=[plugin, stop])
        if stop.by is not None:
            raise stop.by
        if plugin.collection_errors:
            raise CourseError(
                f"the hidden tests of {self.assignment!r} cannot be used: {plugin.collection_errors[0]}", slug="graders"
            )
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise InternalError(f"pytest ended with {code!r} on {self._graders}", slug="pytest")
        if silent := [name for name, run in plugin.exercises.items() if not run.result.checks]:
            raise InternalError(f"the hidden tests of {silent[0]!r} ran and left no check behind", slug="pytest")

    def _student(
        self, graded: GradedCell, session: Session, *, read: Submission, replayer: Replayer, seed: int
    ) -> Student:
        session.advance(graded.index)
        session.check_limits = self._limits_of(graded.exercise)
        errors = {index: run.error for index, run in session.runs.items() if run.error}
        definition = Definition(graded, read.cells, session.bound, errors)
        cells, defined_in = read.cells, definition.cell
        return Student(
            exercise=graded.exercise,
            parameters=_parameters("" if defined_in is None else cells[defined_in].text, graded.exercise),
            session=session,
            seed=seed,
            # A stub that is not run is empty and not missing, so that the other cells keep their numbers.
            sources=[
                "" if index in session.bound.left_out else cell.text
                for index, cell in enumerate(cells[: graded.index])
                if cell.kind == "code"
            ],
            definition=definition,
            stopwatch=self._stopwatch,
            replayer=replayer,
            reference=self._reference,
        )

    @contextlib.contextmanager
    def _afresh(
        self,
        graded: dict[str, GradedCell],
        session: Session,
        student: Callable[[GradedCell, Session], Student],
        exercise: str,
    ) -> Iterator[Callable[[], Student]]:
        """Give the student of ``exercise`` once more, in a process that has yet to replay the notebook."""
        with session.again() as fresh:
            yield partial(student, graded[exercise], fresh)

    @contextlib.contextmanager
    def _solution(self, replayer: Replayer, seed: int, exercise: str) -> Iterator[Callable[[], Student]]:
        """Give the instructor as a student of ``exercise``, who gets the inputs of ``seed``."""
        sources = [source for _, source in self._reference.cells(exercise)]
        parameters = next(filter(None, (_parameters(source, exercise) for source in reversed(sources))), ())
        with self._reference.session(exercise) as session:
            student = Student(
                exercise=exercise,
                parameters=parameters,
                session=session,
                seed=seed,
                sources=sources,
                definition=None,
                stopwatch=self._stopwatch,
                replayer=replayer,
            )
            yield lambda: student

    def _of_exercises(self) -> dict[str, Limits]:
        """Limits of the exercises for which the course says something of their own."""
        exercises = [cell.grade_id for cell in read_released(self.source).cells if cell.automatic]
        self.course.check_exercises(self.assignment, exercises)
        own = {name: self.course.limits(self.assignment, name) for name in exercises}
        return {name: limits for name, limits in own.items() if limits != self.limits}

    def _limits_of(self, exercise: str) -> Limits:
        return self._own_limits.get(exercise, self.limits)

    def _limits_of_cells(self, graded: list[GradedCell]) -> dict[int, Limits]:
        return {
            index: self._own_limits[cell.exercise]
            for cell in graded
            if cell.exercise in self._own_limits
            for index in (cell.solution_index, cell.index)
            if index is not None
        }

    def _all_limits(self) -> dict[str, float]:
        """By name; where an exercise differs, as ``<exercise>.<limit>``."""
        general = self.limits.to_json()
        own = {
            f"{exercise}.{name}": value
            for exercise, limits in self._own_limits.items()
            for name, value in limits.to_json().items()
            if value != general[name]
        }
        return general | own


def _code_above(cells: Sequence[Any], last: int) -> list[int]:
    return [index for index, cell in enumerate(cells[:last]) if cell.cell_type == "code"]


def _executed(read: Submission, session: Session, report: Report) -> nbformat.NotebookNode:
    """The notebook with the student's outputs and, in each graded cell, the table of its checks."""
    notebook = read.notebook
    for index, run in session.runs.items():
        cell = notebook.cells[index]
        cell.execution_count = run.execution_count if isinstance(run.execution_count, int) else None
        cell.outputs = _valid_outputs(run.outputs)
    results = {exercise.id: exercise for exercise in report.exercises}
    for graded in read.graded:
        if graded.exercise in results:
            exercise = results[graded.exercise]
            credit = report.creditable
            data = {
                "text/plain": check_table_text(exercise, creditable=credit),
                "text/html": check_table_html(exercise, creditable=credit),
            }
            notebook.cells[graded.index].outputs.append(nbformat.v4.new_output("display_data", data=data))
    return notebook


def _valid_outputs(outputs: list[Any]) -> list[nbformat.NotebookNode]:
    """Outputs that nbformat accepts; what student code forged into something else is left out.

    nbformat's own validator says the same, and takes more time for one notebook than all of its hidden tests.
    """
    return [nbformat.from_dict(output) for output in outputs if isinstance(output, dict) and _is_output(output)]


def _is_output(output: dict[str, Any]) -> bool:
    match output:
        case {"output_type": "stream", "name": "stdout" | "stderr", "text": str(), **rest}:
            return not rest
        case {"output_type": "error", "ename": str(), "evalue": str(), "traceback": list(lines), **rest}:
            return not rest and all(isinstance(line, str) for line in lines)
        case {"output_type": "display_data", "data": dict(data), "metadata": dict(metadata), **rest}:
            return not rest and _is_bundle(data, metadata)
        case {"output_type": "execute_result", "data": dict(data), "metadata": dict(metadata), **rest}:
            count = rest.pop("execution_count", "")
            return not rest and (count is None or type(count) is int) and _is_bundle(data, metadata)
    return False


def _is_bundle(data: dict[Any, Any], metadata: dict[Any, Any]) -> bool:
    """Texts by MIME type, and metadata that JSON can hold."""
    texts = all(isinstance(kind, str) and isinstance(text, str) for kind, text in data.items())
    try:
        json.dumps(metadata, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return texts and all(isinstance(key, str) for key in metadata)


@lru_cache(maxsize=64)
def _parameters(source: str, exercise: str) -> tuple[str, ...]:
    """Names of the parameters as the student wrote them, for messages; none where there is no such function to read."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == exercise:
            return tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args))
    return ()


@contextlib.contextmanager
def _no_foreign_plugins() -> Iterator[None]:
    """Hidden tests are run by pytest and our plugin alone, whatever else is installed beside them."""
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


#: The graders whose modules Python has imported: their folder, and the files in it with the time of their last change.
_imported: tuple[Path, frozenset[tuple[str, int]]] | None = None


def _forget_other_graders(folder: Path) -> None:
    """Have the hidden tests imported anew where others, or older ones, were imported before.

    Modules are kept by name, and test_double of one course is not that of another.
    """
    global _imported  # noqa: PLW0603 - it mirrors sys.modules, of which there is one
    now = folder, frozenset((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*.py"))
    if _imported not in (None, now):
        before = f"{_imported[0]}{os.sep}" if _imported else ""
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(before):
                del sys.modules[name]
        linecache.checkcache()
    _imported = now


def _environment() -> dict[str, Any]:
    return {
        "foundations": foundations.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "platform": f"{platform.system()} {platform.machine()}",
        "layers": [],
    }


def exit_code(reports: list[Report]) -> int:
    """Exit code of a run: the worst fault, else 1 where something is ungraded, else 0."""
    faults = max((report.fault for report in reports), default=0)
    return faults or int(any(report.verdict == "ungraded" for report in reports))
