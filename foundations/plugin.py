"""The pytest side: one run for each notebook, in the judge. Gives hidden tests their ``student`` and turns outcomes
into checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from foundations import diagnose
from foundations.compare import CheckFailed, Finding, Inconclusive
from foundations.config import Feedback
from foundations.errors import CourseError, FoundationsError, InternalError, SessionLost, SubmissionError
from foundations.model import DECIDED, NOT_ATTEMPTED, NOT_REACHED, Check, Exercise, Outcome, Review
from foundations.student import Student

_MARK = "foundations_check"


def check(
    name: str, *, weight: float = 1.0, gate: bool = False, twin: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a hidden test as one graded behaviour.

    Args:
        name: what the student reads, e.g. ``"the product of rectangular matrices"``.
        weight: its share of the exercise's points.
        gate: while it fails, the checks after it are not looked at and the exercise earns nothing: a wrong product has
            no speed.
        twin: for a check of speed, the name of the check before it that counts operations. A time at the threshold
            cannot be decided; where the operations were found to be too many, it then counts as too slow.
    """
    if not weight > 0:
        raise CourseError(f"check {name!r} has weight {weight!r}; it must be above 0", slug="checks")
    return getattr(pytest.mark, _MARK)(name=name, weight=weight, gate=gate, twin=twin)


@dataclass
class ExerciseRun:
    """One exercise while it is being graded: how to get its student, and the checks so far."""

    result: Exercise
    student: Callable[[], Student]
    #: Told when the student process was lost in a check, so that the visible check need not lose it again.
    on_lost: Callable[[str], None]
    gate_closed_by: str | None = None
    battery: list[diagnose.Observation] | None = None


