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

    def __call__(self, family, rule, trial, cases, *, beside=(), alone=False):
        """A call has to run an operation of ``family``, and to give back what came of it.

        Neither source nor call may hold what ``rule`` does not allow, and the call none of ``beside``, by name; with
        ``alone``, no other product of two tensors of several numbers either.
        """
        call = self.student.must_obey(rule, trial, cases)
        record = Record.parse(call.trace)
        if record.why_not:
            return  # a person has been asked
        trouble = self._trouble(family, record, set(beside), alone) or self._unused(family, record, call.args)
        if trouble:
            text = f"calling it ran {trouble}: this exercise is about {rule.about}"
            raise CheckFailed(Finding("rule", text, symptom=f"rule: no {family}"))
        used = self._used(family, record)
        if self._changed_afterwards(record, call.args, used):
            name, symptom = record.calls[used[0]][0], "pieces of" if len(used) > 1 else "changed"
            text = f"the numbers that came back are not those that `{name}` gave: return just these"
            raise CheckFailed(Finding("rule", f"{call.subject}: {text}", symptom=f"rule: {symptom} {family}"))

    def _trouble(self, family, record, beside, alone):
        """What else ran; empty if nothing did."""
        ran = {_bare(name) for name, *_ in record.calls}
        if not self._used(family, record):
            return f"no {family}"
        products = {_bare(name) for name, *_, many in record.calls if many > 1} & PRODUCTS
        others = (ran & beside) | ((products | ran & STACKED_PRODUCTS) if alone else set())
        return f"`{min(others)}` beside the {family}" if others else ""

    def _unused(self, family, record, args):
        """The value has to follow what the operations gave: if that is multiplied by a drawn factor, it changes."""
        used = self._used(family, record)
        factor = 1.5 + float(torch.rand((), generator=self.student.generator(f"factor of {family}")))
        inputs, factors = list(tensors_in(args)), dict.fromkeys(used, factor)
        plain, other = self.student.replayer.replay([Job(record, inputs), Job(record, inputs, factors)])
        if _same(plain.value, other.value):
            return f"`{record.calls[used[0]][0]}`, and what that gave is no part of what came back"
        if not other.changed:
            return f"`{record.calls[used[0]][0]}`, which gave back just what it was given"
        return ""

    def _changed_afterwards(self, record, args, used):
        """Whether a number came back that is none of those that the operations gave, whatever its shape and dtype."""
        results = [["t", number] for index in used for number in record.calls[index][2]]
        read = json.loads(record.text)
        read["outputs"] = {"value": ["l", results], "attributes": []}
        # As they were then: what runs later may write into the same memory.
        read["entries"], read["calls"] = read["entries"][: record.calls[used[-1]][1]], read["calls"][: used[-1] + 1]
        inputs = list(tensors_in(args))
        inside = replace(record, text=json.dumps(read))
        whole, parts = self.student.replayer.replay([Job(record, inputs), Job(inside, inputs)])
        made = [one.double().flatten() for one in tensors_in(parts.value or [])]
        if not made or not isinstance(whole.value, torch.Tensor):
            return False
        given, wanted = torch.cat(made).sort().values, whole.value.double().flatten()
        above = torch.searchsorted(given, wanted).clamp(max=len(given) - 1)
        gap = torch.minimum((given[above] - wanted).abs(), (given[(above - 1).clamp(min=0)] - wanted).abs())
        return not bool((gap <= 1e-4 * (1 + wanted.abs())).all())

    def _used(self, family, record):
        return [index for index, (name, *_) in enumerate(record.calls) if family in families_of(name)]


def _bare(name):
    return name if name.endswith("__") else name.removesuffix("_")


def _same(one, other):
    both = isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor)
    return both and torch.equal(one, other)
