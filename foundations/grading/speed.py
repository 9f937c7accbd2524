"""Speed as a ratio of CPU times: the student's function against the instructor's baseline, in two processes.

- CPU time is accounted by the operating system and read from outside the process, so neither competing processes nor
  a patched clock changes it.
- Baseline and student run in turns (B S B S B …) within the same second.
- Every repetition has fresh inputs, and its output is checked.
- The two baseline runs around a student run are the A/A control. If they disagree, the machine is too noisy and the
  round is discarded.
- The cost of the probe is measured in the baseline's process, with a function that returns a constant, and subtracted.
"""

from __future__ import annotations

import inspect
import math
import statistics
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from foundations.config import Limits
from foundations.diagnosis.arrays import library_of
from foundations.errors import CourseError, SessionLost
from foundations.grading.compare import CheckFailed, Finding, Inconclusive, describe, difference
from foundations.grading.generators import made_by
from foundations.session.course_session import CourseSession
from foundations.session.session import Session

#: Target CPU seconds of a student batch: long enough for the clock, short enough for a class.
_BATCH_S = 0.003
_MAX_BATCH = 200
_MIN_ROUNDS = 2
_MAX_ROUNDS = 14
#: A round is discarded if its two baseline runs differ by more than this factor.
_NOISE = 1.5
#: A verdict needs this many standard errors between the mean of the rounds and the threshold.
_CONFIDENCE = 4.5
#: The least standard deviation of rounds that is assumed, because a few of them may agree by luck.
_LEAST_SCATTER = 0.12


#: The results of one call: the returned tensor or array, or several tensors by name.
Values = torch.Tensor | np.ndarray[Any, Any] | np.generic | Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class Task:
    """The functions to compare, and the values that each of their calls must give.

    Attributes:
        exercise: name of the student's function.
        baseline: the instructor's function, which computes the same values.
        inputs: makes the arguments of one call.
        expected: the right values for these arguments.
        min_speedup: the factor by which ``exercise`` must be faster than ``baseline``.
        label: the baseline's speed in words, for messages.
        caller: source of a grader's function that calls the student's, if it cannot be called directly.
        plain: further arguments of ``caller``; they are not tensors, and are the same in every call.
        scale: computes the scale of the tolerance from the arguments of the call; default: the largest expected value.
            It is needed if all expected values may be small by chance although they are sums of larger numbers.
        stand_ins: right versions of earlier exercises that the student's function uses, as they travel.
    """

    exercise: str
    baseline: Callable[..., object]
    inputs: Callable[[Any], tuple[Any, ...]]
    expected: Callable[..., Values]
    min_speedup: float
    label: str
    caller: dict[str, str] | None = None
    plain: tuple[Any, ...] = ()
    scale: Callable[..., float] | None = None
    stand_ins: dict[str, Any] | None = None


@dataclass(frozen=True)
class SpeedVerdict:
    """The verdict of one speed check.

    ``factor`` is the baseline's CPU time divided by the student's. ``text`` is the factor in words.
    """

    passed: bool
    factor: float
    rounds: int
    text: str


@dataclass(frozen=True)
class Round:
    """CPU seconds of one call: the baseline's, the student's with the probe, and the probe's alone."""

    baseline: float
    student: float
    probe: float

    def excess(self, min_speedup: float) -> float:
        """Return the distance from the threshold, which is negative if the student's function is fast enough.

        It is derived from the share of the allowed time that the function took. Below the threshold it is the share
        less 1: after the probe is subtracted, the time of a quick function may be near 0 by chance, and its logarithm
        arbitrarily low. Above the threshold it is the logarithm of the share. So a single bad round neither decides
        alone nor outweighs the others.
        """
        share = min_speedup * max(self.student - self.probe, 0.0) / self.baseline
        return share - 1 if share < 1 else math.log(share)


