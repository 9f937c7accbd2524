"""The check that an exercise is solved with one family of operations: one of them runs, and its result is returned."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from foundations.analysis.torch_operations import families_of
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.evidence import Job, Record
from foundations.grading.exercise import Exercise
from foundations.grading.pytest_plugin import check
from foundations.worker.dataflow import operands, tensors_in

#: Operations on two tensors, entry by entry. An einsum that only sums their result has no letter in two places.
_PRODUCTS = frozenset({"mul", "multiply", "__mul__", "__imul__", "__rmul__", "addcmul"}) | frozenset(
    {"div", "divide", "true_divide", "__truediv__", "__itruediv__", "__rtruediv__", "addcdiv"}
)
#: The same, of tensors that were stacked before.
_STACKED_PRODUCTS = frozenset({"prod", "cumprod"})


def runs(
    family: str,
    name: str,
    *,
    without: Collection[str] = (),
    alone: bool = False,
    one_call: bool = False,
    whole: bool = False,
    **options: Any,
) -> Callable[[Any], None]:
    """Check that a call runs an operation of ``family``, and returns its result.

    Neither source nor call may contain operations that the exercise's rule does not allow. If several calls give the
    pieces of the result, the way in which they are put together matters only with ``one_call``: a loop costs growth
    and speed.

    Args:
        family: the family of operations, e.g. ``"einsum"``.
        name: the check's name.
        without: names of operations that must not run in the same call.
        alone: forbid all other products of two tensors of several numbers.
        one_call: the returned numbers have to be those of the operation even if it ran several times.
        whole: the operation has to get as many numbers as the largest argument of the call has, so that the numbers
            were not chosen before it. This does not apply to several operations, which cost growth and speed.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self: Exercise) -> None:
        _Search(self, family, frozenset(without), alone, one_call, whole).must_run()

    return check(name, **options)(test)


def symptoms_of(family: str) -> tuple[str, str]:
    """Return the symptoms that :func:`runs` reports: no operation of ``family``, and another result than its own."""
    return f"rule: no {family}", f"rule: changed {family}"


@dataclass
class _Search:
    """The search for the calls of one family of operations in a traced call."""

    exercise: Exercise
    family: str
    without: frozenset[str]
    alone: bool
    one_call: bool
    whole: bool

    def must_run(self) -> None:
        rule, student = self.exercise.allowed, self.exercise.student
        call = student.must_obey(rule, self.exercise.trial, self.exercise.sizes)
        record = Record.parse(call.trace)
        if record.why_not:
            return  # a person has been asked
        used = [index for index, (name, *_) in enumerate(record.calls) if self.family in families_of(name)]
        trouble, changed = self._trouble(record, used), False
        if not trouble:
            trouble, changed = self._seen_in_replays(record, used, list(tensors_in(call.args)))
        if trouble:
            text = f"calling it ran {trouble}: this exercise is about {rule.about}"
            raise CheckFailed(Finding("rule", text, symptom=symptoms_of(self.family)[0]))
        if changed and (self.one_call or len(used) == 1):
            gave = record.calls[used[0]][0]
            text = f"the numbers that came back are not those that `{gave}` gave: return just these"
            raise CheckFailed(Finding("rule", f"{call.subject}: {text}", symptom=symptoms_of(self.family)[1]))

    def _trouble(self, record: Record, used: Sequence[int]) -> str:
        """Return the operation that ran instead, or another one that may not run next to it; empty if none did."""
        ran = {_bare(name) for name, *_ in record.calls}
        if not used:
            return f"no {self.family}"
        products = {_bare(name) for name, *_, many in record.calls if many > 1} & _PRODUCTS
        others = (ran & self.without) | ((products | ran & _STACKED_PRODUCTS) if self.alone else set())
        return f"`{min(others)}` next to the {self.family}" if others else ""

    def _seen_in_replays(self, record: Record, used: Sequence[int], inputs: Sequence[torch.Tensor]) -> tuple[str, bool]:
        """Multiply the results of the operations by a drawn factor: the returned value has to change.

        Return the trouble, and whether a returned number is none of those that the operations gave; its shape and its
        dtype may be others.
        """
        student = self.exercise.student
        factor = 1.5 + float(torch.rand((), generator=student.generator(f"factor of {self.family}")))
        results = [number for index in used for number in record.calls[index][2]]
        replays = record, _until(record, used, results), _until(record, used, _given_to(record, used))
        jobs = Job(record, inputs, dict.fromkeys(used, factor)), *(Job(each, inputs) for each in replays)
        other, plain, inside, given = student.replayer.replay(jobs)
        name = record.calls[used[0]][0]
        if _same(plain.value, other.value):
            return f"`{name}`, and its result is no part of the returned value", False
        if not other.changed:
            return f"`{name}`, which gave back its input", False
        if self.whole and len(used) == 1 and _most_numbers(given.value) < _most_numbers(inputs):
            return f"`{name}` on numbers that had been picked out before", False
        return "", _has_other_numbers(plain.value, list(tensors_in(inside.value or [])))


def _until(record: Record, used: Sequence[int], numbers: Iterable[int]) -> Record:
    """Return the record up to the last of the calls ``used``, with the tensors of these ``numbers`` as its value.

    They are seen as they were then: later operations may write into the same memory.
    """
    read = json.loads(record.text)
    read["entries"], read["calls"] = read["entries"][: record.calls[used[-1]][1]], read["calls"][: used[-1] + 1]
    read["outputs"] = {"value": ["l", [["t", number] for number in numbers]], "attributes": []}
    return replace(record, text=json.dumps(read))


def _given_to(record: Record, used: Collection[int]) -> list[int]:
    """Return the numbers of the tensors that the calls ``used`` worked on and had not made."""
    made: set[int] = set()
    given: list[int] = []
    for _, args, _, results, call in record.entries:
        if call in used:
            given += [number for number in operands(args) if number not in made]
            made.update(results)
    return list(dict.fromkeys(given))


def _most_numbers(values: Any) -> int:
    return max((tensor.numel() for tensor in tensors_in(values or [])), default=0)


def _has_other_numbers(value: Any, given: Sequence[torch.Tensor]) -> bool:
    """Return whether a number of ``value`` is none of those in the tensors ``given``."""
    if not given or not isinstance(value, torch.Tensor):
        return False
    known = torch.cat([tensor.double().flatten() for tensor in given]).sort().values
    wanted = value.double().flatten()
    above = torch.searchsorted(known, wanted).clamp(max=len(known) - 1)
    gap = torch.minimum((known[above] - wanted).abs(), (known[(above - 1).clamp(min=0)] - wanted).abs())
    return not bool((gap <= 1e-4 * (1 + wanted.abs())).all())


def _bare(name: str) -> str:
    return name if name.endswith("__") else name.removesuffix("_")


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor) and torch.equal(one, other)
