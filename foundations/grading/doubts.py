"""Second runs of hidden tests whose first run ended without a verdict.

- A speed that could not be decided is measured again after all other checks, in a fresh process.
- A hidden test that raised an exception is run with the instructor's solution. Only a test that fails then as well is
  at fault. Otherwise the student's value caused the exception. The check fails, the run continues, and a person is
  asked to look, because an unusual answer may be right.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from foundations.errors import FoundationsError
from foundations.grading.compare import Inconclusive
from foundations.grading.faults import described, fault_code
from foundations.grading.pytest_plugin import Doubt, ExerciseRun, GradingPlugin
from foundations.grading.student import Student
from foundations.report.model import DECIDED, Check, Exercise, Review

#: Takes the name of an exercise; while the context is open, gives a function that returns the exercise's student.
Students = Callable[[str], AbstractContextManager[Callable[[], Student]]]


@dataclass(frozen=True)
class SecondRuns:
    """Decides the checks that a first run left open.

    Args:
        run: runs the hidden tests that a plugin selects.
        afresh: provides the students of the graded notebook, in a fresh process.
        solution: provides the instructor's solutions as students, in a fresh process.
        proved: node ids of tests that failed with the solution. One proof serves all notebooks.
    """

    run: Callable[[GradingPlugin], None]
    afresh: Students
    solution: Students
    proved: set[str] = field(default_factory=set)

    def decide(self, plugin: GradingPlugin) -> None:
        """Decide every check in doubt, if possible."""
        for doubt in plugin.doubts:  # a second measurement may add to them
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
        further = [replace(new, check=doubt.check) for new in second.doubts if not isinstance(new.error, Inconclusive)]
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
            reason = f"{about}; the check {doubt.check.name!r} has no verdict, because no answer had been seen before"
            message = "this check could not be decided for this notebook; a person has been asked to look at it"
            plugin.decide(doubt.check, "inconclusive", message)
        plugin.reviews.append(Review(described(doubt.error), reason, (doubt.exercise,)))

    def _fails_with_solution(self, plugin: GradingPlugin, doubt: Doubt) -> bool:
        if doubt.test not in self.proved:
            maximum = plugin.exercises[doubt.exercise].result.max_score
            _, check = self._run_once_more(plugin, doubt, self.solution, Exercise(doubt.exercise, maximum))
            # An undecided speed is not an exception: the test ran to its end.
            if check is not None and check.outcome in ("pass", "inconclusive"):
                return False
            self.proved.add(doubt.test)
        return True

    def _run_once_more(
        self, plugin: GradingPlugin, doubt: Doubt, students: Students, result: Exercise
    ) -> tuple[GradingPlugin, Check | None]:
        """Run one hidden test; return its check in ``result``, or ``None`` if no process could run it."""
        second = GradingPlugin({}, plugin.bank, plugin.feedback, only=doubt.test)
        checks_before = len(result.checks)
        try:
            with students(doubt.exercise) as student:
                second.exercises[doubt.exercise] = ExerciseRun(result, student, lambda reason: None)
                self.run(second)
        except FoundationsError:
            return second, None
        return second, result.checks[-1] if len(result.checks) > checks_before else None
