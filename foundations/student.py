"""The student as a grader sees it: something to call, whose answers are looked at and never trusted."""

from __future__ import annotations

import hashlib
import inspect
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import torch

from foundations import rules, speed
from foundations.compare import CheckFailed, Finding, describe, difference, dtype_text, shape_text
from foundations.diagnose import Behaviour, Observation, copied
from foundations.model import NOT_ATTEMPTED
from foundations.session import Session

#: An exponent that is larger than allowed by less than this is taken for rounding.
_GROWTH_MARGIN = 0.3


@dataclass
class Call:
    """One call of a student's function: everything that was seen of it.

    ``value`` is what it returned, ``args`` its arguments before the call, ``args_after`` the same ones as it left
    them, ``attributes`` what it set on each (``.g`` for one), ``error`` the exception as ``{"name", "bases", "text",
    "line"}``.
    """

    subject: str
    args: tuple[Any, ...]
    value: Any
    args_after: tuple[Any, ...]
    attributes: list[dict[str, Any]]
    error: dict[str, Any] | None
    printed: str
    trace: dict[str, list[Any]] | None
    same_object_as: int | None

    def must_return(self, expected: torch.Tensor, **options: Any) -> None:
        """The value agrees with ``expected``; options are those of :func:`foundations.compare.difference`."""
        self.must_not_raise()
        finding = difference(self.value, expected, subject=self.subject, **options)
        if finding:
            raise CheckFailed(finding)

    def must_not_raise(self) -> None:
        if self.error:
            line = f", line {self.error['line']} of its cell" if self.error.get("line") else ""
            _fail(
                "exception", f"{self.subject} stopped with {self.error['name']}{line}: {_in_words(self.error['text'])}"
            )

    def must_raise(self, *kinds: type[BaseException], because: str) -> None:
        """It refuses with one of ``kinds`` or a class derived from it; ``because`` says what was wrong with the
        arguments.
        """
        wanted = " or ".join(kind.__name__ for kind in kinds)
        if self.error is None:
            _fail("exception", f"{self.subject} returned {describe(self.value)}; expected {wanted}: {because}")
        if not {kind.__name__ for kind in kinds} & set(self.error["bases"]):
            _fail("exception", f"{self.subject} stopped with {self.error['name']}; expected {wanted}: {because}")

    def must_leave_inputs(self) -> None:
        """No argument has another value, shape or dtype than before the call."""
        for index, (before, after) in enumerate(zip(self.args, self.args_after, strict=True)):
            if isinstance(before, torch.Tensor) and difference(after, before, subject="", relative=1e-30):
                _fail(
                    "mutation",
                    f"{self.subject} changed its argument number {index + 1} in place; its caller still needs it",
                )

    def behaviour(self) -> Behaviour:
        return Behaviour(self.value, self.error["name"] if self.error else None, self.args_after)


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
    cell_error: dict[str, Any] | None
    stopwatch: speed.Stopwatch
    observations: list[Observation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Whether a check has passed by now: a NotImplementedError is the stub's no longer, but an answer.
    attempted: bool = False

    def generator(self, purpose: str = "") -> torch.Generator:
        """A generator of inputs, secret to the student and the same at every replay of this submission and
        ``purpose``.
        """
        text = f"{self.seed}/{self.exercise}/{purpose}".encode()
        digest = int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
        return torch.Generator().manual_seed(digest >> 1)

    def call(self, *args: Any, trace: bool = False, **kwargs: Any) -> Call:
        """Call the exercise's function in the student process.

        Attributes set on tensor arguments travel with them. With ``trace``, the operations that ran are recorded.

        Raises:
            CheckFailed: the function is missing or not written yet.
            SessionLost: the student process did not survive the call.
        """
        before = tuple(copied(arg) for arg in args)
        attributes = [dict(vars(arg)) if isinstance(arg, torch.Tensor) else {} for arg in args]
        reply = self.session.request(
            "call", function=self.exercise, args=list(args), kwargs=kwargs, attributes=attributes, trace=trace
        )
        self._must_exist(reply["error"])
        call = Call(
            subject=self.subject(before),
            args=before,
            value=reply["value"],
            args_after=tuple(reply["args"]),
            attributes=reply["attributes"],
            error=reply["error"],
            printed=reply["printed"],
            trace=reply["trace"],
            same_object_as=reply["same_object_as"],
        )
        self.observations.append(Observation(before, call.behaviour()))
        return call

    def probe(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run ``function(names, *args)`` in the student process, ``names`` being all that the notebook has defined.

        The function travels as source: it may use ``torch`` and what it imports itself, must return values that can
        cross the wire, and must not hold anything that the student may not see.
        """
        source = textwrap.dedent(inspect.getsource(function))
        reply = self.session.request("probe", source=source, function=function.__name__, args=list(args))
        if reply["error"]:
            _fail(
                "exception",
                f"{self.exercise} stopped with {reply['error']['name']}: {_first_line(reply['error']['text'])}",
            )
        return reply["value"]

    def must_keep_to(self, rule: rules.Rule, *args: Any) -> None:
        """Only allowed operations, by reading the source and by tracing a call on ``args``."""
        violations = rules.read_source_for(rule, self.sources, self.exercise)
        if not violations:
            call = self.call(*args, trace=True)
            call.must_not_raise()
            violations = rules.read_trace_for(rule, call.trace or {})
        if violations:
            first = violations[0]
            raise CheckFailed(Finding("rule", first.message, symptom=f"rule: {first.family}"))

    def must_grow_as(
        self, allowed: rules.Growth, inputs: Callable[[int, int, int], tuple[Any, ...]], base: rules.Sizes, lesson: str
    ) -> None:
        """The number of operations grows no faster with the sizes (n, k, m) than ``allowed`` says.

        ``inputs(n, k, m)`` makes the arguments of one call; ``base`` is the smallest of the sizes tried.
        """
        counts = {}
        for size in rules.growth_sizes(*base):
            call = self.call(*inputs(*size), trace=True)
            call.must_not_raise()
            counts[size] = rules.operations(call.trace or {})
        seen = rules.fit_growth(counts)
        pairs = ((seen.n, allowed.n), (seen.k, allowed.k), (seen.m, allowed.m))
        if any(got > most + _GROWTH_MARGIN for got, most in pairs):
            text = f"the number of operations of {self.exercise} grows as {rules.describe(seen)}; {lesson}"
            raise CheckFailed(Finding("growth", text, symptom="growth"))

    def must_be_faster(
        self,
        than: Callable[..., Any],
        inputs: Callable[[torch.Generator], tuple[torch.Tensor, ...]],
        expected: Callable[..., torch.Tensor],
        at_least: float,
        called: str,
    ) -> None:
        """At least ``at_least`` times less CPU time than ``than``, the instructor's own function, on fresh ``inputs``.

        Raises:
            CheckFailed: slower than that, or wrong on one of the inputs.
            Inconclusive: the machine was too noisy to say.
        """
        task = speed.Task(self.exercise, than, inputs, expected, at_least, called)
        verdict = self.stopwatch.judge(task, self.session, self.generator("speed"))
        if not verdict.passed:
            raise CheckFailed(Finding("speed", verdict.text, symptom="speed"))
        self.notes.append(verdict.text)

    def subject(self, args: Sequence[Any]) -> str:
        """The call in words: ``matmul_naive(a, b) with a (2, 3) and b (3, 4) of float64``."""
        names = list(self.parameters[: len(args)])
        names += [f"argument {number + 1}" for number in range(len(names), len(args))]
        shapes = [
            f"{name} {shape_text(arg)}" for name, arg in zip(names, args, strict=True) if isinstance(arg, torch.Tensor)
        ]
        kinds = sorted({dtype_text(arg) for arg in args if isinstance(arg, torch.Tensor)} - {"float32"})
        text = f"{self.exercise}({', '.join(names)})"
        if shapes:
            text += " with " + " and ".join(shapes)
        return text + (f" of {' and '.join(kinds)}" if kinds else "")

    def _must_exist(self, error: dict[str, Any] | None) -> None:
        if error is None:
            return
        if error["name"] == "NameError" and error["text"] == "foundations: not defined":
            cause = "its cell has to define it"
            if self.cell_error:
                line = f" in line {self.cell_error['line']}" if self.cell_error.get("line") else ""
                cause = f"its cell stopped with {self.cell_error['name']}{line}: {_first_line(self.cell_error['text'])}"
            raise CheckFailed(Finding("existence", f"{self.exercise} is not defined: {cause}", symptom="missing"))
        if error["name"] == "NotImplementedError" and not self.attempted:
            raise CheckFailed(Finding("existence", NOT_ATTEMPTED, symptom=NOT_ATTEMPTED))


def _fail(stage: Any, text: str) -> NoReturn:
    raise CheckFailed(Finding(stage, text))


def _in_words(text: str) -> str:
    """An exception's message, shortened; torch's own about memory says how much was asked for."""
    asked = re.search(r"you tried to allocate (\d+) bytes", text)
    if asked:
        return f"it asked for {int(asked[1]) / 1e9:.2f} GB of memory, more than this exercise may use"
    return _first_line(text)


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "no message"
    return line if len(line) <= 300 else line[:300] + " …"
