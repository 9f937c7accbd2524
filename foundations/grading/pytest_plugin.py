"""The pytest side: one run for each notebook, in the judge. Gives hidden tests their ``student`` and turns outcomes
into checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import pytest

from foundations.config import Feedback
from foundations.errors import CourseError, FoundationsError, InternalError, SessionLost, SubmissionError
from foundations.grading import misconceptions
from foundations.grading.compare import CheckFailed, Finding, Inconclusive
from foundations.grading.student import Student
from foundations.report.model import DECIDED, NOT_ATTEMPTED, NOT_REACHED, Check, Exercise, Outcome, Review
from foundations.session.forkserver import ForkServerLost

_MARK = "foundations_check"
#: Length of an exception's text in a review.
_MAX_TEXT = 300
#: Everything that a hidden test may raise: pytest's own failures are no subclass of Exception.
_RAISED = (Exception, pytest.fail.Exception, pytest.skip.Exception)


def check(
    name: str, *, weight: float = 1.0, gate: bool = False, tiebreaker: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a hidden test as one graded behaviour.

    Args:
        name: what the student reads, e.g. ``"the product of rectangular matrices"``.
        weight: its share of the exercise's points.
        gate: while it fails, the checks after it are not looked at and the exercise earns nothing: a wrong product has
            no speed.
        tiebreaker: for a check of speed, the name of the check before it that counts operations. A time at the
        threshold
            cannot be decided; where the operations were found to be too many, it then counts as too slow.
    """
    if not weight > 0:
        raise CourseError(f"check {name!r} has weight {weight!r}; it must be above 0", slug="checks")
    return getattr(pytest.mark, _MARK)(name=name, weight=weight, gate=gate, tiebreaker=tiebreaker)


@dataclass
class ExerciseRun:
    """One exercise while it is being graded: how to get its student, and the checks so far."""

    result: Exercise
    student: Callable[[], Student]
    #: Told when the student process was lost in a check, so that the visible check need not lose it again.
    on_lost: Callable[[str], None]
    gate_closed_by: str | None = None
    battery: list[misconceptions.Observation] | None = None


@dataclass(frozen=True)
class Doubt:
    """A check without a verdict. The hidden test is run once more, after all others, to decide it.

    ``error`` is the exception that the test raised; ``answered`` tells whether the student process had answered
    anything in this check before.
    """

    test: str
    exercise: str
    check: Check
    error: BaseException
    answered: bool


