"""Where the CPU time of a grading goes, by part: the student's cells and hidden tests, and the steps of the judge."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.results import Result
from foundations.config import Course, find_course
from foundations.grading import grader as grading
from foundations.grading.doubts import SecondRuns
from foundations.grading.evidence import Replayer
from foundations.grading.grader import Grader
from foundations.grading.hidden_tests import HiddenTests
from foundations.grading.mistake_search import MistakeSearch
from foundations.grading.pytest_plugin import GradingPlugin, exercise_of
from foundations.grading.speed import Stopwatch
from foundations.session.session import Session

#: Seconds of the judge's CPU for ``01_matmul``, with the baseline of its speed check; of the student's for the same.
JUDGE_BAR_S, STUDENT_BAR_S = 0.15, 0.2
_ASSIGNMENT = "01_matmul"
#: Rows of less than this many seconds are left out of the table. The figures have all of them.
_LEAST_SHOWN_S = 0.01

#: The beginning of the parts of processes that are not the student's: baselines, references, replays.
_OTHERS = "other processes:"

#: Steps of the judge: the owner and name of a function, and the name of the step.
_STEPS: Sequence[tuple[Any, str, str]] = (
    (grading, "read_content", "reading and repair"),
    (Session, "start", "start"),
    (Session, "advance", "cells"),
    (HiddenTests, "run", "pytest"),
    (Replayer, "replay", "replay"),
    (Stopwatch, "judge", "speed"),
    (MistakeSearch, "find", "naming"),
    (Grader, "_suspicions", "suspicion"),
    (SecondRuns, "decide", "second runs"),
    (grading, "executed", "executed notebook"),
)


@dataclass
class _Spent:
    """CPU seconds of one grading by part."""

    judge: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    student: dict[str, float] = field(default_factory=lambda: defaultdict(float))


class _Meter:
    """Charges the judge's CPU time to the step that is running, and the student's to its cell or exercise.

    A step within another one is charged alone for its time.
    """

    def __init__(self) -> None:
        self.spent = _Spent()
        self.exercise = ""
        self._steps = ["rest"]
        self._since = time.process_time()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._charge()
        self._steps.append(name)
        try:
            yield
        finally:
            self._charge()
            self._steps.pop()

    def finish(self) -> _Spent:
        self._charge()
        return self.spent

    def _charge(self) -> None:
        now = time.process_time()
        self.spent.judge[self._steps[-1]] += now - self._since
        self._since = now

    def stepping(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """Return ``function``, charged to step ``name``."""

        def stepped(*args: Any, **kwargs: Any) -> Any:
            with self.step(name):
                return function(*args, **kwargs)

        return stepped

    def testing(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the hook that calls a hidden test, charged to the test's exercise."""

        @wraps(function)  # with pytest's mark of the hook
        def tested(plugin: GradingPlugin, pyfuncitem: Any) -> bool:
            self.exercise = exercise_of(pyfuncitem)
            with self.step(f"hidden tests of {self.exercise}"):
                called: bool = function(plugin, pyfuncitem)
                return called

        return tested

    def asking(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the method that sends a request, and charge the student's process for it."""

        def asked(session: Session, operation: str, cpu_s: float, wall_s: float, values: dict[str, Any]) -> Any:
            process = session._running()
            before_s = process.cpu_s()
            reply = function(session, operation, cpu_s, wall_s, values)
            self.spent.student[self._part(session, operation)] += process.cpu_s() - before_s
            return reply

        return asked

    def _part(self, session: Session, operation: str) -> str:
        if type(session) is Session:  # the session of a baseline, a reference or a replay
            return f"{_OTHERS} {operation}"
        if operation == "hello":
            return "start and greetings"
        if operation in ("cell", "watched_cell"):
            return f"cell {session._cells[session._next][0]}"
        return f"hidden tests of {self.exercise}"


class _StudentsSession(Session):
    """The session of the notebook, which differs from the judge's sessions by its class."""


def measure(
    repeats: int = 5,
    assignments: Sequence[str] = (),
    step: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Result:
    """Grade each solved notebook ``repeats`` times after a first time. By default these are all of the course."""
    course = find_course(Path(__file__).parent)
    names = assignments or course.assignments
    found = {}
    for done, name in enumerate(names):
        step(name, done, len(names))
        found[name] = profile(course, name, repeats)
    step("notebooks", len(names), len(names))
    return _result(found, repeats)


def profile(course: Course, name: str, repeats: int) -> _Spent:
    """Return the median CPU seconds of each part of a grading of the solved notebook."""
    with Grader(course, name) as grader:
        runs = [_once(grader, course.notebook(name)) for _ in range(1 + repeats)][1:]
    return _Spent(_medians([run.judge for run in runs]), _medians([run.student for run in runs]))


def _medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    parts = dict.fromkeys(part for run in runs for part in run)
    return {part: statistics.median(run.get(part, 0.0) for run in runs) for part in parts}


def _once(grader: Grader, path: Path) -> _Spent:
    meter = _Meter()
    with ExitStack() as patches:
        for owner, name, step in _STEPS:
            patches.enter_context(patch.object(owner, name, meter.stepping(getattr(owner, name), step)))
        hook = meter.testing(GradingPlugin.pytest_pyfunc_call)
        patches.enter_context(patch.object(GradingPlugin, "pytest_pyfunc_call", hook))
        patches.enter_context(patch.object(Session, "_ask", meter.asking(Session._ask)))
        patches.enter_context(patch.object(grading, "Session", _StudentsSession))
        report = grader.grade(path, "benchmark").report
        assert report.score == report.max_score, report.to_json()
    return meter.finish()


def _result(found: Mapping[str, _Spent], repeats: int) -> Result:
    judge, student = (
        {name: sum(getattr(spent, side).values()) for name, spent in found.items()} for side in ("judge", "student")
    )
    rows = [row for name, spent in found.items() for row in _rows(name, spent)]
    return Result(
        name="profile",
        title="Where a grading spends its time",
        about="Every solved notebook, by part: the CPU time of the judge, and of the processes that it asks.",
        bar=(
            f"for `{_ASSIGNMENT}`, at most {JUDGE_BAR_S:g} s of the judge's and the baseline's CPU together, and "
            f"{STUDENT_BAR_S:g} s of the student's"
        ),
        met=_ASSIGNMENT not in found or _is_met(found[_ASSIGNMENT]),
        figures={
            "judge_s": judge,
            "student_s": student,
            "parts": {name: vars(spent) for name, spent in found.items()},
        },
        columns=["part", "judge's CPU", "CPU of other processes"],
        rows=rows,
        notes=[
            f"Medians of {repeats} gradings by a grader that has graded once before. Parts of less than "
            f"{1000 * _LEAST_SHOWN_S:g} ms are left out. Cells are numbered as in the notebook, from 0.",
        ],
    )


def _is_met(spent: _Spent) -> bool:
    others = sum(seconds for part, seconds in spent.student.items() if part.startswith(_OTHERS))
    judge = sum(spent.judge.values()) + others
    return judge <= JUDGE_BAR_S and sum(spent.student.values()) - others <= STUDENT_BAR_S


def _rows(name: str, spent: _Spent) -> Iterator[list[str]]:
    yield [f"**{name}**", _ms(sum(spent.judge.values())), _ms(sum(spent.student.values()))]
    parts = dict.fromkeys([*spent.judge, *spent.student])
    for part in sorted(parts, key=lambda part: -spent.judge.get(part, 0.0) - spent.student.get(part, 0.0)):
        both = spent.judge.get(part, 0.0), spent.student.get(part, 0.0)
        if max(both) >= _LEAST_SHOWN_S:
            yield [part, *map(_ms, both)]


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"
