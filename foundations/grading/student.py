"""The student that a grader calls; answers come from the student process and are checked, never trusted."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import torch

from foundations.diagnosis.arrays import is_array, is_numeric
from foundations.errors import CourseError, OutOfTime, SessionLost
from foundations.grading import attempts, growth, rules, small_values, speed
from foundations.grading.call import Call, Trial, fail, first_line
from foundations.grading.compare import CheckFailed, Finding, dtype_text, shape_text
from foundations.grading.evidence import Replayer
from foundations.grading.generators import made_by
from foundations.grading.judgements import Judgements
from foundations.grading.misconceptions import Observation, copied
from foundations.grading.proof import Prover
from foundations.grading.reference import Reference
from foundations.grading.stand_ins import Form, StandIns
from foundations.grading.trace import operations
from foundations.grading.travelling import source_of
from foundations.notebooks.definitions import Definition
from foundations.report.model import NOT_ATTEMPTED, Review
from foundations.session import messages
from foundations.session.session import Session

#: An exponent of growth may exceed the allowed one by this much, because of rounding.
_GROWTH_MARGIN = 0.3
#: Shapes in the description of a call; further ones are counted.
_MAX_SHAPES = 4
#: Bytes of a student's answers that are kept to name a mistake. Answers of known mistakes are as small as right ones.
_MAX_OBSERVED_BYTES = 64 << 20

Result = TypeVar("Result")


@dataclass
class Student:
    """The fixture ``student`` of a hidden test: an exercise's function, in the notebook's state at the graded cell."""

    exercise: str
    parameters: Sequence[str]
    session: Session
    seed: int
    sources: Sequence[str]
    definition: Definition | None
    stopwatch: speed.Stopwatch
    replayer: Replayer
    reference: Reference | None = None
    #: Right versions of the exercises that this one builds on.
    stand_ins: StandIns | None = None
    #: Source of the cell that defines the exercise.
    source: str = ""
    observations: list[Observation] = field(default_factory=list)
    judgements: Judgements = field(default_factory=Judgements)
    observed_bytes: int = 0
    #: Collects the small hidden inputs in words, if they are asked for, so that no example repeats one.
    inputs_in_words: set[str] | None = None
    _draws: torch.Generator | None = None
    notes: list[str] = field(default_factory=list)
    #: Findings for a person to look at; they do not change the outcome of a check.
    reviews: list[Review] = field(default_factory=list)
    #: Whether a check of the exercise has passed. After that a NotImplementedError is an answer and not the stub.
    attempted: bool = False
    #: The versions of earlier exercises that calls use at present.
    form: Form = "own"

    @property
    def _prover(self) -> Prover:
        self.judgements.must_judge()
        return Prover(self.exercise, self.session, self.replayer, self.call, self.ask_review)

    @property
    def answers(self) -> int:
        """The number of requests that the student process has answered in this notebook."""
        return self.session.answers

    def generator(self, purpose: str = "") -> torch.Generator:
        """Return a generator of inputs for ``purpose``.

        Its numbers are secret to the student, and the same in every replay of this submission.
        """
        text = f"{self.seed}/{self.exercise}/{purpose}".encode()
        digest = int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
        return torch.Generator().manual_seed(digest >> 1)

    def call(self, *args: Any, trace: bool = False, caller: Callable[..., Any] | None = None, **kwargs: Any) -> Call:
        """Call the exercise's function in the student process.

        Attributes that are set on tensor arguments travel with them.

        Args:
            args: positional arguments.
            trace: record the operations that run.
            caller: a grader's function ``caller(names, *args)`` that calls the exercise, if it cannot be called
                directly, e.g. the methods of a class. It travels as :meth:`probe`'s function does. The first line of
                its docstring names the call in messages: ``Relu()(inp), then backward()``.
            kwargs: keyword arguments.

        Raises:
            CheckFailed: the function is missing or not written yet.
            SessionLost: the student process did not survive the call.
        """
        before, arguments = self._arguments(args)
        reply = self.session.request(
            "call",
            function=self.exercise,
            kwargs=kwargs,
            trace=trace,
            caller=_as_source(caller),
            stand_ins=self._standing_in(),
            **arguments,
        )
        return self._observed(before, reply, caller, self.session.reply_weight)

    def calls(self, *each: Sequence[Any], caller: Callable[..., Any] | None = None) -> Iterator[Call]:
        """Call the exercise's function on each tuple of arguments in turn, all within one request.

        One request is faster, because waiting for an answer takes longer than judging it. A call that is not taken
        from the iterator is not used to name a mistake.

        Raises:
            CheckFailed: the function is missing or not written yet.
            SessionLost: the student process did not survive one of the calls.
        """
        asked = [self._arguments(args) for args in each]
        reply = self.session.request(
            "calls",
            function=self.exercise,
            each=[arguments for _, arguments in asked],
            caller=_as_source(caller),
            stand_ins=self._standing_in(),
        )
        share = self.session.reply_weight // max(len(each), 1)
        return (
            self._observed(before, answer, caller, share)
            for (before, _), answer in zip(asked, reply["value"], strict=True)
        )

    def _arguments(self, args: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return copies of ``args`` to compare with later, and the part of a request that carries ``args``.

        Raises:
            CourseError: one of them is an array that cannot cross to the student process.
        """
        for arg in args:
            _must_cross(arg)
        if self.inputs_in_words is not None and (words := small_values.in_words(args)):
            self.inputs_in_words.add(words)
        attributes = [dict(vars(arg)) if isinstance(arg, torch.Tensor) else {} for arg in args]
        return tuple(copied(arg) for arg in args), {"args": list(args), "attributes": attributes}

    def _observed(
        self, before: tuple[Any, ...], reply: dict[str, Any], caller: Callable[..., Any] | None, weight: int
    ) -> Call:
        """Read one call from its reply, and keep it to name a mistake."""
        self._must_exist(reply["error"])
        call = Call(
            subject=self.subject(before, caller),
            args=before,
            value=reply["value"],
            args_after=tuple(reply["args"]),
            attributes=reply["attributes"],
            error=reply["error"],
            printed=reply["printed"],
            trace=reply["trace"],
            same_object_as=reply["same_object_as"],
            names=self._names(before, caller),
            caller=caller,
            judgements=self.judgements,
        )
        self.observed_bytes += weight
        if self.observed_bytes <= _MAX_OBSERVED_BYTES:
            self.observations.append(Observation(before, call.behaviour(), caller))
        return call

    def probe(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run ``function(names, *args)`` in the student process; ``names`` is the notebook's namespace.

        The function travels as source:

        - it may use ``torch`` and its own imports;
        - it must return values that the protocol can carry;
        - it must not contain anything that the student may not see.

        Raises:
            CheckFailed: the function stopped with an exception.
            SessionLost: the student process did not survive.
            CourseError: the first parameter is not called ``names``.
        """
        standing_in = {"exercise": self.exercise, "stand_ins": self._standing_in()}
        reply = self.session.request("probe", args=list(args), **source_of(function), **standing_in)
        if reply["error"]:
            fail(
                "exception",
                f"{self.exercise} stopped with {reply['error']['name']}: {first_line(reply['error']['text'])}",
            )
        return reply["value"]

    def must_obey(
        self,
        rule: rules.Rule,
        trial: Trial,
        cases: Sequence[Sequence[Any]],
        sources: Sequence[str] | None = None,
        *,
        wrong_elsewhere: bool = False,
    ) -> Call:
        """Require that only allowed operations are in the source, and that only they run in a traced call.

        Args:
            rule: the allowed operations.
            trial: makes and checks the call.
            cases: sizes for ``trial.make``; one of those with the fewest ones is drawn.
            sources: code cells to read instead of the notebook's.
            wrong_elsewhere: as for :meth:`traced`.

        Raises:
            CheckFailed: a forbidden operation is written or ran, or the traced call gave a wrong value.
        """
        rules.must_be_none(rules.read_source_for(rule, self.sources if sources is None else sources, self.exercise))
        telling = with_fewest_ones(cases)
        sizes = self.drawn(telling)
        others = [case for case in telling if case != sizes] or telling
        again = self.drawn(others)  # a loop over the first sizes may run more operators than a record holds
        call = self._prover.traced(trial, sizes, rule, wrong_elsewhere=wrong_elsewhere, again=again)
        if call.is_of_numpy:
            cells = self.sources if sources is None else sources
            rules.must_be_none(rules.read_numpy_for(rule, cells, self.exercise))
        return call

    def must_scale_as(self, allowed: growth.Growth, trial: Trial, base: growth.Sizes, lesson: str) -> None:
        """Require that the number of operations grows with the sizes (n, k, m) no faster than ``allowed``.

        The value is checked at each size.

        Args:
            allowed: the largest exponents.
            trial: ``trial.make(n, k, m)`` makes the arguments of one call.
            base: the smallest sizes of a call.
            lesson: ends the message of a failure.

        Raises:
            CheckFailed: it grows faster, or as for :meth:`traced`.
        """
        counts = {}
        for size in growth.growth_sizes(*base):
            call = self.traced(trial, *size)
            if call.is_of_numpy:
                raise CourseError(
                    f"a check of {self.exercise} counts operations, and those of NumPy leave no trace; "
                    "use faster_than instead",
                    slug="authoring",
                )
            counts[size] = operations(call.trace or {})
        seen = growth.fit_growth(counts)
        pairs = ((seen.n, allowed.n), (seen.k, allowed.k), (seen.m, allowed.m))
        if any(got > most + _GROWTH_MARGIN for got, most in pairs):
            text = f"the number of operations of {self.exercise} grows as {growth.describe(seen)}; {lesson}"
            raise CheckFailed(Finding("growth", text, symptom="growth"))

    def drawn(self, cases: Sequence[Any]) -> Any:
        """Draw one of ``cases``, so that a student cannot predict which call will be traced."""
        if self._draws is None:
            self._draws = self.generator("drawn cases")
        return cases[int(torch.randint(len(cases), (), generator=self._draws))]

    def traced(
        self, trial: Trial, *sizes: Any, rule: rules.Rule = rules.ANYTHING, wrong_elsewhere: bool = False
    ) -> Call:
        """Make a traced call, and prove its trace.

        The value is checked as in any other call. Then the recorded operators are replayed on fresh inputs, and must
        give the right value. If they do not, another call is tried. If its trace is not proved either, a person is
        asked to look, and the check does not fail.

        Args:
            trial: makes and checks the call.
            sizes: arguments of ``trial.make``.
            rule: the allowed operations.
            wrong_elsewhere: other checks judge the value. If calls without a trace are wrong as well, only the
                operations of the traced call count.

        Raises:
            CheckFailed: the value is wrong, a forbidden operation ran, or other threads worked in three calls in a row.
        """
        return self._prover.traced(trial, sizes, rule, wrong_elsewhere=wrong_elsewhere)

    def must_be_faster(
        self,
        baseline: Callable[..., Any],
        inputs: Callable[[Any], tuple[Any, ...]],
        expected: Callable[..., speed.Values],
        min_speedup: float,
        label: str,
        *,
        caller: Callable[..., Any] | None = None,
        plain: Sequence[Any] = (),
        scale: Callable[..., float] | None = None,
        rule: rules.Rule = rules.ANYTHING,
    ) -> None:
        """Require at least ``min_speedup`` times less CPU time than ``baseline``, the instructor's function.

        Each call has fresh ``inputs``, and every timed call is checked. Calls of the same size are traced before and
        after, so that the timed function is the one that was checked against ``rule``.

        Args:
            baseline: the instructor's function.
            inputs: makes the arguments of one call.
            expected: the right values for these arguments: a tensor, or several by name if the exercise sets several.
            min_speedup: the least factor.
            label: the baseline's speed in words, for messages.
            caller: as for :meth:`call`.
            plain: as for :class:`foundations.grading.speed.Task`.
            scale: as for :class:`foundations.grading.speed.Task`.
            rule: the allowed operations.

        Raises:
            CheckFailed: the function is slower, wrong on one of the inputs, or ran a forbidden operation.
            Inconclusive: the machine was too noisy to decide.
        """
        task = speed.Task(
            self.exercise,
            baseline,
            inputs,
            expected,
            min_speedup,
            label,
            caller=_as_source(caller),
            plain=tuple(plain),
            scale=scale,
            stand_ins=self._standing_in(),
        )
        generator = self.generator("speed")

        def check(call: Call) -> None:
            call.must_not_raise()
            given = call.args[: len(call.args) - len(plain)]
            call.libraries.add(speed.must_be_expected(task, call.value, given, call.subject))

        timed = Trial(lambda: (*made_by(inputs, generator), *plain), check, caller)
        reviews_before = len(self.reviews)
        self.traced(timed, rule=rule)
        verdict = self.stopwatch.judge(task, self.session, generator)
        if not verdict.passed:
            del self.reviews[reviews_before:]  # a function that is too slow did not hide work
            raise CheckFailed(Finding("speed", verdict.text, symptom="speed"))
        self.traced(timed, rule=rule)
        self.notes.append(verdict.text)

    @contextmanager
    def using(self, form: Form) -> Iterator[None]:
        """Use this form of the earlier exercises in all calls, probes and timed calls of the block.

        An exercise without stand-ins always uses the notebook's own.
        """
        before, self.form = self.form, form
        try:
            yield
        finally:
            self.form = before

    def on_either(
        self, attempt: Callable[[], Result], *, own: Callable[[], Result] | None = None, own_first: bool = False
    ) -> Result:
        """Make an attempt on right versions of the earlier exercises and, if it fails, on the notebook's own.

        So an earlier mistake costs no points again. An answer that keeps to an unusual convention of the notebook's
        earlier exercises is right too. If both fail, the finding is that of the attempt on right versions.

        Args:
            attempt: calls the exercise and checks the results.
            own: the attempt on the notebook's own versions; default: ``attempt``.
            own_first: begin with the notebook's own versions.

        Raises:
            CheckFailed: both attempts failed.
            SessionLost: the student process did not survive the attempt on right versions.
        """
        return attempts.on_either(self, attempt, own or attempt, own_first=own_first)

    def _standing_in(self) -> dict[str, Any] | None:
        """Return the stand-ins of the present form as they travel."""
        if self.form == "own" or self.stand_ins is None:
            return None
        return {**source_of(self.stand_ins.make), "blank": self.form == "blank"}

    def ask_review(self, finding: str, reason: str) -> None:
        """Ask a person to look at this exercise. No check fails because of it."""
        self.reviews.append(Review(finding, reason, (self.exercise,)))

    def why_lost(self, lost: SessionLost, check: str) -> str:
        """Return why the student process was lost in ``check``.

        If time ran out, the text includes the CPU time of the instructor's solution, if it can be measured.
        """
        if not isinstance(lost, OutOfTime) or self.reference is None:
            return lost.reason
        needed = self.reference.cpu_s(self.exercise, check, lost)
        return lost.reason if needed is None else f"{lost.stopped}; the reference needs {messages.seconds(needed)}"

    def _names(self, args: Sequence[Any], caller: Callable[..., Any] | None) -> list[str]:
        parameters = self.parameters if caller is None else _parameters_of(caller)
        names = list(parameters[: len(args)])
        return names + [f"argument {number + 1}" for number in range(len(names), len(args))]

    def subject(self, args: Sequence[Any], caller: Callable[..., Any] | None = None) -> str:
        """Return the call in words: ``matmul_naive(a, b) with a (2, 3) and b (3, 4) of float64``."""
        names = self._names(args, caller)
        shapes = [f"{name} {shape_text(arg)}" for name, arg in zip(names, args, strict=True) if is_numeric(arg)]
        # Each library's usual dtype is left out.
        usual = {"float32"} if any(isinstance(arg, torch.Tensor) for arg in args) else {"float64"}
        kinds = sorted({dtype_text(arg) for arg in args if is_numeric(arg)} - usual)
        text = self.title(args, caller)
        if shapes:
            more = [f"{len(shapes) - _MAX_SHAPES} more"] if len(shapes) > _MAX_SHAPES else []
            text += " with " + " and ".join([*shapes[:_MAX_SHAPES], *more])
        return text + (f" of {' and '.join(kinds)}" if kinds else "")

    def title(self, args: Sequence[Any], caller: Callable[..., Any] | None = None) -> str:
        """Return the call in words without its shapes: ``matmul_naive(a, b)``."""
        return (_title_of(caller) if caller else "") or f"{self.exercise}({', '.join(self._names(args, caller))})"

    def _must_exist(self, error: dict[str, Any] | None) -> None:
        if error is None:
            return
        if error["name"] == "NameError" and error["text"] == "foundations: not defined":
            cause = self.definition.why_missing() if self.definition else "its cell has to define it"
            raise CheckFailed(Finding("existence", f"{self.exercise} is not defined: {cause}", symptom="missing"))
        if error["name"] == "NotImplementedError" and not self.attempted:
            if self.definition is None or not self.definition.attempted:
                raise CheckFailed(Finding("existence", NOT_ATTEMPTED, symptom=NOT_ATTEMPTED))
            if hidden := self.definition.why_stub():
                text = f"{self.exercise} is still the stub where it is graded: {hidden}"
                raise CheckFailed(Finding("existence", text, symptom="missing"))


def with_fewest_ones(cases: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """Return those of ``cases`` with the fewest sizes of 1: an operation on a whole axis of size 1 looks scalar."""
    ones = [_ones(case) for case in cases]
    return [case for case, count in zip(cases, ones, strict=True) if count == min(ones)]


def _ones(sizes: Any) -> int:
    return sum(map(_ones, sizes)) if isinstance(sizes, list | tuple) else int(type(sizes) is int and sizes == 1)


def _must_cross(value: Any) -> None:
    if isinstance(value, list | tuple):
        for item in value:
            _must_cross(item)
    elif isinstance(value, np.ndarray | np.generic) and not is_array(value):
        kind = f"{type(value).__module__}.{type(value).__qualname__} of dtype {value.dtype}"
        raise CourseError(
            f"an exercise's inputs hold a {kind}, which cannot be sent to a student process; use arrays of numbers or "
            "truth values, and lists for texts",
            slug="authoring",
        )


def _as_source(function: Callable[..., Any] | None) -> dict[str, str] | None:
    return None if function is None else source_of(function)


@lru_cache(maxsize=256)
def _parameters_of(caller: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the parameters of a grader's function, without the first one, ``names``."""
    return tuple(inspect.signature(caller).parameters)[1:]


@lru_cache(maxsize=256)
def _title_of(caller: Callable[..., Any]) -> str:
    """Return the first line of the docstring of a grader's function, or an empty text."""
    return (inspect.getdoc(caller) or "").partition("\n")[0]
