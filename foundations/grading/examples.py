"""Examples: for a failed check, the smallest input found on which the student's answer differs from the right one.

They are found after all verdicts, in fresh student processes, and change only the check's ``example``. A wrong
call is made smaller: sizes first, then the numbers, in a few rounds of one request each. The instructor's solution has
to be right on an input, too. In the end the answer has to be wrong in another fresh process, so that no example depends
on the calls before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace

from foundations.errors import SessionLost
from foundations.grading import small_values
from foundations.grading.call import Call, first_line
from foundations.grading.compare import CheckFailed
from foundations.grading.exercise import RETURN, WrongCall
from foundations.grading.pytest_plugin import ExerciseRun
from foundations.grading.small_inputs import KINDS, SmallInput, SmallInputs
from foundations.grading.student import Student
from foundations.report.model import Check, Example
from foundations.session.session import Session

#: Calls of the student's function for one check, in one round, and in a round of numbers that are tried second.
_MAX_CALLS, _MAX_OF_ROUND, _MAX_RARE = 50, 16, 6
#: Calls of these that are kept for the numbers while sizes are made smaller for the first time.
_FOR_NUMBERS = 18
#: Seconds of CPU of all processes for the examples of one notebook. A notebook that took longer gets none.
_MAX_CPU_S = 10.0
#: Seconds of CPU, and on the clock, for the calls of one round.
_ROUND_CPU_S, _ROUND_WALL_S = 2.0, 10.0
#: Findings that the values of an example show.
_STAGES = frozenset({"value", "finite", "shape", "type", "exception"})

#: Equal differences of an exercise have one example: place, stage, class of an exception, old values before the call.
_Difference = tuple[str, str, str, tuple[tuple[int, str], ...]]


@dataclass
class ExampleFinder:
    """Finds the examples of one notebook.

    Attributes:
        again: opens a fresh student process of the notebook.
        student: returns the student of an exercise in such a process.
        solution: provides the instructor's solution of an exercise as a student.
        proved: inputs in words, and whether the solution is right on them. It may be kept for other notebooks.
    """

    again: Callable[[], Session]
    student: Callable[[str, Session], Student]
    solution: Callable[[str], AbstractContextManager[Callable[[], Student]]]
    proved: dict[tuple[str, str], bool] = field(default_factory=dict)
    _cpu_s: float = 0.0

    def find(self, runs: Mapping[str, ExerciseRun], spent_s: float) -> None:
        """Set the examples of all failed checks for which one is found.

        Args:
            runs: the exercises.
            spent_s: seconds of CPU that the notebook took. Its cells run again.
        """
        wanted = {name: run for name, run in runs.items() if any(map(_may_show, run.wrong_calls))}
        if not wanted or spent_s > _MAX_CPU_S:
            return
        start = time.process_time()
        found: dict[str, list[_Found]] = {}
        with self.again() as session:
            for name, run in wanted.items():
                if time.process_time() - start + self._cpu_s + session.cpu_s < _MAX_CPU_S:
                    found[name] = list(self._find_each(name, run, session))
            self._cpu_s += session.cpu_s
        if not any(found.values()):
            return
        with self.again() as session:
            for name, examples in found.items():
                if time.process_time() - start + self._cpu_s + session.cpu_s < _MAX_CPU_S:
                    self._confirm(name, examples, session)

    def _find_each(self, name: str, run: ExerciseRun, session: Session) -> Iterator[_Found]:
        """Yield an example for each difference between the exercise and its right values."""
        seen: set[_Difference] = set()
        student = None
        with ExitStack() as stack:
            solution = _Solution(name, stack, self.solution, self.proved)
            for check, wrong in filter(_may_show, run.wrong_calls):
                inputs = SmallInputs(wrong, name, run.inputs_in_words)
                difference = *_kind(wrong), tuple(inputs.old_values)
                if difference in seen:
                    continue
                seen.add(difference)
                student = student or _hurried(self.student(name, session))
                smallest = _Search(inputs, student, solution).smallest()
                if smallest is not None:
                    yield _Found(check, inputs, smallest)
            self._cpu_s += solution.cpu_s

    def _confirm(self, name: str, examples: Sequence[_Found], session: Session) -> None:
        """Set the examples that are wrong in a fresh process too.

        If the first call of the process is right, the answer depends on the calls before, and no example is shown.
        """
        if not examples:
            return
        student = _hurried(self.student(name, session))
        for found in examples:
            [call] = _calls(student, found.inputs, [found.small])
            failure = _failure(found.inputs, call)
            example = _example(student, call, failure) if failure is not None else None
            if failure is None or example is None:
                return
            found.check.example = example


@dataclass(frozen=True)
class _Found:
    check: Check
    inputs: SmallInputs
    small: SmallInput


@dataclass
class _Solution:
    """The instructor's solution, which runs only if an input is new."""

    name: str
    stack: ExitStack
    provide: Callable[[str], AbstractContextManager[Callable[[], Student]]]
    proved: dict[tuple[str, str], bool]
    _student: Student | None = None

    @property
    def cpu_s(self) -> float:
        return 0.0 if self._student is None else self._student.session.cpu_s

    def right(self, inputs: SmallInputs, each: Sequence[SmallInput]) -> list[SmallInput]:
        """Return the inputs on which the solution is right; the others are not in the domain of the exercise."""
        new = [small for small in each if (self.name, small.words) not in self.proved]
        if new:
            self._student = self._student or self.stack.enter_context(self.provide(self.name))()
            for small, call in zip(new, _calls(self._student, inputs, new), strict=True):
                self.proved[self.name, small.words] = _failure(inputs, call) is None
        return [small for small in each if self.proved[self.name, small.words]]


