"""The record of a traced call, read without trust, and its replay in a process without student code.

A trace is written in the student's process, where student code can switch it off or forge it. So the judge believes the
trace only if the recorded operators, run again in a process without student code on inputs that the judge chooses, give
values that pass the exercise's own check. Forging such a record means solving the exercise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from foundations.config import Limits
from foundations.errors import SessionLost
from foundations.session.course_session import CourseSession
from foundations.session.session import Session
from foundations.worker.dataflow import operands

#: Limits of one replay: a record of the largest size runs within a tenth of them.
_LIMITS = Limits(check_cpu_s=20.0, check_wall_s=120.0, notebook_wall_s=1e7)
#: Calls by which student code reads numbers off a tensor; the record does not follow such numbers.
_READING = frozenset({"item", "tolist", "__float__", "__int__", "__bool__", "__index__", "__complex__", "numpy"})


@dataclass(frozen=True)
class Record:
    """The recorded dataflow of one call, as the student's process reported it.

    Attributes:
        entries: ``[operator, args, kwargs, numbers of results, index of the function call]`` for each operator.
        calls: ``[name, index after the last entry, numbers of the results, count]`` for each function call; ``count``
            is the number of its arguments that are tensors of several numbers.
        why_not: the reason why the record cannot be replayed; empty if it can.
    """

    text: str
    leaves: Sequence[torch.Tensor]
    entries: Sequence[Sequence[Any]]
    calls: Sequence[Sequence[Any]]
    why_not: str = ""

    @classmethod
    def parse(cls, trace: Mapping[str, Any] | None) -> Record:
        """Read the record of a trace of any form; ``why_not`` names the fault of a malformed one."""
        flow = (trace or {}).get("flow")
        match flow:
            case {"record": str(text), "leaves": list(leaves)} if all(type(leaf) is torch.Tensor for leaf in leaves):
                pass
            case _:
                return cls("", [], [], [], "the trace has no record of operators")
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            return cls("", [], [], [], "the record of operators is not JSON")
        match read:
            case {"broken": str(broken)} if broken:
                return cls("", [], [], [], broken[:200])
            case {"entries": list(entries), "calls": list(calls), "outputs": outputs} if _are_entries(
                entries
            ) and _are_calls(calls):
                unknown = ["unknown"] in _nested(outputs)
                why_not = "no recorded operator made a tensor that came back" if unknown else ""
                return cls(text, leaves, entries, calls, why_not)
        return cls("", [], [], [], "the record of operators does not have the form that tracing writes")

    def operators(self) -> Iterator[tuple[str, str | None]]:
        """Yield each operator (``aten.mul``) with the name of the function that ran it or ``None``, each pair once."""
        seen = set()
        for name, *_, call in self.entries:
            pair = name.rpartition(".")[0], self.calls[call][0] if 0 <= call < len(self.calls) else None
            if pair not in seen:
                seen.add(pair)
                yield pair

    def sources_of(self, function: str) -> dict[int, set[int]]:
        """Return, for each call of ``function``, the numbers of the tensors that its arguments were computed from."""
        sources: dict[int, set[int]] = {}
        by_call: dict[int, set[int]] = {}
        for _, args, _, results, call in self.entries:
            operand_sources = set().union(*(sources.get(number, {number}) for number in operands(args)))
            for number in results:
                sources[number] = sources.get(number, set()) | operand_sources
            if 0 <= call < len(self.calls) and self.calls[call][0] == function:
                by_call[call] = by_call.get(call, set()) | operand_sources
        return by_call


def reads_numbers(trace: Mapping[str, Any] | None) -> bool:
    """Return whether the traced call read Python numbers off tensors."""
    entries = (trace or {}).get("function")
    return isinstance(entries, list) and any(
        isinstance(entry, list) and entry and entry[0] in _READING for entry in entries
    )


@dataclass(frozen=True)
class Job:
    """One replay: a record, the tensors that replace its inputs, and factors for the results of calls."""

    record: Record
    inputs: Sequence[torch.Tensor]
    factors: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Replayed:
    """The results of a replay: the returned value, the arguments' attributes, and the inputs after it; or an error."""

    value: Any
    attributes: list[dict[str, Any]]
    inputs: list[Any]
    #: The calls among the job's factors whose results differ from their arguments.
    changed: frozenset[int]
    error: str | None


class Replayer(CourseSession):
    """Replays records in a confined process that has run no student code. It starts when it is first needed."""

    def replay(self, jobs: Sequence[Job]) -> list[Replayed]:
        """Replay ``jobs`` and return one result for each; a job that cannot be replayed gives an error."""
        if self.session is None:
            self.session = Session(self._forkserver, [], _LIMITS)
        requests = [
            {
                "record": job.record.text,
                "leaves": list(job.record.leaves),
                "inputs": list(job.inputs),
                "factors": {str(call): factor for call, factor in job.factors.items()},
            }
            for job in jobs
        ]
        try:
            reply = self.session.request("replay", jobs=requests)
        except SessionLost as lost:
            self.close()  # a hostile record may have changed the process, and must not affect the next record
            return [Replayed(None, [], [], frozenset(), f"the replay ended: {lost.reason}") for _ in jobs]
        return [_replayed(result) for result in _listed(reply["value"], len(jobs))]


def _nested(values: Any) -> Iterator[Any]:
    yield values
    for value in values.values() if isinstance(values, dict) else values if isinstance(values, list) else ():
        yield from _nested(value)


def _listed(value: Any, count: int) -> list[Any]:
    return value if isinstance(value, list) and len(value) == count else [None] * count


def _replayed(reply: Any) -> Replayed:
    match reply:
        case {"value": value, "attributes": list(given), "inputs": list(inputs), "changed": list(calls), "error": None}:
            attributes = [values if isinstance(values, dict) else {} for values in given]
            return Replayed(value, attributes, inputs, frozenset(call for call in calls if type(call) is int), None)
        case {"error": str(error)}:
            return Replayed(None, [], [], frozenset(), error)
    return Replayed(None, [], [], frozenset(), "the replay gave no answer")


def _are_entries(entries: list[Any]) -> bool:
    return all(
        isinstance(entry, list)
        and len(entry) == 5
        and isinstance(entry[0], str)
        and isinstance(entry[1], list)
        and isinstance(entry[3], list)
        and all(type(number) is int for number in entry[3])
        and type(entry[4]) is int
        for entry in entries
    )


def _are_calls(calls: list[Any]) -> bool:
    return all(
        isinstance(call, list) and len(call) == 4 and isinstance(call[0], str) and isinstance(call[2], list)
        for call in calls
    )
