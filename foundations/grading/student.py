"""The student as a grader sees it: something to call, whose answers are looked at and never trusted."""

from __future__ import annotations

import hashlib
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch

from foundations.errors import CourseError, OutOfTime, SessionLost
from foundations.grading import rules, speed
from foundations.grading.call import Call, Trial, fail, first_line
from foundations.grading.compare import CheckFailed, Finding, dtype_text, shape_text
from foundations.grading.evidence import Replayer
from foundations.grading.misconceptions import Observation, copied
from foundations.grading.proof import Prover
from foundations.grading.reference import Reference
from foundations.notebooks.definitions import Definition
from foundations.report.model import NOT_ATTEMPTED, Review
from foundations.session import messages
from foundations.session.session import Session

#: An exponent that is larger than allowed by less than this is taken for rounding.
_GROWTH_MARGIN = 0.3
#: What is kept of a student's answers to name a mistake by: known mistakes give answers of the size that is asked for.
_MAX_OBSERVED_BYTES = 64 << 20


@dataclass
class Student:
    """What a hidden test gets as its fixture ``student``: the exercise's own function, as the notebook stands at its
    cell.
    """

    exercise: str
    parameters: Sequence[str]
    session: Session
    seed: int
    sources: Sequence[str]
    definition: Definition | None
    stopwatch: speed.Stopwatch
    replayer: Replayer
    reference: Reference | None = None
    observations: list[Observation] = field(default_factory=list)
    observed_bytes: int = 0
    _draws: torch.Generator | None = None
    notes: list[str] = field(default_factory=list)
    #: What a person should look at; it decides nothing.
    reviews: list[Review] = field(default_factory=list)
    #: Whether a check has passed by now: a NotImplementedError is the stub's no longer, but an answer.
    attempted: bool = False

    @property
    def _prover(self) -> Prover:
        return Prover(self.exercise, self.session, self.replayer, self.call, self.ask_review)

    @property
    def answers(self) -> int:
        """How many requests the student process has answered in this notebook."""
        return self.session.answers

    def generator(self, purpose: str = "") -> torch.Generator:
        """A generator of inputs, secret to the student and the same at every replay of this submission and
        ``purpose``.
        """
        text = f"{self.seed}/{self.exercise}/{purpose}".encode()
        digest = int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
        return torch.Generator().manual_seed(digest >> 1)

    def call(self, *args: Any, trace: bool = False, caller: Callable[..., Any] | None = None, **kwargs: Any) -> Call:
        """Call the exercise's function in the student process.

        Attributes set on tensor arguments travel with them. With ``trace``, the operations that ran are recorded.
        What cannot be called by itself (a class has objects, and those have methods) is called by a function of the
        grader's, ``caller(names, *args)``, which travels as :meth:`probe`'s does; the first line of its docstring
        names the call in messages: ``Relu()(inp), then backward()``.

        Raises:
            CheckFailed: the function is missing or not written yet.
            SessionLost: the student process did not survive the call.
        """
        before, asked = _asked(args)
        reply = self.session.request(
            "call", function=self.exercise, kwargs=kwargs, trace=trace, caller=_as_source(caller), **asked
        )
        return self._seen(before, reply, caller, self.session.reply_weight)

    def calls(self, *each: Sequence[Any], caller: Callable[..., Any] | None = None) -> Iterator[Call]:
        """Call the exercise's function on one tuple of arguments after the other, all within one request: a judge
        that waits for each answer waits longer than it judges. What nobody takes from the iterator has not been seen.

        Raises:
            CheckFailed: the function is missing or not written yet.
            SessionLost: the student process did not survive one of the calls.
        """
        asked = [_asked(args) for args in each]
        reply = self.session.request(
            "calls", function=self.exercise, each=[one for _, one in asked], caller=_as_source(caller)
        )
        share = self.session.reply_weight // max(len(each), 1)
        return (self._seen(before, one, caller, share) for (before, _), one in zip(asked, reply["value"], strict=True))

    def _seen(
        self, before: tuple[Any, ...], reply: dict[str, Any], caller: Callable[..., Any] | None, weight: int
    ) -> Call:
        """What a reply says of one call; it is kept to name a mistake by."""
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
        )
        self.observed_bytes += weight
        if self.observed_bytes <= _MAX_OBSERVED_BYTES:
            self.observations.append(Observation(before, call.behaviour(), caller))
        return call

    def probe(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run ``function(names, *args)`` in the student process, ``names`` being all that the notebook has defined.

        The function travels as source: it may use ``torch`` and what it imports itself, must return values that can
        cross the wire, and must not hold anything that the student may not see.
        """
        reply = self.session.request("probe", args=list(args), **_source_of(function))
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
        """Only allowed operations: by reading the source, and in a traced call that gave the right value.

        Args:
            rule: what may run.
            trial: how the exercise is called, and what has to come of it.
            cases: sizes for ``trial.make``; one of them is drawn.
            sources: code cells to read instead of those of the notebook.
            wrong_elsewhere: as for :meth:`traced`.

        Raises:
            CheckFailed: a forbidden operation is written or ran, or the traced call gave a wrong value.
        """
        rules.must_be_none(rules.read_source_for(rule, self.sources if sources is None else sources, self.exercise))
        return self.traced(trial, *self.drawn(cases), rule=rule, wrong_elsewhere=wrong_elsewhere)

    def must_scale_as(self, allowed: rules.Growth, trial: Trial, base: rules.Sizes, lesson: str) -> None:
        """The number of operations grows no faster with the sizes (n, k, m) than ``allowed`` says.

        ``trial.make(n, k, m)`` makes the arguments of one call; ``base`` is the smallest of the sizes tried. The value
        is checked at each size.
        """
        counts = {}
        for size in rules.growth_sizes(*base):
            counts[size] = rules.operations(self.traced(trial, *size).trace or {})
        seen = rules.fit_growth(counts)
        pairs = ((seen.n, allowed.n), (seen.k, allowed.k), (seen.m, allowed.m))
        if any(got > most + _GROWTH_MARGIN for got, most in pairs):
            text = f"the number of operations of {self.exercise} grows as {rules.describe(seen)}; {lesson}"
            raise CheckFailed(Finding("growth", text, symptom="growth"))

    def drawn(self, cases: Sequence[Any]) -> Any:
        """One of ``cases``, drawn anew at every call: a student cannot know which call will be traced."""
        if self._draws is None:
            self._draws = self.generator("drawn cases")
        return cases[int(torch.randint(len(cases), (), generator=self._draws))]

    def traced(
        self, trial: Trial, *sizes: Any, rule: rules.Rule = rules.ANYTHING, wrong_elsewhere: bool = False
    ) -> Call:
        """Call once under a trace, and prove the trace.

        The value is checked as in any other call. Then the recorded operators are replayed on fresh inputs, and the
        right value has to come out of them. If it does not, another call is tried; if that is no better, a person is
        asked to look, and nothing is lost.

        Args:
            trial: how the exercise is called, and what has to come of it.
            sizes: for ``trial.make``.
            rule: what may run.
            wrong_elsewhere: other checks look at the value. If calls without a trace are wrong, too, only what ran
                counts.

        Raises:
            CheckFailed: the value is wrong, a forbidden operation ran, or other threads worked in three calls in a row.
        """
        return self._prover.traced(trial, sizes, rule, wrong_elsewhere=wrong_elsewhere)

    def must_be_faster(
        self,
        baseline: Callable[..., Any],
        inputs: Callable[[torch.Generator], tuple[torch.Tensor, ...]],
        expected: Callable[..., speed.Values],
        min_speedup: float,
        label: str,
        *,
        caller: Callable[..., Any] | None = None,
        plain: Sequence[Any] = (),
        scale: Callable[..., float] | None = None,
        rule: rules.Rule = rules.ANYTHING,
    ) -> None:
        """Require at least ``min_speedup`` times less CPU time than ``baseline``, the instructor's own function.

        Each call has fresh ``inputs``. Every timed call is compared with ``expected``: a tensor, or several by name if
        the exercise sets several. ``plain`` and ``scale`` are those of :class:`foundations.grading.speed.Task`. Calls
        of the same size are traced before and after, and must keep to ``rule``: what is timed is what was looked at.

        Raises:
            CheckFailed: slower than that, wrong on one of the inputs, or a forbidden operation ran.
            Inconclusive: the machine was too noisy to decide.
        """
        task = speed.Task(
            self.exercise, baseline, inputs, expected, min_speedup, label, _as_source(caller), tuple(plain), scale
        )
        generator = self.generator("speed")

        def check(call: Call) -> None:
            call.must_not_raise()
            speed.must_be_expected(task, call.value, call.args[: len(call.args) - len(plain)], call.subject)

        timed = Trial(lambda: (*inputs(generator), *plain), check, caller)
        asked = len(self.reviews)
        self.traced(timed, rule=rule)
        verdict = self.stopwatch.judge(task, self.session, generator)
        if not verdict.passed:
            del self.reviews[asked:]  # what is too slow has nothing to hide
            raise CheckFailed(Finding("speed", verdict.text, symptom="speed"))
        self.traced(timed, rule=rule)
        self.notes.append(verdict.text)

    def ask_review(self, finding: str, reason: str) -> None:
        """Have a person look at this exercise; no check fails because of it."""
        self.reviews.append(Review(finding, reason, (self.exercise,)))

    def why_lost(self, lost: SessionLost, check: str) -> str:
        """Why the student process was lost in ``check``; where time ran out, with what the reference needs."""
        if not isinstance(lost, OutOfTime) or self.reference is None:
            return lost.reason
        needed = self.reference.cpu_s(self.exercise, check, lost)
        return lost.reason if needed is None else f"{lost.stopped}; the reference needs {messages.seconds(needed)}"

    def _names(self, args: Sequence[Any], caller: Callable[..., Any] | None) -> list[str]:
        known = self.parameters if caller is None else list(inspect.signature(caller).parameters)[1:]
        names = list(known[: len(args)])
        return names + [f"argument {number + 1}" for number in range(len(names), len(args))]

    def subject(self, args: Sequence[Any], caller: Callable[..., Any] | None = None) -> str:
        """The call in words: ``matmul_naive(a, b) with a (2, 3) and b (3, 4) of float64``."""
        names = self._names(args, caller)
        shapes = [
            f"{name} {shape_text(arg)}" for name, arg in zip(names, args, strict=True) if isinstance(arg, torch.Tensor)
        ]
        kinds = sorted({dtype_text(arg) for arg in args if isinstance(arg, torch.Tensor)} - {"float32"})
        described = inspect.getdoc(caller) if caller else None
        text = described.splitlines()[0] if described else f"{self.exercise}({', '.join(names)})"
        if shapes:
            text += " with " + " and ".join(shapes)
        return text + (f" of {' and '.join(kinds)}" if kinds else "")

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


def _asked(args: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments to compare with later, and as they travel, with the attributes that were set on them."""
    attributes = [dict(vars(arg)) if isinstance(arg, torch.Tensor) else {} for arg in args]
    return tuple(copied(arg) for arg in args), {"args": list(args), "attributes": attributes}


@lru_cache(maxsize=256)  # finding where a function ends takes longer than most calls of it
def _source_of(function: Callable[..., Any]) -> dict[str, str]:
    """Read a function of a grader's as it travels. `foundations release --check` knows it by its first parameter."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_varnames[:1] != ("names",):
        called = getattr(function, "__name__", function)
        raise CourseError(
            f"{called!r} cannot travel into the student's process: its first parameter has to be called "
            f"'names', by which `foundations release --check` knows what student code can read",
            slug="probes",
        )
    return {"source": textwrap.dedent(inspect.getsource(function)), "function": function.__name__}


def _as_source(function: Callable[..., Any] | None) -> dict[str, str] | None:
    return None if function is None else _source_of(function)