@dataclass
class _Search:
    """The search for the smallest input on which one call differs."""

    inputs: SmallInputs
    student: Student
    solution: _Solution
    _calls_left: int = _MAX_CALLS
    _kept: int = _FOR_NUMBERS
    _tried: set[str] = field(default_factory=set)

    def smallest(self) -> SmallInput | None:
        """Return the smallest input that was found, or ``None``."""
        best, before = self._of_any_size(), None
        while best is not None and best is not before:
            before = best
            best = self._best_of(self.inputs.smaller, best)
            self._kept = 0
            best = self._best_of(self.inputs.simpler, best)
        return best

    def _best_of(self, improve: Callable[[SmallInput], Iterable[SmallInput]], best: SmallInput) -> SmallInput:
        """Return the best wrong input that is reached by improving ``best`` again and again."""
        tried = -1
        while len(self._tried) > tried:
            tried = len(self._tried)
            best = min([best, *self._wrong(improve(best))], key=_difficulty)
        return best

    def _of_any_size(self) -> SmallInput | None:
        """Return the smallest wrong input with whole numbers or, if none is wrong, with zeros or tenths."""
        sizes = self.inputs.sizes()
        for kind in KINDS:  # a difference that is rare shows first in inputs with many numbers
            several = sizes if kind == "whole" else sizes[: -1 - _MAX_RARE : -1]
            if wrong := self._wrong(self.inputs.make(each, kind=kind) for each in several):
                return min(wrong, key=_difficulty)
        return None

    def _wrong(self, each: Iterable[SmallInput | None]) -> list[SmallInput]:
        """Return the inputs on which the student's answer differs in the same way, and the solution is right."""
        several: list[SmallInput] = []
        most = min(self._calls_left - self._kept, _MAX_OF_ROUND)
        for small in each if most > 0 else ():
            if len(several) == most:
                break
            if small is not None and small.words not in self._tried:
                self._tried.add(small.words)
                several.append(small)
        if not several:
            return []
        self._calls_left -= len(several)
        try:
            calls = _calls(self.student, self.inputs, several)
        except (SessionLost, CheckFailed):  # one of the calls did not return
            self._calls_left = 0
            return []
        wrong = [small for small, call in zip(several, calls, strict=True) if self._differs(call)]
        return self.solution.right(self.inputs, wrong) if wrong else []

    def _differs(self, call: Call) -> bool:
        failure = _failure(self.inputs, call)
        return (
            failure is not None
            and _kind(failure) == _kind(self.inputs.wrong)
            and _example(self.student, call, failure) is not None
        )


def _difficulty(small: SmallInput) -> tuple[int, bool, float]:
    return small.difficulty


def _may_show(failed: tuple[Check, WrongCall]) -> bool:
    check, wrong = failed
    return check.outcome == "fail" and wrong.finding.stage in _STAGES


def _kind(wrong: WrongCall) -> tuple[str, str, str]:
    """Return the marks of alike differences: their place, their stage, and the class of an exception."""
    raised = wrong.finding.raised
    return wrong.place, wrong.finding.stage, str(raised["name"]) if raised else ""


def _hurried(student: Student) -> Student:
    """Give the calls of a student less time than those of a check."""
    limits = student.session.check_limits
    student.session.check_limits = replace(
        limits,
        check_cpu_s=min(limits.check_cpu_s, _ROUND_CPU_S),
        check_wall_s=min(limits.check_wall_s, _ROUND_WALL_S),
    )
    return student


def _calls(student: Student, inputs: SmallInputs, each: Sequence[SmallInput]) -> list[Call]:
    """Make calls with these inputs within one request."""
    with student.using(inputs.wrong.form):
        return list(student.calls(*(small.args for small in each), caller=inputs.wrong.exercise.calling()))


def _failure(inputs: SmallInputs, call: Call) -> WrongCall | None:
    """Return how a call differs from the right values, or ``None`` if it is right."""
    try:
        inputs.exercise().must_be_right(call, dtype=inputs.wrong.dtype)
    except CheckFailed as failed:
        return failed.wrong_call
    return None


def _example(student: Student, call: Call, wrong: WrongCall) -> Example | None:
    """Return a wrong call in words; ``None`` if right and wrong look alike, as in the last digits."""
    expected = wrong.exercise.by_place(*call.args)[wrong.place]
    lines = small_values.assignments(call.names, call.args)
    if lines is None:
        return None
    for digits in (small_values.DIGITS, small_values.MORE_DIGITS):
        right, got = (_at(call, wrong, small_values.shown_or_described(expected, digits)), _got(call, wrong, digits))
        if got != right:
            return Example(tuple(lines), student.title(call.args, call.caller), got, right)
    return None


def _got(call: Call, wrong: WrongCall, digits: int) -> str:
    """Return the result of a wrong call in words."""
    if call.error is not None:
        return first_line(f"{call.error['name']}: {first_line(call.error['text'])}")
    if wrong.place == RETURN:
        return small_values.shown_or_described(call.value, digits)
    argument, attribute = wrong.exercise.index_of(wrong.place)
    if not attribute:
        return _at(call, wrong, small_values.shown_or_described(call.args_after[argument], digits))
    if attribute not in call.attributes[argument]:
        return f"{call.names[argument]}.{attribute} is not set"
    return _at(call, wrong, small_values.shown_or_described(call.attributes[argument][attribute], digits))


def _at(call: Call, wrong: WrongCall, text: str) -> str:
    """Return the text of a value with the place where it has to be."""
    if wrong.place == RETURN:
        return text
    argument, attribute = wrong.exercise.index_of(wrong.place)
    return f"{call.names[argument]}{'.' if attribute else ''}{attribute} = {text}"
