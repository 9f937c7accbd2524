"""Speed as a ratio of CPU times: the student's function against the instructor's baseline, each in a process of its
own.

CPU time is what the operating system accounts to a process, read from outside it, so neither competing processes nor
a patched clock counts. Baseline and student run in turns (B S B S B …) within the same second; every repetition has
fresh inputs and its output is checked. Two baseline runs around one student run are the A/A control: where they
disagree, the machine is too noisy and the round is thrown away. What our own probe costs is measured in the
baseline's process, with a function that does nothing, and taken off.
"""

from __future__ import annotations

import inspect
import math
import statistics
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from foundations.config import Limits
from foundations.errors import CourseError, SessionLost
from foundations.grading.compare import CheckFailed, Finding, Inconclusive, describe, difference
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session

#: CPU seconds that one student batch should take: long enough for the clock, short enough for a class.
_BATCH_S = 0.003
_MAX_BATCH = 200
_MIN_ROUNDS = 2
_MAX_ROUNDS = 14
#: Two baseline runs that differ by more than this factor say more about the machine than about the student.
_NOISE = 1.5
#: Standard errors between the mean of the rounds and the threshold before a verdict is given.
_CONFIDENCE = 4.5
#: Least scatter of rounds that is believed, however well a few of them agree by luck.
_LEAST_SCATTER = 0.12


#: Everything that one call gives: the tensor that it returns, or several tensors by name.
Values = torch.Tensor | Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class Task:
    """The functions to compare, and the values that each of their calls must give.

    Attributes:
        exercise: name of the student's function.
        baseline: the instructor's function, which gives the same values.
        inputs: makes the arguments of one call.
        expected: the right values for these arguments.
        min_speedup: the factor by which ``exercise`` must be faster than ``baseline``.
        label: the baseline's speed in words, for messages.
        caller: source of a grader's function that calls the student's, if it is not called by itself.
        plain: further arguments of ``caller``, which are not tensors and the same in every call.
        scale: size of the expected values, by which a difference is judged, from the arguments of the call; default:
            the largest expected value. Needed if all of them may be small by chance, because the numbers that were
            added up to them were not.
    """

    exercise: str
    baseline: Callable[..., object]
    inputs: Callable[[torch.Generator], tuple[torch.Tensor, ...]]
    expected: Callable[..., Values]
    min_speedup: float
    label: str
    caller: dict[str, str] | None = None
    plain: tuple[Any, ...] = ()
    scale: Callable[..., float] | None = None


@dataclass(frozen=True)
class SpeedVerdict:
    """``factor``: how many times less CPU time than the baseline; ``text``: the same in words."""

    passed: bool
    factor: float
    rounds: int
    text: str


@dataclass(frozen=True)
class Round:
    """CPU seconds of one call: the baseline's, the student's with our probe, and the probe's alone."""

    baseline: float
    student: float
    probe: float

    def excess(self, min_speedup: float) -> float:
        """Distance from the threshold: negative if the student's function is fast enough, 0 at the threshold.

        What is left of a quick function after the probe is taken off may be near 0 by chance, and its logarithm
        anywhere. Below the threshold the share of the allowed time is used instead, above it the logarithm of that
        share: one bad round can neither decide alone nor hide what the others agree on.
        """
        share = min_speedup * max(self.student - self.probe, 0.0) / self.baseline
        return share - 1 if share < 1 else math.log(share)


class Stopwatch:
    """Compares functions, with a baseline session of its own that serves a whole class."""

    def __init__(self, forkserver: ForkServer) -> None:
        self._forkserver = forkserver
        self._session: Session | None = None
        self._ended_cpu_s = 0.0
        self._key: tuple[object, ...] | None = None

    @property
    def total_cpu_s(self) -> float:
        """CPU seconds of all baselines' processes."""
        return self._ended_cpu_s + (self._session.cpu_s if self._session is not None else 0.0)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._ended_cpu_s += self._session.cpu_s
        self._session = self._key = None

    def judge(self, task: Task, student: Session, generator: torch.Generator) -> SpeedVerdict:
        """Whether the student's function is ``task.min_speedup`` times faster than the baseline.

        Raises:
            CheckFailed: a repetition gave a wrong value or raised.
            Inconclusive: no decision after a bounded number of rounds.
            SessionLost: the student process did not survive.
            CourseError: the baseline itself fails.
        """
        baseline = self._prepared(task, generator)
        size = _first_size(task, student, generator)
        rounds: list[Round] = []
        before = _baseline_cpu(baseline, task, generator)
        for number in range(1, _MAX_ROUNDS + 1):
            mine = _cpu(student, task.exercise, task, generator, size)
            nothing = _cpu(baseline, "nothing", task, generator, size, check=False)
            after = _baseline_cpu(baseline, task, generator)
            noisy = not 1 / _NOISE < after / before < _NOISE
            reference, before = math.sqrt(before * after), after
            if noisy:
                continue
            rounds.append(Round(reference, mine / size, nothing / size))
            if verdict := _decide(task, rounds, number):
                return verdict
        raise Inconclusive(
            f"the speed of {task.exercise} could not be decided in {_MAX_ROUNDS} rounds: the machine is too busy, "
            f"or the factor is very close to {task.min_speedup:g}×"
        )

    def _prepared(self, task: Task, generator: torch.Generator) -> Session:
        """A session that holds the instructor's function and one that does nothing."""
        result = _zeros(task.expected(*task.inputs(generator)))
        key = (task.baseline, result)
        if self._session is not None and key == self._key:
            return self._session
        self.close()
        source = "\n".join(
            [
                "import math, torch",
                textwrap.dedent(inspect.getsource(task.baseline)),
                f"_result = {result}",
                "def nothing(*inputs): return _result",
            ]
        )
        self._session, self._key = Session(self._forkserver, [(0, source)], Limits(notebook_wall_s=1e7)), key
        self._session.finish()
        if error := self._session.runs[0].error:
            self.close()
            raise CourseError(
                f"the baseline {task.baseline.__name__} does not run by itself: {error['text']}", slug="baseline"
            )
        return self._session


