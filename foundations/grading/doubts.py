"""Second runs of hidden tests whose first run ended without a verdict.

A speed that could not be decided is measured once more when all other checks are done, alone and in a fresh process. A
hidden test that raised an exception is run with the instructor's solution: only a test that fails then as well is at
fault. Otherwise the exception came from a value that the test did not expect, which costs the student the one check
and ends nothing; a person is asked to look, because an odd answer may be a right one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from foundations.errors import FoundationsError
from foundations.grading.compare import Inconclusive
from foundations.grading.pytest_plugin import Doubt, ExerciseRun, GradingPlugin, described, fault_code
from foundations.grading.student import Student
from foundations.report.model import DECIDED, Check, Exercise, Review

#: From the name of an exercise, while its process lives: how to get the student whom a hidden test is put to.
Students = Callable[[str], AbstractContextManager[Callable[[], Student]]]


@dataclass(frozen=True)
class SecondRuns:
    """Decides the checks that a first run left open.

    Args:
        run: runs the hidden tests that a plugin asks for.
        afresh: the notebook that is being graded, in a fresh process.
        solution: the instructor's, in a fresh process.
        proved: node ids of tests that failed with the solution; one proof serves all notebooks.
    """

    run: Callable[[GradingPlugin], None]
    afresh: Students
    solution: Students
    proved: set[str] = field(default_factory=set)

    def decide(self, plugin: GradingPlugin) -> None:
        """Give every check in doubt its verdict, or leave it without one."""
        for doubt in plugin.doubts:  # measuring once more may add to them
            if isinstance(doubt.error, Inconclusive):
                self._measure_again(plugin, doubt)
            else:
                self._find_fault(plugin, doubt)

    def _measure_again(self, plugin: GradingPlugin, doubt: Doubt) -> None:
        result = plugin.exercises[doubt.exercise].result
        others = [check for check in result.checks if check is not doubt.check]
        second, check = self._run_once_more(plugin, doubt, self.afresh, replace(result, checks=others))
        if check is None:
            return
        plugin.reviews.extend(review for review in second.reviews if review not in plugin.reviews)
        further = [replace(one, check=doubt.check) for one in second.doubts if not isinstance(one.error, Inconclusive)]
        if check.outcome in DECIDED or further:
            doubt.check.outcome, doubt.check.message = check.outcome, check.message
            doubt.check.misconception = check.misconception
        plugin.doubts.extend(further)

    def _find_fault(self, plugin: GradingPlugin, doubt: Doubt) -> None:
        if self._fails_with_solution(plugin, doubt):
            plugin.worst_fault = max(plugin.worst_fault, fault_code(doubt.error))
            return
        about = f"the hidden test {doubt.test} raised this on the submission and passes with the instructor's solution"
        if doubt.answered:
            reason = f"{about}; the check {doubt.check.name!r} counts as failed, but the answer may be right"
            message = (
                f"{doubt.exercise} gave something that this check could not examine: "
                "does everything it returns or sets have the type and the shape that the exercise asks for?"
            )
            plugin.decide(doubt.check, "fail", message)
        else:
            reason = f"{about}; the check {doubt.check.name!r} has no verdict, because nothing had been called before"
            message = "this check could not be decided for this notebook; a person has been asked to look at it"
            plugin.decide(doubt.check, "inconclusive", message)
        plugin.reviews.append(Review(described(doubt.error), reason, (doubt.exercise,)))

    def _fails_with_solution(self, plugin: GradingPlugin, doubt: Doubt) -> bool:
        if doubt.test not in self.proved:
            maximum = plugin.exercises[doubt.exercise].result.max_score
            _, check = self._run_once_more(plugin, doubt, self.solution, Exercise(doubt.exercise, maximum))
            # A speed that is undecided is no exception: the test came to its end.
            if check is not None and check.outcome in ("pass", "inconclusive"):
                return False
            self.proved.add(doubt.test)
        return True

    def _run_once_more(
        self, plugin: GradingPlugin, doubt: Doubt, students: Students, result: Exercise
    ) -> tuple[GradingPlugin, Check | None]:
        """Run one hidden test; the check that it leaves in ``result``, or ``None`` if there was no process for it."""
        second = GradingPlugin({}, plugin.bank, plugin.feedback, only=doubt.test)
        known = len(result.checks)
        try:
            with students(doubt.exercise) as student:
                second.exercises[doubt.exercise] = ExerciseRun(result, student, lambda reason: None)
                self.run(second)
        except FoundationsError:
            return second, None
        return second, result.checks[-1] if len(result.checks) > known else None
