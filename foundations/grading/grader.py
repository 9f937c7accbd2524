"""Grading of one notebook, from the file to the report."""

from __future__ import annotations

import ast
import contextlib
import platform
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import torch

import foundations
from foundations.config import Course, Feedback, Limits
from foundations.errors import CourseError, SubmissionError
from foundations.grading import misconceptions
from foundations.grading.doubts import SecondRuns
from foundations.grading.evidence import Replayer
from foundations.grading.examples import ExampleFinder
from foundations.grading.executed import executed, sparing_of
from foundations.grading.hidden_tests import HiddenTests
from foundations.grading.limits import ExerciseLimits
from foundations.grading.pytest_plugin import ExerciseRun, GradingPlugin
from foundations.grading.reference import Reference
from foundations.grading.speed import Stopwatch
from foundations.grading.stand_ins import load_stand_ins
from foundations.grading.student import Student
from foundations.grading.suspicion import Ordinary, find_suspicions, ordinary_in
from foundations.notebooks.definitions import Bound, Definition
from foundations.notebooks.discovery import read_declared, write_declared
from foundations.notebooks.handed_in import HandedIn
from foundations.notebooks.source import read_released, read_source
from foundations.notebooks.submission import GradedCell, Submission, read_content
from foundations.report.model import Decision, Exercise, Graded, Report, Review
from foundations.reviews import decisions, store
from foundations.sandbox import readable_paths
from foundations.session.forkserver import ForkServer
from foundations.session.scratch import Filler
from foundations.session.session import Session
from foundations.session.sparing import NOTHING_SPARED, Sparing


@dataclass(frozen=True)
class Part:
    """A part of grading, for programs that try many answers to a few exercises.

    Attributes:
        exercises: grade these exercises alone; the cells of the others run all the same. ``None``: all of them.
        seed: the seed of the hidden inputs; ``None``: the grader's.
        names: look for the known mistake behind each failure, which takes much of the time and changes no score.
    """

    exercises: Collection[str] | None = None
    seed: int | None = None
    names: bool = True


@dataclass(frozen=True)
class _Walked:
    """A notebook after its hidden tests, and the search for examples of its failed checks, which changes no verdict."""

    read: Submission
    session: Session
    sparing: Sparing
    find_examples: Callable[[], None]