def _first_size(task: Task, student: Session, generator: torch.Generator) -> int:
    """How many repetitions make a batch that the clock can see. The first call also warms the student's process up."""
    _cpu(student, task.exercise, task, generator, 1)
    taken = _cpu(student, task.exercise, task, generator, 2) / 2
    return max(1, min(_MAX_BATCH, round(_BATCH_S / max(taken, 1e-6))))


def _baseline_cpu(session: Session, task: Task, generator: torch.Generator) -> float:
    """CPU seconds of the instructor's function. That it fails is no student's doing."""
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
    """CPU seconds that ``session`` spends on ``size`` fresh inputs, from first byte asked to last byte answered."""
    inputs = [task.inputs(generator) for _ in range(size)]
    stacks = [torch.stack(parts) for parts in zip(*inputs, strict=True)]
    how = {"caller": task.caller, "plain": list(task.plain)} if function == task.exercise else {}
    losses, start = session.forkserver_losses, session.clock()
    reply = session.request("batch", function=function, stacks=stacks, count=size, **how)
    spent = session.clock() - start
    if session.forkserver_losses != losses:  # what was read before is another process's clock
        return _cpu(session, function, task, generator, size, check=check)
    if reply["error"]:
        error = reply["error"]
        raise CheckFailed(
            Finding("exception", f"{function} stopped with {error['name']} while it was timed: {error['text'][:200]}")
        )
    if check:
        _must_be_right(reply["value"], inputs, function, task)
    return max(spent, 1e-7)


def _must_be_right(values: object, inputs: list[tuple[torch.Tensor, ...]], function: str, task: Task) -> None:
    """Every value of every repetition is the expected one."""
    given = list(values) if isinstance(values, torch.Tensor | list) else []
    if len(given) != len(inputs):
        raise SessionLost("it answered the timing with something other than its results")
    for value, args in zip(given, inputs, strict=True):
        must_be_expected(task, value, args, f"{function}, timed on fresh inputs")


def must_be_expected(task: Task, value: object, args: Sequence[torch.Tensor], subject: str) -> None:
    """Compare what a call of a timed exercise gave on ``args`` with what the task expects.

    Raises:
        CheckFailed: it is something else.
    """
    scale = task.scale(*args) if task.scale else None
    expected = task.expected(*args)
    if isinstance(expected, torch.Tensor):
        finding = difference(value, expected, subject=subject, scale=scale, dtype=False)
    else:
        finding = _first_difference(value, expected, subject, scale)
    if finding:
        raise CheckFailed(finding)


def _first_difference(
    got: object, expected: Mapping[str, torch.Tensor], subject: str, scale: float | None
) -> Finding | None:
    """The first of several values, by name, that is missing or wrong."""
    for name, wanted in expected.items():
        value = got.get(name) if isinstance(got, dict) else None
        if not isinstance(value, torch.Tensor):
            return Finding("type", f"{name} of {subject}, is {describe(value)}; a tensor belongs there")
        if finding := difference(value, wanted, subject=f"{name} of {subject}", scale=scale, dtype=False):
            return finding
    return None


def _zeros(values: Values) -> str:
    """Source of an expression for zeros that cross the wire as ``values`` do."""
    if isinstance(values, torch.Tensor):
        return f"torch.zeros({tuple(values.shape)}, dtype={values.dtype})"
    return "{" + ", ".join(f"{name!r}: {_zeros(value)}" for name, value in values.items()) + "}"


def _decide(task: Task, rounds: Sequence[Round], number: int) -> SpeedVerdict | None:
    """The verdict, once the mean of the rounds is far enough from the threshold for their scatter."""
    if len(rounds) < _MIN_ROUNDS:
        return None
    excesses = [one.excess(task.min_speedup) for one in rounds]
    mean = statistics.fmean(excesses)
    scatter = max(statistics.stdev(excesses), _LEAST_SCATTER)
    if abs(mean) < _CONFIDENCE * scatter / math.sqrt(len(rounds)):
        return None
    factor = _factor(rounds)
    text = f"{_rounded(factor)}× {task.label}; {_rounded(task.min_speedup)}× needed"
    return SpeedVerdict(mean < 0, factor, number, text)


def _factor(rounds: Sequence[Round]) -> float:
    """How many times less CPU time than the baseline. No function is free: a fifth of all that was measured for the
    student is the least that is believed to be the function's own.
    """
    baseline = sum(one.baseline for one in rounds)
    student = sum(one.student for one in rounds)
    return baseline / max(student - sum(one.probe for one in rounds), student / 5)


def _rounded(factor: float) -> str:
    return f"{factor:.0f}" if factor >= 10 else f"{factor:.1f}"
