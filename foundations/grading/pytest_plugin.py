"""The pytest plugin, which gives hidden tests their ``student`` and turns their outcomes into checks.

There is one run for each notebook, in the judge's process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from foundations.config import Feedback
from foundations.errors import CourseError, SessionLost, SubmissionError
from foundations.grading import misconceptions
from foundations.grading.compare import CheckFailed, Finding, Inconclusive
from foundations.grading.exercise import WrongCall
from foundations.grading.faults import Fault, described, fault_text
from foundations.grading.mistake_search import MistakeSearch, Named, observe
from foundations.grading.points import points_of_checks
from foundations.grading.student import Student
from foundations.report.model import DECIDED, NOT_ATTEMPTED, NOT_REACHED, Check, Exercise, Outcome, Review
from foundations.session.forkserver import ForkServerLost

MARK = "foundations_check"
#: All exceptions that a hidden test may raise. pytest's own failures are not subclasses of Exception.
_RAISED = (Exception, pytest.fail.Exception, pytest.skip.Exception)


def check(
    name: str,
    *,
    points: float | None = None,
    gate: bool = False,
    tiebreaker: str | None = None,
    weight: float | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a hidden test as one graded behaviour.

    Args:
        name: the check's name in feedback, e.g. ``"the product of rectangular matrices"``.
        points: the points that it is worth, in tenths. The checks of an exercise add up to the points of the exercise
            in the notebook. Default: if no check of the exercise has points, they share them equally.
        gate: if it fails, the checks after it are skipped and the exercise earns no points, because e.g. the speed of
            a wrong product is meaningless.
        tiebreaker: for a check of speed, the name of an earlier check that counts operations. If a time at the
            threshold cannot be decided, and the earlier check failed, the time counts as too slow.
        weight: refused; earlier versions had weights instead of points.

    Raises:
        CourseError: ``points`` is not above 0, or there is a ``weight``.
    """
    if weight is not None:
        raise CourseError(
            f"check {name!r} has a weight, and checks have points: run `foundations prove --convert-weights`",
            slug="checks",
        )
    if points is not None and not points > 0:
        raise CourseError(f"check {name!r} is worth {points!r} points; that must be above 0", slug="checks")
    return getattr(pytest.mark, MARK)(name=name, points=points, gate=gate, tiebreaker=tiebreaker)


def name_of(test: Callable[..., None]) -> str:
    """Return the name of the check that :func:`check` has made of ``test``."""
    marks: list[pytest.Mark] = getattr(test, "pytestmark", [])
    return next(str(mark.kwargs["name"]) for mark in marks if mark.name == MARK)


@dataclass
class ExerciseRun:
    """One exercise while it is being graded.

    Attributes:
        result: the exercise in the report, with its checks so far.
        student: returns the exercise's student.
        on_lost: called with the reason when a check lost the student process, so that the visible check, which would
            lose it again, can be skipped.
        gate_closed_by: the name of the failed gate, or ``NOT_ATTEMPTED``.
        battery: the student's calls on the exercise's battery, once they have been made.
        known: whether a check was explained by a known mistake.
        general: the failed checks with a general diagnosis, and their messages without it.
        hinted: the name of the check that shows a hint, by hint: it is shown once.
        wrong_calls: the failed checks with the call that was wrong, if examples are asked for.
        inputs_in_words: the small hidden inputs, which no example may repeat.
    """

    result: Exercise
    student: Callable[[], Student]
    on_lost: Callable[[str], None]
    gate_closed_by: str | None = None
    battery: list[misconceptions.Observation] | None = None
    known: bool = False
    general: list[tuple[Check, str]] = field(default_factory=list)
    hinted: dict[str, str] = field(default_factory=dict)
    wrong_calls: list[tuple[Check, WrongCall]] = field(default_factory=list)
    inputs_in_words: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Doubt:
    """A check without a verdict. The hidden test is run again, after all others, to decide it.

    ``error`` is the exception that the test raised. ``answered`` is true if the student process had answered a request
    of this check before.
    """

    test: str
    exercise: str
    check: Check
    error: BaseException
    answered: bool


