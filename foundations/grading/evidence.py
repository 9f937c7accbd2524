"""What a traced call proves: its record is replayed on fresh inputs, and the right value has to come out of it.

A trace is written in the student's process, where it can be switched off or forged. So the judge believes it only as
far as the recorded operators, run again in a process without student code, turn inputs of the judge's choice into
values that pass the exercise's own check. Forging such a record means writing the exercise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from foundations.config import Limits
from foundations.errors import SessionLost
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session
from foundations.worker.dataflow import operands

#: What one replay may use: a record of the largest size runs within a tenth of it.
_LIMITS = Limits(check_cpu_s=20.0, check_wall_s=120.0, notebook_wall_s=1e7)
#: Calls by which student code reads numbers off a tensor, after which nothing follows them.
_READING = frozenset({"item", "tolist", "__float__", "__int__", "__bool__", "__index__", "__complex__", "numpy"})


@dataclass(frozen=True)
class Record:
    """The recorded dataflow of one call, as the student's process reported it.

    Attributes:
        entries: ``[operator, args, kwargs, numbers of results, index of the function call]`` for each operator.
        calls: ``[name, index after the last entry, numbers of the results, count]`` for each function call; of so many
            arguments it was a tensor of several numbers.
        why_not: the reason why there is nothing to replay; empty if there is.
    """

    text: str
    leaves: Sequence[torch.Tensor]
    entries: Sequence[Sequence[Any]]
    calls: Sequence[Sequence[Any]]
    why_not: str = ""

    @classmethod
    def parse(cls, trace: Mapping[str, Any] | None) -> Record:
        """Read the record of a trace, whatever its shape."""
        flow = (trace or {}).get("flow")
        match flow:
            case {"record": str(text), "leaves": list(leaves)} if all(type(one) is torch.Tensor for one in leaves):
                pass
            case _:
                return cls("", [], [], [], "the trace holds no record of operators")
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
        return cls("", [], [], [], "the record of operators has another form than tracing gives it")

    def operators(self) -> Iterator[tuple[str, str | None]]:
        """Yield each operator (``aten.mul``) with the name of the function call that ran it, ``None`` if there is
        none; each pair once.
        """
        seen = set()
        for name, *_, call in self.entries:
            pair = name.rpartition(".")[0], self.calls[call][0] if 0 <= call < len(self.calls) else None
            if pair not in seen:
                seen.add(pair)
                yield pair

    def sources_of(self, function: str) -> dict[int, set[int]]:
        """Return, for each call of ``function``, the numbers of the tensors that its arguments were computed from."""
        known: dict[int, set[int]] = {}
        found: dict[int, set[int]] = {}
        for _, args, _, results, call in self.entries:
            into = set().union(*(known.get(number, {number}) for number in operands(args)))
            for number in results:
                known[number] = known.get(number, set()) | into
            if 0 <= call < len(self.calls) and self.calls[call][0] == function:
                found[call] = found.get(call, set()) | into
        return found


def reads_numbers(trace: Mapping[str, Any] | None) -> bool:
    """Return whether the traced call read Python numbers off tensors."""
    entries = (trace or {}).get("function")
    return isinstance(entries, list) and any(
        isinstance(entry, list) and entry and entry[0] in _READING for entry in entries
    )


@dataclass(frozen=True)
class Job:
    """One replay: a record, the tensors that take the place of its inputs, and factors for results of calls."""

    record: Record
    inputs: Sequence[torch.Tensor]
    factors: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Replayed:
    """What came out of a replay: the returned value, the attributes of each argument and the inputs as they were left;
    or an error.
    """

    value: Any
    attributes: list[dict[str, Any]]
    inputs: list[Any]
    #: The calls among the job's factors that gave something other than they were given.
    changed: frozenset[int]
    error: str | None


class Replayer:
    """Replays records in a confined process in which no student code has run; it is started when first needed."""

    def __init__(self, forkserver: ForkServer) -> None:
        self._forkserver = forkserver
        self._session: Session | None = None
        self._ended_cpu_s = 0.0

    @property
    def total_cpu_s(self) -> float:
        """CPU seconds of all processes that replayed."""
        return self._ended_cpu_s + (self._session.cpu_s if self._session is not None else 0.0)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._session is not None:
            self._session.close()
            self._ended_cpu_s += self._session.cpu_s
            self._session = None

    def replay(self, jobs: Sequence[Job]) -> list[Replayed]:
        """Replay ``jobs``; a job that cannot be replayed has an error."""
        if self._session is None:
            self._session = Session(self._forkserver, [], _LIMITS)
        asked = [
            {
                "record": job.record.text,
                "leaves": list(job.record.leaves),
                "inputs": list(job.inputs),
                "factors": {str(call): factor for call, factor in job.factors.items()},
            }
            for job in jobs
        ]
        try:
            reply = self._session.request("replay", jobs=asked)
        except SessionLost as lost:
            self.close()  # what a hostile record has done to the process must not reach the next one
            return [Replayed(None, [], [], frozenset(), f"the replay ended: {lost.reason}") for _ in jobs]
        return [_replayed(one) for one in _listed(reply["value"], len(jobs))]


def _nested(values: Any) -> Iterator[Any]:
    yield values
    for value in values.values() if isinstance(values, dict) else values if isinstance(values, list) else ():
        yield from _nested(value)


def _listed(value: Any, count: int) -> list[Any]:
    return value if isinstance(value, list) and len(value) == count else [None] * count


def _replayed(reply: Any) -> Replayed:
    match reply:
        case {"value": value, "attributes": list(given), "inputs": list(inputs), "changed": list(calls), "error": None}:
            attributes = [one if isinstance(one, dict) else {} for one in given]
            return Replayed(value, attributes, inputs, frozenset(one for one in calls if type(one) is int), None)
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