@dataclass(eq=False)  # pytest keeps its plugins in sets where a folder has a conftest of its own
class GradingPlugin:
    """Collects what the hidden tests of one notebook say. ``exercises`` are in notebook order; ``only`` is the node id
    of the one test to run, if not all are wanted.
    """

    exercises: dict[str, ExerciseRun]
    bank: misconceptions.Bank
    feedback: Feedback
    collection_errors: list[str] = field(default_factory=list)
    worst_fault: int = 0
    refused: SubmissionError | None = None
    #: What the hidden tests ask a person to look at, each finding once.
    reviews: list[Review] = field(default_factory=list)
    #: Checks that a second run of their test has to decide.
    doubts: list[Doubt] = field(default_factory=list)
    only: str | None = None
    _current: Student | None = None
    #: How many requests the student process had answered before the present check.
    _answers: int = 0

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{_MARK}(name, weight, gate, tiebreaker): one graded behaviour")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.collection_errors.append(str(report.longrepr).strip().splitlines()[-1])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Notebook order; within an exercise gates come first."""
        order = {name: number for number, name in enumerate(self.exercises)}
        kept = [item for item in items if exercise_of(item) in order]
        for item in kept:
            if item.get_closest_marker(_MARK) is None:
                self.collection_errors.append(f"{item.nodeid} has no @check(...): it would grade nothing")
        kept.sort(key=lambda item: (order[exercise_of(item)], not _mark(item).get("gate")))
        without = sorted(set(order) - {exercise_of(item) for item in kept})
        if without and not self.collection_errors:
            self.collection_errors.append(
                f"exercise {without[0]!r} has no hidden test: write graders/<assignment>/test_{without[0]}.py"
            )
        self.collection_errors.extend(_without_twin(kept))
        items[:] = [] if self.collection_errors else [item for item in kept if self.only in {None, item.nodeid}]

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The student's notebook as it stands at the exercise's cell."""
        run = self.exercises[exercise_of(request.node)]
        student = run.student()
        student.attempted = any(check.outcome == "pass" for check in run.result.checks)
        self._current, self._answers = student, student.answers
        yield student
        self.reviews.extend(review for review in dict.fromkeys(student.reviews) if review not in self.reviews)
        self._current = None

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """A fixture that fails is a fault too; checks themselves are judged in :meth:`pytest_pyfunc_call`."""
        if call.when == "setup" and call.excinfo is not None:
            self._conclude(item, call.excinfo.value)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        run = self.exercises[exercise_of(pyfuncitem)]
        if run.gate_closed_by is not None:
            closed = (
                NOT_ATTEMPTED if run.gate_closed_by == NOT_ATTEMPTED else f"{NOT_REACHED} {run.gate_closed_by!r} passes"
            )
            self._record(pyfuncitem, "fail", closed, None)
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
        """Record the verdict on a hidden test that raised, and the doubt where there is none yet."""
        try:
            verdict = self._judge(item, error)
        except Exception as failure:  # judging itself failed: a check that is not recorded would cost nothing
            error, verdict = failure, ("fault", fault_text(item.nodeid, failure), None)
        check = self._record(item, *verdict)
        if check.outcome in DECIDED or isinstance(error, SubmissionError | ForkServerLost):
            return
        exercise, student = exercise_of(item), self._current
        answered = student is not None and student.answers > self._answers
        self.doubts.append(Doubt(item.nodeid, exercise, check, error, answered))
        if check.gate and check.outcome == "fault":  # it fails, or the exercise has no score anyway
            self.exercises[exercise].gate_closed_by = check.name

    def _judge(self, item: pytest.Item, error: BaseException) -> tuple[Outcome, str, str | None]:
        """Outcome, message and misconception for what a hidden test raised. Whose fault is it?"""
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
        if isinstance(error, ForkServerLost):  # nothing that another run of the test could explain
            self.worst_fault = max(self.worst_fault, error.exit_code)
        return "fault", fault_text(item.nodeid, error), None

    def _undecided(self, item: pytest.Item, error: Inconclusive) -> tuple[Outcome, str, str | None]:
        """No verdict, unless the check's tiebreaker has failed."""
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
            return "fail", NOT_ATTEMPTED, None
        if _mark(item).get("gate"):
            run.gate_closed_by = _mark(item)["name"]
        found = self._name_mistake(run, finding)
        return "fail", self._message(finding, found), found.id if found else None

    def _message(self, finding: Finding, found: misconceptions.Misconception | None) -> str:
        parts = [finding.text]
        if self.feedback == "full" and finding.detail:
            parts.append(finding.detail)
        if found:
            parts.append(f"Hint: {found.hint}")
        return "\n".join(parts)

    def _name_mistake(self, run: ExerciseRun, finding: Finding) -> misconceptions.Misconception | None:
        """Look the mistake up by what the student's function did, on the failing check's inputs and on a battery of
        its own.
        """
        student = self._current
        if student is None or finding.stage in ("existence", "lost"):
            return None
        failing, name = list(student.observations), run.result.id
        try:
            if finding.symptom is None and run.battery is None:
                run.battery = self._observe(student, name)
            return misconceptions.name_mistake(self.bank.of(name), failing, run.battery or failing, finding.symptom)
        except Exception as error:
            reason = f"the answer could not be compared with the known mistakes of {name}: the failed check has no hint"
            student.ask_review(described(error), reason)
            return None

    def _observe(self, student: Student, exercise: str) -> list[misconceptions.Observation]:
        battery = self.bank.batteries.get(exercise)
        if battery is None:
            return []
        student.observations.clear()
        try:
            for args in battery.inputs(student.generator("battery")):
                student.call(*args, caller=battery.caller)
        except (CheckFailed, SessionLost):
            pass  # what was seen so far has to do
        return list(student.observations)

    def _record(self, item: pytest.Item, outcome: Outcome, message: str, misconception: str | None) -> Check:
        mark = _mark(item)
        check = Check(mark["name"], outcome, mark["weight"], "", misconception, mark["gate"])
        self.exercises[exercise_of(item)].result.checks.append(check)
        self.decide(check, outcome, message)
        return check

    def decide(self, check: Check, outcome: Outcome, message: str) -> None:
        """Give ``check`` its outcome and its message, as far as the level of feedback lets students read it."""
        check.outcome = outcome
        check.message = "" if self.feedback == "none" and outcome in DECIDED else message


def exercise_of(item: Any) -> str:
    """Name the exercise of a hidden test: ``EXERCISE`` in its file, or else the file's name without ``test_``.

    Names of files have to differ by more than upper and lower case, which names of exercises need not.
    """
    return str(getattr(item.module, "EXERCISE", item.path.stem.removeprefix("test_")))


def _mark(item: pytest.Item) -> dict[str, Any]:
    marker = item.get_closest_marker(_MARK)
    return dict(marker.kwargs) if marker else {}


def _without_twin(items: list[pytest.Item]) -> Iterator[str]:
    """What to tell the author of each check whose tiebreaker is not judged before it."""
    before: dict[str, set[str]] = {}
    for item in items:
        names, mark = before.setdefault(exercise_of(item), set()), _mark(item)
        if mark.get("tiebreaker") not in {None, *names}:
            why = "is not the name of a check before it in the same exercise"
            yield f"{item.nodeid}: tiebreaker {mark['tiebreaker']!r} {why}"
        names.add(mark.get("name", ""))


def described(error: BaseException) -> str:
    """The exception and its place on one line, for the author of the graders."""
    text = " ".join(str(error).split())
    text = text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + " …"
    return f"{type(error).__name__}: {text}{_place(error)}"


def fault_text(test: str, error: BaseException) -> str:
    """The message of a check whose hidden test is at fault."""
    if isinstance(error, FoundationsError):
        return str(error)
    return f"the grader {test} itself failed with {described(error)}"


def fault_code(error: BaseException) -> int:
    """Exit code for an exception of a hidden test that is at fault: its author's, or this package's."""
    if isinstance(error, FoundationsError):
        return error.exit_code
    return InternalError.exit_code if _is_ours(error) else CourseError.exit_code


def _place(error: BaseException) -> str:
    frame = _innermost(error)
    return f" (line {frame.tb_lineno} of {frame.tb_frame.f_code.co_filename.rpartition('/')[2]})" if frame else ""


def _is_ours(error: BaseException) -> bool:
    """Whether the innermost frame of the traceback lies in this package."""
    frame = _innermost(error)
    return frame is not None and frame.tb_frame.f_globals.get("__name__", "").startswith("foundations.")


def _innermost(error: BaseException) -> TracebackType | None:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace
