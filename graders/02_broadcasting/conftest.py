"""Fixtures that the hidden tests of 02_broadcasting share. Fixtures only: no helper is imported from here."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch

from foundations.analysis.torch_operations import families_of
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.evidence import Job, Record
from foundations.worker.dataflow import tensors_in

#: Of two tensors, entry by entry. An einsum that adds up what these have made has no letter that meets another.
PRODUCTS = frozenset({"mul", "multiply", "__mul__", "__imul__", "__rmul__", "addcmul"}) | frozenset(
    {"div", "divide", "true_divide", "__truediv__", "__itruediv__", "__rtruediv__", "addcdiv"}
)
#: The same, of tensors that were stacked before.
STACKED_PRODUCTS = frozenset({"prod", "cumprod"})


@pytest.fixture
def must_run(student):
    """Ask for an operation of the library: ``must_run("einsum", rule, a, b)``."""
    return _MustRun(student)


@dataclass
class _MustRun:
    student: Any

    def __call__(self, family, rule, trial, cases, *, beside=(), alone=False, one_call=False):
        """A call has to run an operation of ``family``, and to give back what came of it.

        Neither source nor call may hold what ``rule`` does not allow, and the call none of ``beside``, by name; with
        ``alone``, no other product of two tensors of several numbers either. Where several calls give the pieces of the
        result, how they are put together matters only with ``one_call``: a loop costs growth and speed.
        """
        call = self.student.must_obey(rule, trial, cases)
        record = Record.parse(call.trace)
        if record.why_not:
            return  # a person has been asked
        used = [index for index, (name, *_) in enumerate(record.calls) if family in families_of(name)]
        trouble, changed = self._trouble(family, record, used, set(beside), alone), False
        if not trouble:
            trouble, changed = self._seen_in_replays(family, record, used, list(tensors_in(call.args)))
        if trouble:
            text = f"calling it ran {trouble}: this exercise is about {rule.about}"
            raise CheckFailed(Finding("rule", text, symptom=f"rule: no {family}"))
        if changed and (one_call or len(used) == 1):
            text = f"the numbers that came back are not those that `{record.calls[used[0]][0]}` gave: return just these"
            raise CheckFailed(Finding("rule", f"{call.subject}: {text}", symptom=f"rule: changed {family}"))

    def _trouble(self, family, record, used, beside, alone):
        """What else ran; empty if nothing did."""
        ran = {_bare(name) for name, *_ in record.calls}
        if not used:
            return f"no {family}"
        products = {_bare(name) for name, *_, many in record.calls if many > 1} & PRODUCTS
        others = (ran & beside) | ((products | ran & STACKED_PRODUCTS) if alone else set())
        return f"`{min(others)}` beside the {family}" if others else ""

    def _seen_in_replays(self, family, record, used, inputs):
        """The value has to follow what the operations gave: if that is multiplied by a drawn factor, it changes.

        And each of its numbers has to be one that they gave; its shape and its dtype may be others.
        """
        factor = 1.5 + float(torch.rand((), generator=self.student.generator(f"factor of {family}")))
        jobs = Job(record, inputs), Job(record, inputs, dict.fromkeys(used, factor)), Job(_until(record, used), inputs)
        plain, other, inside = self.student.replayer.replay(jobs)
        name = record.calls[used[0]][0]
        if _same(plain.value, other.value):
            return f"`{name}`, and what that gave is no part of what came back", False
        if not other.changed:
            return f"`{name}`, which gave back just what it was given", False
        return "", _has_other_numbers(plain.value, list(tensors_in(inside.value or [])))


def _until(record, used):
    """The record up to the last of the calls ``used``, with the results of these calls in the place of its value.

    They are seen as they were then: what runs later may write into the same memory.
    """
    read = json.loads(record.text)
    read["entries"], read["calls"] = read["entries"][: record.calls[used[-1]][1]], read["calls"][: used[-1] + 1]
    results = [["t", number] for index in used for number in record.calls[index][2]]
    read["outputs"] = {"value": ["l", results], "attributes": []}
    return replace(record, text=json.dumps(read))


def _has_other_numbers(value, given):
    """Whether a number of ``value`` is none of those in the tensors ``given``."""
    if not given or not isinstance(value, torch.Tensor):
        return False
    known = torch.cat([one.double().flatten() for one in given]).sort().values
    wanted = value.double().flatten()
    above = torch.searchsorted(known, wanted).clamp(max=len(known) - 1)
    gap = torch.minimum((known[above] - wanted).abs(), (known[(above - 1).clamp(min=0)] - wanted).abs())
    return not bool((gap <= 1e-4 * (1 + wanted.abs())).all())


def _bare(name):
    return name if name.endswith("__") else name.removesuffix("_")


def _same(one, other):
    both = isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor)
    return both and torch.equal(one, other)