@dataclass(eq=False)  # pytest keeps plugins in sets if a folder has its own conftest
class GradingPlugin:
    """Collects the outcomes of the hidden tests on one notebook.

    Attributes:
        exercises: by name, in notebook order.
        bank: the misconceptions, for hints.
        feedback: how much messages show.
        collection_errors: faults of the graders' author; if there are any, no test runs.
        worst_fault: the largest exit code of a fault, or 0.
        refused: the error of a submission that cannot be graded at all.
        reviews: findings for a person to look at, without repetitions.
        doubts: checks that a second run of their test has to decide.
        only: node id of the one test to run; default: all run.
    """

    exercises: dict[str, ExerciseRun]
    bank: misconceptions.Bank
    feedback: Feedback
    collection_errors: list[Fault] = field(default_factory=list)
    worst_fault: int = 0
    refused: SubmissionError | None = None
    reviews: list[Review] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    only: str | None = None
    #: The points of each hidden test, by node id.
    _points: dict[str, float] = field(default_factory=dict)
    _current: Student | None = None
    #: The number of requests that the student process had answered before the present check.
    _answers: int = 0

    def select(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """Return the tests to run, in notebook order, with the gates of an exercise first; none if one is at fault."""
        order = {name: number for number, name in enumerate(self.exercises)}
        kept = [item for item in items if exercise_of(item) in order]
        for item in kept:
            if item.get_closest_marker(MARK) is None:
                text = f"{item.name} has no @check(...), so it would not grade anything"
                self.collection_errors.append(_fault_at(item, text))
        kept.sort(key=lambda item: (order[exercise_of(item)], not _mark(item).get("gate")))
        without = sorted(set(order) - {exercise_of(item) for item in kept})
        if without and not self.collection_errors:
            text = f"exercise {without[0]!r} has no hidden test: write graders/<assignment>/test_{without[0]}.py"
            self.collection_errors.append(Fault(text, exercise=without[0]))
        self.collection_errors.extend(_bad_tiebreakers(kept))
        if not self.collection_errors:
            self._share_points(kept)
        return [] if self.collection_errors else [item for item in kept if self.only in {None, item.nodeid}]

    def _share_points(self, items: list[pytest.Item]) -> None:
        """Decide the points of each check, or note why those of an exercise do not add up."""
        for exercise, checks in groupby(items, key=exercise_of):
            tests = list(checks)
            declared, total = [_mark(test).get("points") for test in tests], self.exercises[exercise].result.max_score
            try:
                shares = points_of_checks(declared, total)
            except ValueError as error:
                self.collection_errors.append(_fault_at(tests[0], f"exercise {exercise!r}: {error}"))
            else:
                self._points.update(zip((test.nodeid for test in tests), shares, strict=True))

    def provide_student(self, item: pytest.Item) -> Iterator[Student]:
        """Yield the student of the test's exercise, with the notebook run up to the graded cell."""
        run = self.exercises[exercise_of(item)]
        student = run.student()
        student.inputs_in_words = run.inputs_in_words if self.feedback == "example" else None
        student.attempted = any(check.outcome == "pass" for check in run.result.checks)
        self._current, self._answers = student, student.answers
        yield student
        self.reviews.extend(review for review in dict.fromkeys(student.reviews) if review not in self.reviews)
        self._current = None

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Judge a fixture that failed, like a test. Tests are judged in :meth:`pytest_pyfunc_call`."""
        if call.when == "setup" and call.excinfo is not None:
            self._conclude(item, call.excinfo.value)

    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Call a hidden test instead of pytest, and record its check."""
        run = self.exercises[exercise_of(pyfuncitem)]
        if run.gate_closed_by is not None:
            if run.gate_closed_by == NOT_ATTEMPTED:
                self._record(pyfuncitem, NOT_ATTEMPTED, NOT_ATTEMPTED, None)
            else:
                self._record(pyfuncitem, NOT_REACHED, f"not looked at before {run.gate_closed_by!r} passes", None)
            return True
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        try:
            pyfuncitem.obj(**arguments)
        except _RAISED as error:
            self._conclude(pyfuncitem, error)
        else:
            self._record(pyfuncitem, "pass", "; ".join(self._current.notes) if self._current else "", None)
        return True

    def _conclude(self, item: pytest.Item, error: BaseException) -> None:
        """Record the verdict on a hidden test that raised, or a doubt without a verdict."""
        try:
            verdict = self._judge(item, error)
        except Exception as failure:  # judging failed: a check that is not recorded would not cost anything
            error, verdict = failure, ("fault", fault_text(item.nodeid, failure), None)
        check = self._record(item, *verdict)
        self._remember_general(item, check)
        if self.feedback == "example" and isinstance(error, CheckFailed) and error.wrong_call is not None:
            self.exercises[exercise_of(item)].wrong_calls.append((check, error.wrong_call))
        if check.outcome in DECIDED or isinstance(error, SubmissionError | ForkServerLost):
            return
        exercise, student = exercise_of(item), self._current
        answered = student is not None and student.answers > self._answers
        self.doubts.append(Doubt(item.nodeid, exercise, check, error, answered))
        if check.gate and check.outcome == "fault":  # either it fails in the end, or the exercise has no score
            self.exercises[exercise].gate_closed_by = check.name

    def _remember_general(self, item: pytest.Item, check: Check) -> None:
        """Remember a check with a general diagnosis, because a known mistake may be found later."""
        run = self.exercises[exercise_of(item)]
        known = {misconception.id for misconception in self.bank.of(run.result.id)}
        if check.misconception is not None and check.misconception not in known:
            run.general.append((check, check.message.rpartition("\n")[0]))

    def _judge(self, item: pytest.Item, error: BaseException) -> tuple[Outcome, str, str | None]:
        """Return the outcome, message and misconception of a hidden test that raised ``error``."""
        if isinstance(error, CheckFailed):
            return self._wrong(item, error.finding)
        if isinstance(error, SessionLost):
            exercise = exercise_of(item)
            reason = self._current.why_lost(error, _mark(item).get("name", "")) if self._current else error.reason
            self.exercises[exercise].on_lost(reason)
            return self._wrong(item, Finding("lost", f"{exercise} did not return: {reason}"))
        if isinstance(error, Inconclusive):
            return self._undecided(item, error)
        if isinstance(error, SubmissionError):
            self.refused = error
            return "fault", str(error), None
        if isinstance(error, ForkServerLost):  # another run of the test would not explain it
            self.worst_fault = max(self.worst_fault, error.exit_code)
        return "fault", fault_text(item.nodeid, error), None

    def _undecided(self, item: pytest.Item, error: Inconclusive) -> tuple[Outcome, str, str | None]:
        """Return no verdict, unless the check's tiebreaker has failed."""
        tiebreaker = _mark(item).get("tiebreaker")
        outcomes = {check.name: check.outcome for check in self.exercises[exercise_of(item)].result.checks}
        if tiebreaker is not None and outcomes.get(tiebreaker) == "fail":
            text = f"{error}. It counts as too slow, because {tiebreaker!r} failed"
            return self._wrong(item, Finding("speed", text, symptom="speed"))
        return "inconclusive", f"{error}; grade again", None

    def _wrong(self, item: pytest.Item, finding: Finding) -> tuple[Outcome, str, str | None]:
        run = self.exercises[exercise_of(item)]
        if finding.symptom == NOT_ATTEMPTED:
            run.gate_closed_by = NOT_ATTEMPTED
            return NOT_ATTEMPTED, NOT_ATTEMPTED, None
        if _mark(item).get("gate"):
            run.gate_closed_by = _mark(item)["name"]
        mistake = self._name_mistake(item, finding)
        if isinstance(mistake, misconceptions.Misconception):
            self._prefer_known(run)
        message = self._message(finding)
        if mistake:
            message = f"{message}\n{_hint(mistake, run, _mark(item).get('name', ''))}"
        return "fail", message, mistake.id if mistake else None

    def _prefer_known(self, run: ExerciseRun) -> None:
        """Remove general diagnoses from an exercise with a known mistake: they describe the same mistake less well."""
        if not run.known:
            run.hinted.clear()
        run.known = True
        for check, message in run.general:
            check.misconception = None
            self.decide(check, "fail", message)
        run.general.clear()

    def _message(self, finding: Finding) -> str:
        return f"{finding.text}\n{finding.detail}" if self.feedback == "full" and finding.detail else finding.text

    def _name_mistake(self, item: pytest.Item, finding: Finding) -> Named | None:
        """Find the mistake that explains a failed check: a known one, or a general diagnosis."""
        run, student = self.exercises[exercise_of(item)], self._current
        if student is None or finding.stage in ("existence", "lost"):
            return None
        search = MistakeSearch(
            self.bank.of(run.result.id), student, partial(self._battery, run, student), partial(_run_again, item)
        )
        try:
            return search.find(finding, only_known=run.known)
        except Exception as error:
            reason = f"the mistake in {run.result.id} could not be named: the failed check has no hint"
            student.ask_review(described(error), reason)
            return None

    def _battery(self, run: ExerciseRun, student: Student) -> list[misconceptions.Observation]:
        if run.battery is None:
            run.battery = observe(student, self.bank.batteries.get(run.result.id))
        return run.battery

    def _record(self, item: pytest.Item, outcome: Outcome, message: str, misconception: str | None) -> Check:
        mark = _mark(item)
        check = Check(mark["name"], outcome, self._points[item.nodeid], "", misconception, mark["gate"])
        self.exercises[exercise_of(item)].result.checks.append(check)
        self.decide(check, outcome, message)
        return check

    def decide(self, check: Check, outcome: Outcome, message: str) -> None:
        """Set the outcome of ``check``, and its message if the level of feedback lets students read it."""
        check.outcome = outcome
        check.message = "" if self.feedback == "none" and outcome in DECIDED else message


def _hint(mistake: Named, run: ExerciseRun, check: str) -> str:
    """Return the line of a message with the mistake's hint; if an earlier check shows it, a line that refers to it."""
    shown = run.hinted.setdefault(mistake.hint, check)
    return f"Hint: {mistake.hint}" if shown == check else f"The hint of {shown!r} fits here too."


def _run_again(item: pytest.Item) -> None:
    """Call a hidden test that has failed once more. Its exceptions do not count."""
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}  # type: ignore[attr-defined]
    with contextlib.suppress(*_RAISED):
        item.obj(**arguments)  # type: ignore[attr-defined]


