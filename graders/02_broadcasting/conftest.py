"""Fixtures that the hidden tests of 02_broadcasting share. Fixtures only: no helper is imported from here."""

from dataclasses import dataclass
from typing import Any

import pytest
import torch

from foundations import rules
from foundations.compare import CheckFailed, Finding
from foundations.families import FAMILIES

#: Of two tensors, entry by entry. An einsum that adds up what these have made has no letter that meets another.
PRODUCTS = frozenset({"mul", "multiply", "__mul__", "__imul__", "__rmul__", "addcmul"}) | frozenset(
    {"div", "divide", "true_divide", "__truediv__", "__itruediv__", "__rtruediv__", "addcdiv"}
)
#: The same, of tensors that were stacked before.
STACKED_PRODUCTS = frozenset({"prod", "cumprod"})


def with_other_results(names, exercise, operations, *args):
    """The exercise's result where each of ``operations`` gives twice what it does, None where it stops then; what else
    ran on two tensors of several numbers; and whether any of ``operations`` gave something that it was not given.
    """
    import torch

    seen, new = set(), []

    def tensors_in(values):
        for value in values:
            if isinstance(value, list | tuple):
                yield from tensors_in(value)
            elif isinstance(value, torch.Tensor):
                yield value

    class Doubling(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            result = func(*args, **kwargs)
            name = getattr(func, "__name__", "")
            bare = name if name.endswith("__") else name.removesuffix("_")
            if not {name, bare} & set(operations):
                if sum(isinstance(each, torch.Tensor) and each.numel() > 1 for each in args) > 1:
                    seen.add(bare)
            elif isinstance(result, torch.Tensor):
                new.append(not any(torch.equal(result, each) for each in tensors_in(args) if each is not result))
                return result.mul_(2) if "out" in kwargs or name != bare else result * 2
            return result

    try:
        with Doubling():
            return names[exercise](*args), sorted(seen), any(new)
    except Exception:
        return None, [], True


@pytest.fixture
def must_run(student):
    """Ask for an operation of the library: ``must_run("einsum", rule, a, b)``."""
    return _MustRun(student)


@dataclass
class _MustRun:
    student: Any

    def __call__(self, family, rule, *args, beside=(), alone=False):
        """A call on ``args`` has to run an operation of ``family``, and to give back what came of it.

        Neither source nor call may hold what ``rule`` forbids, and the call none of ``beside``, by name; with
        ``alone``, no other product of tensors either.
        """
        violations = rules.read_source_for(rule, self.student.sources, self.student.exercise)
        if not violations:
            call = self.student.call(*args, trace=True)
            call.must_not_raise()
            # Names as they were written, and not what runs below them: there an einsum is a matrix product, too.
            written = {"function": (call.trace or {}).get("function", [])}
            violations = rules.read_trace_for(rule, written)
        rules.must_be_none(violations)
        trouble = self._trouble(family, call, _names(written["function"]), set(beside), alone)
        if trouble:
            text = f"calling it ran {trouble}: this exercise is about {rule.about}"
            raise CheckFailed(Finding("rule", text, symptom=f"rule: no {family}"))

    def _trouble(self, family, call, ran, beside, alone):
        used = sorted(name for name in ran if FAMILIES[family].has_traced(name))
        if not used:
            return f"no {family}"
        other, seen, anything_new = _three(
            self.student.probe(with_other_results, self.student.exercise, used, *call.args)
        )
        others = (ran & beside) | (PRODUCTS & _words(seen) | ran & STACKED_PRODUCTS if alone else set())
        if others:
            return f"`{min(others)}` beside the {family}"
        if _same(other, call.value):
            return f"`{used[0]}`, and what that gave is no part of what came back"
        if not anything_new:
            return f"`{used[0]}`, which gave back just what it was given"
        return None


def _names(entries):
    """Of the operations in a trace, which comes from the student's process."""
    return {entry[0] for entry in entries if isinstance(entry, list) and entry and isinstance(entry[0], str)}


def _three(value):
    return value if isinstance(value, tuple) and len(value) == 3 else (None, [], True)


def _words(value):
    return {word for word in value if isinstance(word, str)} if isinstance(value, list) else set()


def _same(one, other):
    both = isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor)
    return both and one.dtype == other.dtype and torch.equal(one, other)