@dataclass(eq=False)  # pytest keeps its plugins in sets where a folder has a conftest of its own
class GradingPlugin:
    """Collects what the hidden tests of one notebook say. ``exercises`` are in notebook order."""

    exercises: dict[str, ExerciseRun]
    bank: diagnose.Bank
    feedback: Feedback
    collection_errors: list[str] = field(default_factory=list)
    worst_fault: int = 0
    refused: SubmissionError | None = None
    #: What the hidden tests ask a person to look at, each finding once.
    reviews: list[Review] = field(default_factory=list)
    _current: Student | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{_MARK}(name, weight, gate, twin): one graded behaviour")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.collection_errors.append(str(report.longrepr).strip().splitlines()[-1])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Notebook order; within an exercise gates come first."""
        order = {name: number for number, name in enumerate(self.exercises)}
        kept = [item for item in items if _exercise_of(item) in order]
        for item in kept:
            if item.get_closest_marker(_MARK) is None:
                self.collection_errors.append(f"{item.nodeid} has no @check(...): it would grade nothing")
        kept.sort(key=lambda item: (order[_exercise_of(item)], not _mark(item).get("gate")))
        without = sorted(set(order) - {_exercise_of(item) for item in kept})
        if without and not self.collection_errors:
            self.collection_errors.append(
                f"exercise {without[0]!r} has no hidden test: write graders/<assignment>/test_{without[0]}.py"
            )
        self.collection_errors.extend(_without_twin(kept))
        items[:] = [] if self.collection_errors else kept

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The student's notebook as it stands at the exercise's cell."""
        run = self.exercises[_exercise_of(request.node)]
        student = run.student()
        student.attempted = any(check.outcome == "pass" for check in run.result.checks)
        self._current = student
        yield student
        self.reviews.extend(review for review in dict.fromkeys(student.reviews) if review not in self.reviews)
        self._current = None

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """A fixture that fails is a fault too; checks themselves are judged in :meth:`pytest_pyfunc_call`."""
        if call.when == "setup" and call.excinfo is not None:
            self._record(item, *self._judge(item, call.excinfo.value))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        run = self.exercises[_exercise_of(pyfuncitem)]
        if run.gate_closed_by is not None:
            closed = (
                NOT_ATTEMPTED if run.gate_closed_by == NOT_ATTEMPTED else f"{NOT_REACHED} {run.gate_closed_by!r} passes"
            )
            self._record(pyfuncitem, "fail", closed, None)
            return True
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        try:
            pyfuncitem.obj(**arguments)
        except Exception as error:
            try:
                verdict = self._judge(pyfuncitem, error)
            except Exception as fault:  # the bank's own code: a check that is not recorded would cost nothing
                verdict = self._judge(pyfuncitem, fault)
        else:
            verdict = "pass", "; ".join(self._current.notes) if self._current else "", None
        self._record(pyfuncitem, *verdict)
        return True

    def _judge(self, item: pytest.Item, error: BaseException) -> tuple[Outcome, str, str | None]:
        """Outcome, message and misconception for what a hidden test raised. Whose fault is it?"""
        if isinstance(error, CheckFailed):
            return self._wrong(item, error.finding)
        if isinstance(error, SessionLost):
            exercise = _exercise_of(item)
            reason = self._current.why_lost(error, _mark(item).get("name", "")) if self._current else error.reason
            self.exercises[exercise].on_lost(reason)
            return self._wrong(item, Finding("lost", f"{exercise} did not return: {reason}"))
        if isinstance(error, Inconclusive):
            return self._undecided(item, error)
        if isinstance(error, SubmissionError):
            self.refused = error
            return "fault", str(error), None
        if isinstance(error, FoundationsError):
            self.worst_fault = max(self.worst_fault, error.exit_code)
            return "fault", str(error), None
        self.worst_fault = max(self.worst_fault, InternalError.exit_code if _is_ours(error) else CourseError.exit_code)
        where = _last_line(error)
        return "fault", f"the grader {item.nodeid} itself failed with {type(error).__name__}: {error}{where}", None

    def _undecided(self, item: pytest.Item, error: Inconclusive) -> tuple[Outcome, str, str | None]:
        """No verdict, unless the check's twin has failed."""
        twin = _mark(item).get("twin")
        outcomes = {check.name: check.outcome for check in self.exercises[_exercise_of(item)].result.checks}
        if twin is not None and outcomes.get(twin) == "fail":
            return "fail", f"{error}. It counts as too slow, because {twin!r} failed", None
        return "inconclusive", f"{error}; grade again", None

    def _wrong(self, item: pytest.Item, finding: Finding) -> tuple[Outcome, str, str | None]:
        run = self.exercises[_exercise_of(item)]
        if finding.symptom == NOT_ATTEMPTED:
            run.gate_closed_by = NOT_ATTEMPTED
            return "fail", NOT_ATTEMPTED, None
        if _mark(item).get("gate"):
            run.gate_closed_by = _mark(item)["name"]
        found = self._name_mistake(run, finding)
        return "fail", self._message(finding, found), found.id if found else None

    def _message(self, finding: Finding, found: diagnose.Misconception | None) -> str:
        parts = [finding.text]
        if self.feedback == "full" and finding.detail:
            parts.append(finding.detail)
        if found:
            parts.append(f"Hint: {found.hint}")
        return "\n".join(parts)

    def _name_mistake(self, run: ExerciseRun, finding: Finding) -> diagnose.Misconception | None:
        """Look the mistake up by what the student's function did, on the failing check's inputs and on a battery of
        its own.
        """
        student = self._current
        if student is None or finding.stage in ("existence", "lost"):
            return None
        failing = list(student.observations)
        if finding.symptom is None and run.battery is None:
            run.battery = self._observe(student, run.result.id)
        return diagnose.name_mistake(self.bank.of(run.result.id), failing, run.battery or failing, finding.symptom)

    def _observe(self, student: Student, exercise: str) -> list[diagnose.Observation]:
        battery = self.bank.batteries.get(exercise)
        if battery is None:
            return []
        student.observations.clear()
        try:
            for args in battery.inputs(student.generator("battery")):
                student.call(*args, through=battery.through)
        except (CheckFailed, SessionLost):
            pass  # what was seen so far has to do
        return list(student.observations)

    def _record(self, item: pytest.Item, outcome: Outcome, message: str, misconception: str | None) -> None:
        mark = _mark(item)
        run = self.exercises[_exercise_of(item)]
        if self.feedback == "none" and outcome in DECIDED:
            message = ""
        run.result.checks.append(Check(mark["name"], outcome, mark["weight"], message, misconception, mark["gate"]))


def _exercise_of(item: Any) -> str:
    return item.path.stem.removeprefix("test_")


def _mark(item: pytest.Item) -> dict[str, Any]:
    marker = item.get_closest_marker(_MARK)
    return dict(marker.kwargs) if marker else {}


def _without_twin(items: list[pytest.Item]) -> Iterator[str]:
    """What to tell the author of each check whose twin is not judged before it."""
    before: dict[str, set[str]] = {}
    for item in items:
        names, mark = before.setdefault(_exercise_of(item), set()), _mark(item)
        if mark.get("twin") not in {None, *names}:
            yield f"{item.nodeid}: twin {mark['twin']!r} is not the name of a check before it in the same exercise"
        names.add(mark.get("name", ""))


def _last_line(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" (line {trace.tb_lineno} of {trace.tb_frame.f_code.co_filename.rpartition('/')[2]})" if trace else ""


def _is_ours(error: BaseException) -> bool:
    """Whether the innermost frame of the traceback lies in this package."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith("foundations.")