class Grader:
    """Grades submissions of one assignment, one after the other, with one fork server.

    Args:
        course: the course with the source and the graders.
        assignment: the name of a folder under ``source/``.
        feedback: how much messages show; default: the course's setting.
        seed: replay the inputs of a report with this ``seed``; default: a secret one for each submission.
        limits: default: the course's, for the assignment and for single exercises.
        unsafe: grade even if student code cannot be confined. Reports are not creditable then.
        rerun_all: run every cell in full, with its figures and times; default: the course's setting.
        forkserver: forks the student processes; default: a new one, which is closed with the grader.

    Raises:
        CourseError: the assignment is unknown, or its graders are missing or broken.
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
        rerun_all: bool | None = None,
        forkserver: ForkServer | None = None,
    ) -> None:
        self.course = course
        self.assignment = assignment
        self.source = course.notebook(assignment)
        self.feedback: Feedback = feedback or course.feedback
        self.limits = limits or course.limits(assignment)
        self._seed = seed
        self._rerun_all = course.rerun_all if rerun_all is None else rerun_all
        graders = _graders_of(course, assignment)
        self._hidden_tests = HiddenTests(course.graders, assignment)
        # Expected values are small: a second thread would only compete with the student process for a core.
        torch.set_num_threads(1)
        store.decisions(course.root, assignment, "")  # raises if the file is damaged, before a class is graded
        self._hidden_code = course.hidden_code(assignment)
        source = read_source(self.source)
        self._limits = ExerciseLimits(self.limits) if limits else ExerciseLimits.of_course(course, assignment)
        self._files = course.files(assignment)
        self._bank = misconceptions.load_bank(graders)
        self._stand_ins = load_stand_ins(graders)
        self._owns_forkserver = forkserver is None
        self._forkserver = forkserver or ForkServer(unsafe=unsafe)
        self._forkserver.start()
        self._stopwatch = Stopwatch(self._forkserver)
        files, _ = read_declared(self.source.parent, self._files, self.limits.scratch_bytes)
        self._reference = Reference(self._forkserver, source, self._limits.of, partial(write_declared, files))
        #: Hidden tests that fail with the instructor's own solution.
        self._proved: set[str] = set()
        #: Small inputs of exercises, and whether the instructor's own solution is right on them.
        self._in_domain: dict[tuple[str, str], bool] = {}

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes that this grader started."""
        self._stopwatch.close()
        if self._owns_forkserver:
            self._forkserver.close()

    def grade(self, path: Path, submission: str, part: Part = Part()) -> Graded:
        """Grade the notebook at ``path``. Faults of the notebook are in the report and never raised.

        Raises:
            CourseError: the hidden tests cannot be collected.
            InternalError: this package failed.
        """
        handed = HandedIn.read(path, self._files, self.limits)
        made = store.decisions(self.course.root, self.assignment, submission)
        return self._grade(handed, submission, made, part)

    def grade_task(self, handed: HandedIn, submission: str, seed: int, made: Sequence[Decision]) -> Graded:
        """Grade the files of a submission, as :meth:`grade`, without looking at a folder of students.

        Args:
            handed: the files.
            submission: the name for the report.
            seed: the seed of the hidden inputs.
            made: the decisions of persons about this student's work.
        """
        return self._grade(handed, submission, made, Part(seed=seed))

    def _grade(self, handed: HandedIn, submission: str, made: Sequence[Decision], part: Part) -> Graded:
        start = time.monotonic()
        report = Report(self.assignment, submission, limits=self._limits.to_json(), environment=_environment())
        report.creditable = not self._forkserver.unsafe
        seed = self._seed if part.seed is None else part.seed
        report.seed = secrets.randbits(53) if seed is None else seed
        walked = None
        try:
            read = read_content(handed.content(), handed.name, self.source)
            report.repairs = [*read.repairs, *handed.notes]
            walked = self._walk(read, report, partial(write_declared, dict(handed.files)), made, part)
        except SubmissionError as error:
            report.reason = str(error)
        report.timing["wall_s"] = round(time.monotonic() - start, 4)
        if walked is None:
            return Graded(report, None)
        with contextlib.suppress(Exception):  # whatever an example does, the verdicts are settled
            walked.find_examples()
        return Graded(report, executed(walked.read, walked.session.runs, report, walked.sparing))

    def _walk(
        self, read: Submission, report: Report, fill_scratch: Filler, made: Sequence[Decision], part: Part
    ) -> _Walked:
        """Run the notebook's cells and its hidden tests in turns, in notebook order."""
        cells = read.notebook.cells
        sparing = NOTHING_SPARED if self._rerun_all else sparing_of(read)
        code = [(index, cell.source) for index, cell in enumerate(cells) if cell.cell_type == "code"]
        wanted = [cell for cell in read.graded if part.exercises is None or cell.exercise in part.exercises]
        automatic = [cell for cell in wanted if not cell.manual]
        report.exercises = [Exercise(cell.exercise, cell.points) for cell in automatic]
        report.written = dict(read.written)
        with contextlib.closing(Replayer(self._forkserver)) as replayer:
            student = partial(self._student, read=read, replayer=replayer, seed=report.seed)
            with Session(
                self._forkserver,
                code,
                self.limits,
                self._limits.of_cells(automatic),
                fill_scratch,
                bound=Bound.of(read),
                sparing=sparing,
            ) as session:
                session.start()  # raises if the process cannot be confined, before any test runs
                runs = {
                    cell.exercise: ExerciseRun(
                        result, partial(student, cell, session), partial(session.skip, cell.index)
                    )
                    for cell, result in zip(automatic, report.exercises, strict=True)
                }
                plugin = GradingPlugin(runs, self._bank if part.names else misconceptions.Bank(), self.feedback)
                self._hidden_tests.run(plugin)
                session.finish()
                report.timing["student_cpu_s"] = round(session.cpu_s, 4)
                report.environment["layers"] = session.layers
            graded = {cell.exercise: cell for cell in automatic}
            afresh = partial(self._afresh, graded, session, student)
            solution = partial(self._solution, replayer, report.seed)
            SecondRuns(self._hidden_tests.run, afresh, solution, self._proved).decide(plugin)
        report.fingerprint = decisions.fingerprint((cell.cell_type, cell.source) for cell in cells)
        report.review = list(dict.fromkeys([*self._suspicions(cells, automatic), *plugin.reviews]))
        decisions.settle(report, made, self._hidden_code)
        report.fault = plugin.worst_fault
        report.killed = session.was_killed
        if plugin.refused:
            report.reason = str(plugin.refused)
        spent_s = report.timing["student_cpu_s"]
        finder = ExampleFinder(
            session.again, lambda name, fresh: student(graded[name], fresh), solution, self._in_domain
        )
        return _Walked(read, session, sparing, partial(finder.find, runs, spent_s))

    def _suspicions(self, cells: Sequence[Any], graded: list[GradedCell]) -> list[Review]:
        """Find code above the last graded cell that looks like hiding, by its position in the notebook."""
        above = _code_above(cells, max((cell.index for cell in graded), default=0))
        exercises = [cell.exercise for cell in graded]
        suspicions = find_suspicions([cells[index].source for index in above], exercises, self._ordinary)
        return [
            replace(suspicion, cell=above[suspicion.cell - 1] + 1) if suspicion.cell else suspicion
            for suspicion in suspicions
        ]

    @cached_property
    def _ordinary(self) -> Ordinary:
        """Constructs that the instructor's solutions use as well, which are not a reason for a review."""
        cells = read_source(self.source).cells
        exercises = [cell.grade_id for cell in read_released(self.source).cells if cell.automatic]
        return ordinary_in([cells[index].source for index in _code_above(cells, len(cells))], exercises)

    def _student(
        self, graded: GradedCell, session: Session, *, read: Submission, replayer: Replayer, seed: int
    ) -> Student:
        session.advance(graded.index)
        session.check_limits = self._limits.of(graded.exercise)
        errors = {index: run.error for index, run in session.runs.items() if run.error}
        definition = Definition(graded, read.cells, session.bound, errors)
        cells, defined_in = read.cells, definition.cell
        source = "" if defined_in is None else cells[defined_in].text
        return Student(
            exercise=graded.exercise,
            parameters=_parameters(source, graded.exercise),
            session=session,
            seed=seed,
            # A stub that is not run counts as an empty cell, so that the other cells keep their numbers.
            sources=[
                "" if index in session.bound.left_out else cell.text
                for index, cell in enumerate(cells[: graded.index])
                if cell.kind == "code"
            ],
            definition=definition,
            stopwatch=self._stopwatch,
            replayer=replayer,
            reference=self._reference,
            stand_ins=self._stand_ins.get(graded.exercise),
            source=source,
        )

    @contextlib.contextmanager
    def _afresh(
        self,
        graded: dict[str, GradedCell],
        session: Session,
        student: Callable[[GradedCell, Session], Student],
        exercise: str,
    ) -> Iterator[Callable[[], Student]]:
        """Provide the student of ``exercise`` in a fresh process, which has not replayed the notebook yet."""
        with session.again() as fresh:
            yield partial(student, graded[exercise], fresh)

    @contextlib.contextmanager
    def _solution(self, replayer: Replayer, seed: int, exercise: str) -> Iterator[Callable[[], Student]]:
        """Provide the instructor's solution of ``exercise`` as a student, with the inputs of ``seed``."""
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
                stand_ins=self._stand_ins.get(exercise),
            )
            yield lambda: student


def _graders_of(course: Course, assignment: str) -> Path:
    """Return the folder of the assignment's hidden tests.

    Raises:
        CourseError: the folder is missing, or student code can read the course.
    """
    graders = course.graders / assignment
    if not graders.is_dir():
        raise CourseError(
            f"assignment {assignment!r} has no hidden tests: the folder {graders} is missing", slug="no-graders"
        )
    for path in (course.root, graders, course.notebook(assignment)):
        if folder := readable_paths.folder_containing(str(path)):
            raise CourseError(
                f"the course is inside {folder}, which student code may read because Python's libraries are "
                "installed there; move the course elsewhere",
                slug="exposed",
            )
    return graders


def _code_above(cells: Sequence[Any], last: int) -> list[int]:
    return [index for index, cell in enumerate(cells[:last]) if cell.cell_type == "code"]


@lru_cache(maxsize=64)
def _parameters(source: str, exercise: str) -> tuple[str, ...]:
    """Return the names of the parameters in the student's code, for messages; empty if the function cannot be found."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == exercise:
            return tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args))
    return ()


def _environment() -> dict[str, Any]:
    return {
        "foundations": foundations.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "platform": f"{platform.system()} {platform.machine()}",
        "layers": [],
    }