class Stopwatch(CourseSession):
    """Compares functions; the session of one baseline serves a whole class."""

    #: The baseline that the present session holds, and the values that it gives.
    _key: tuple[object, ...] | None = None

    def judge(self, task: Task, student: Session, generator: torch.Generator) -> SpeedVerdict:
        """Decide whether the student's function is ``task.min_speedup`` times faster than the baseline.

        Raises:
            CheckFailed: a repetition gave a wrong value or raised.
            Inconclusive: the rounds allow no verdict.
            SessionLost: the student process did not survive.
            CourseError: the baseline itself fails.
        """
        baseline = self._prepared(task, generator)
        size = _first_size(task, student, generator)
        rounds: list[Round] = []
        before = _baseline_cpu(baseline, task, generator)
        for number in range(1, _MAX_ROUNDS + 1):
            student_s = _cpu(student, task.exercise, task, generator, size)
            probe_s = _cpu(baseline, "nothing", task, generator, size, check=False)
            after = _baseline_cpu(baseline, task, generator)
            noisy = not 1 / _NOISE < after / before < _NOISE
            reference, before = math.sqrt(before * after), after
            if noisy:
                continue
            rounds.append(Round(reference, student_s / size, probe_s / size))
            if verdict := _decide(task, rounds, number):
                return verdict
        raise Inconclusive(
            f"the speed of {task.exercise} could not be decided in {_MAX_ROUNDS} rounds: the machine is too busy, "
            f"or the factor is very close to {task.min_speedup:g}×"
        )

    def _prepared(self, task: Task, generator: torch.Generator) -> Session:
        """Return a session with the instructor's function, and with ``nothing``, which measures the probe's cost."""
        result = _zeros(task.expected(*made_by(task.inputs, generator)))
        key = (task.baseline, result)
        if self.session is not None and key == self._key:
            return self.session
        self.close()
        source = "\n".join(
            [
                "import math, numpy, torch",
                "np = numpy",
                textwrap.dedent(inspect.getsource(task.baseline)),
                f"_result = {result}",
                "def nothing(*inputs): return _result",
            ]
        )
        self.session, self._key = Session(self._forkserver, [(0, source)], Limits(notebook_wall_s=1e7)), key
        self.session.finish()
        if error := self.session.runs[0].error:
            self.close()
            raise CourseError(
                f"the baseline {task.baseline.__name__} does not run on its own: {error['text']}", slug="baseline"
            )
        return self.session


def _first_size(task: Task, student: Session, generator: torch.Generator) -> int:
    """Return the number of repetitions in a batch. The first call also warms up the student process."""
    _cpu(student, task.exercise, task, generator, 1)
    taken = _cpu(student, task.exercise, task, generator, 2) / 2
    return max(1, min(_MAX_BATCH, round(_BATCH_S / max(taken, 1e-6))))


def _baseline_cpu(session: Session, task: Task, generator: torch.Generator) -> float:
    """Measure the CPU seconds of the instructor's function.

    Raises:
        CourseError: the function failed, which is the author's fault.
    """
    name = task.baseline.__name__
    try:
        return _cpu(session, name, task, generator, 1)
    except (CheckFailed, SessionLost) as error:
        raise CourseError(
            f"the baseline {name} that {task.exercise} is timed against failed: {error}", slug="baseline"
        ) from error


def _cpu(
    session: Session, function: str, task: Task, generator: torch.Generator, size: int, *, check: bool = True
) -> float:
    """Measure the CPU seconds that ``session`` spends on a request with ``size`` fresh inputs."""
    inputs = [made_by(task.inputs, generator) for _ in range(size)]
    stacks = [_stacked(parts) for parts in zip(*inputs, strict=True)]
    own = {"caller": task.caller, "plain": list(task.plain), "stand_ins": task.stand_ins}
    options = own if function == task.exercise else {}
    losses, start = session.forkserver_losses, session.clock()
    reply = session.request("batch", function=function, stacks=stacks, count=size, **options)
    spent = session.clock() - start
    if session.forkserver_losses != losses:  # ``start`` was read in a process that has ended
        return _cpu(session, function, task, generator, size, check=check)
    if reply["error"]:
        error = reply["error"]
        raise CheckFailed(
            Finding("exception", f"{function} stopped with {error['name']} while it was timed: {error['text'][:200]}")
        )
    if check:
        _must_be_right(reply["value"], inputs, function, task)
    return max(spent, 1e-7)