def exercise_of(item: Any) -> str:
    """Return the exercise of a hidden test.

    It is ``EXERCISE`` in its file, or the file's name without ``test_``. Names that differ by case alone need
    ``EXERCISE``, because names of files must differ by more.
    """
    return str(getattr(item.module, "EXERCISE", item.path.stem.removeprefix("test_")))


def _mark(item: pytest.Item) -> dict[str, Any]:
    marker = item.get_closest_marker(MARK)
    return dict(marker.kwargs) if marker else {}


def _fault_at(item: pytest.Item, text: str) -> Fault:
    path, line, _ = item.reportinfo()
    written = Path(path) == item.path and line is not None  # a standard check's function is in another file
    return Fault(text, item.path, line + 1 if written and line is not None else None, exercise=exercise_of(item))


def _bad_tiebreakers(items: list[pytest.Item]) -> Iterator[Fault]:
    """Yield a fault for each check whose tiebreaker is not an earlier check of the same exercise."""
    before: dict[str, set[str]] = {}
    for item in items:
        names, mark = before.setdefault(exercise_of(item), set()), _mark(item)
        if mark.get("tiebreaker") not in {None, *names}:
            why = "is not the name of a check before it in the same exercise"
            yield _fault_at(item, f"{item.name}: tiebreaker {mark['tiebreaker']!r} {why}")
        names.add(mark.get("name", ""))
