"""Decides whether a traced call is proved: its record, replayed on fresh inputs, has to give the right value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from foundations.grading import evidence, rules
from foundations.grading.call import Call, Trial
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.misconceptions import copied
from foundations.grading.trace import unknown_operations, unseen_operators
from foundations.session.session import Session
from foundations.worker.dataflow import tensors_in

#: Number of traced calls before a person is asked to look at the last one.
_TRIES = 2
#: The text must not change: a decision on a review is found again by it.
_NOT_REPEATED = "the operations that were recorded, repeated on other inputs, do not give the right result"
#: Number of calls in a row with work in other threads before the check fails.
_THREAD_TRIES = 3
#: Allowed CPU time of other threads during a call, because a progress bar wakes up now and then: seconds, and share of
#: the call's own CPU time. The larger one counts.
_THREADS_S, _THREADS_SHARE = 0.002, 0.1
#: CPU seconds below which a thread cannot have worked: reading a single number takes four times as long.
_NO_WORK_S = 5e-6
_ELSEWHERE = "numbers were read while another thread worked"


@dataclass(frozen=True)
class Prover:
    """Makes traced calls of one exercise and proves their traces.

    Attributes:
        exercise: the name of the student's function.
        session: the student process, whose CPU time and threads are watched during a call.
        replayer: replays recorded operators without student code.
        call: :meth:`foundations.grading.student.Student.call`.
        ask_review: asks a person to look at a finding; called with the finding and the reason.
    """

    exercise: str
    session: Session
    replayer: evidence.Replayer
    call: Callable[..., Call]
    ask_review: Callable[[str, str], None]

    def traced(
        self,
        trial: Trial,
        sizes: Sequence[Any],
        rule: rules.Rule,
        *,
        wrong_elsewhere: bool,
        again: Sequence[Any] | None = None,
    ) -> Call:
        """Make traced calls until one is proved; see :meth:`foundations.grading.student.Student.traced`.

        ``again``: sizes of the calls after the first; default: the same.
        """
        doubt = ""
        for attempt in range(_TRIES):
            sizes = again if attempt and again is not None else sizes
            call = self._undisturbed(trial, sizes)
            record = evidence.Record.parse(call.trace)
            try:
                trial.check(call)
            except CheckFailed:
                if not (wrong_elsewhere and self._is_wrong_untraced(trial, sizes)):
                    raise
                rules.must_be_none(rules.read_trace_for(rule, call.trace or {}, record))
                return call
            rules.must_be_none(rules.read_trace_for(rule, call.trace or {}, record))
            doubt = self._doubt(call, record, trial, sizes, rule)
            if not doubt:
                return call
        self.ask_review(
            f"a traced call of {self.exercise}", f"how it computed its result could not be confirmed: {doubt}"
        )
        return call

    def _is_wrong_untraced(self, trial: Trial, sizes: Sequence[Any]) -> bool:
        for _ in range(_TRIES):
            call = self.call(*trial.make(*sizes), caller=trial.caller)
            try:
                trial.check(call)
            except CheckFailed:
                continue
            return False
        return True

    def _undisturbed(self, trial: Trial, sizes: Sequence[Any]) -> Call:
        """Make a traced call during which no other thread of the student process worked.

        A trace records a single thread.

        Raises:
            CheckFailed: other threads worked during three calls in a row.
        """
        for _ in range(_THREAD_TRIES):
            args = trial.make(*sizes)
            before, clock = self.session.other_threads_s(), self.session.clock()
            call = self.call(*args, trace=True, caller=trial.caller)
            after, spent = self.session.other_threads_s(), self.session.clock() - clock
            # A progress bar that wakes up is not evidence of work, but a number may have been computed in the meantime.
            call.elsewhere = _ELSEWHERE if after is None or before is None or after - before > _NO_WORK_S else ""
            if before is None or after is None:
                self.ask_review("threads", "this system does not report which thread of a process worked during a call")
                return call
            if after - before <= max(_THREADS_S, _THREADS_SHARE * spent):
                return call
        text = f"{call.subject}: other threads worked while it ran; do all of the work in the call itself"
        raise CheckFailed(Finding("rule", text, symptom="rule: threads"))

    def _doubt(self, call: Call, record: evidence.Record, trial: Trial, sizes: Sequence[Any], rule: rules.Rule) -> str:
        """Return the reason why the trace of a call with the right value is not proved; empty if it is proved.

        NumPy's operations leave no trace. The source alone decides about a call without tensors in it.
        """
        if call.is_of_numpy:
            return ""
        if record.why_not:
            return record.why_not
        if unknown := unknown_operations(call.trace or {}, record):
            return f"`{unknown[0]}` ran, which this version of the package does not know"
        if hidden := unseen_operators(call.trace or {}, record):
            return f"`{hidden[0]}` ran without being seen as a function of PyTorch"
        fresh = tuple(copied(arg) for arg in trial.make(*sizes))
        doubt = self._replay_doubt(record, fresh, call, trial)
        if doubt and rule.numbers and evidence.reads_numbers(call.trace):
            doubt = call.elsewhere or self._replay_doubt(record, call.args, call, trial)
        return doubt

    def _replay_doubt(self, record: evidence.Record, args: tuple[Any, ...], like: Call, trial: Trial) -> str:
        """Return the reason why a replay on ``args`` does not pass the exercise's check; empty if it passes."""
        [played] = self.replayer.replay([evidence.Job(record, list(tensors_in(args)))])
        if played.error:
            return _NOT_REPEATED
        attributes = [*played.attributes, *({} for _ in args)][: len(args)]
        after = _with_values(args, played.inputs)
        again = replace(like, args=args, args_after=after, value=played.value, attributes=attributes, error=None)
        try:
            trial.check(again)
        except CheckFailed:
            return _NOT_REPEATED
        return ""


def _with_values(args: tuple[Any, ...], values: list[Any]) -> tuple[Any, ...]:
    """Return a copy of ``args`` whose tensors have the values of ``values``, in order."""
    after = tuple(copied(arg) for arg in args)
    for tensor, value in zip(tensors_in(after), values, strict=False):
        if isinstance(value, torch.Tensor) and value.shape == tensor.shape:
            tensor.copy_(value)
    return after