def _stacked(parts: Sequence[Any]) -> Any:
    return torch.stack(list(parts)) if isinstance(parts[0], torch.Tensor) else np.stack(parts)


def _must_be_right(values: object, inputs: list[tuple[torch.Tensor, ...]], function: str, task: Task) -> None:
    """Check every value of every repetition."""
    results = list(values) if isinstance(values, torch.Tensor | list) else []
    if len(results) != len(inputs):
        raise SessionLost("it answered the timing with something other than its results")
    for value, args in zip(results, inputs, strict=True):
        must_be_expected(task, value, args, f"{function}, timed on fresh inputs")


def must_be_expected(task: Task, value: object, args: Sequence[Any], subject: str) -> str:
    """Compare the value of a timed call on ``args`` with the one that the task expects; return the latter's library.

    Raises:
        CheckFailed: the values differ.
    """
    scale = task.scale(*args) if task.scale else None
    expected = task.expected(*args)
    if not isinstance(expected, Mapping):
        finding = difference(value, expected, subject=subject, scale=scale, dtype=False)
    else:
        finding = _first_difference(value, expected, subject, scale)
    if finding:
        raise CheckFailed(finding)
    return library_of(expected)


def _first_difference(
    got: object, expected: Mapping[str, torch.Tensor], subject: str, scale: float | None
) -> Finding | None:
    """Return the finding for the first of several named values that is missing or wrong."""
    for name, wanted in expected.items():
        value = got.get(name) if isinstance(got, dict) else None
        if not isinstance(value, torch.Tensor):
            return Finding("type", f"{name} of {subject}, is {describe(value)}; expected a tensor")
        if finding := difference(value, wanted, subject=f"{name} of {subject}", scale=scale, dtype=False):
            return finding
    return None


def _zeros(values: Values) -> str:
    """Return the source of an expression for zeros that take as long to transfer as ``values``."""
    if isinstance(values, Mapping):
        return "{" + ", ".join(f"{name!r}: {_zeros(value)}" for name, value in values.items()) + "}"
    if isinstance(values, torch.Tensor):
        return f"torch.zeros({tuple(values.shape)}, dtype={values.dtype})"
    return f"np.zeros({values.shape}, {values.dtype.name!r})"


def _decide(task: Task, rounds: Sequence[Round], number: int) -> SpeedVerdict | None:
    """Return a verdict, or ``None`` if the mean of the rounds is too near to the threshold for their scatter."""
    if len(rounds) < _MIN_ROUNDS:
        return None
    excesses = [round_.excess(task.min_speedup) for round_ in rounds]
    mean = statistics.fmean(excesses)
    scatter = max(statistics.stdev(excesses), _LEAST_SCATTER)
    if abs(mean) < _CONFIDENCE * scatter / math.sqrt(len(rounds)):
        return None
    factor = _factor(rounds)
    text = f"{_rounded(factor)}× {task.label}; {_rounded(task.min_speedup)}× needed"
    return SpeedVerdict(mean < 0, factor, number, text)


def _factor(rounds: Sequence[Round]) -> float:
    """Return the baseline's CPU time divided by the student's.

    The student's function counts with at least a fifth of the time with the probe, because no function is free.
    """
    baseline = sum(round_.baseline for round_ in rounds)
    student = sum(round_.student for round_ in rounds)
    return baseline / max(student - sum(round_.probe for round_ in rounds), student / 5)


def _rounded(factor: float) -> str:
    return f"{factor:.0f}" if factor >= 10 else f"{factor:.1f}"
