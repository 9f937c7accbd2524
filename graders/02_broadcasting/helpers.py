"""Parts that several hidden tests of 02_broadcasting share."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from foundations.analysis.torch_operations import families_of
from foundations.authoring import (
    CheckFailed,
    Exercise,
    Finding,
    Growth,
    Rule,
    all_but,
    check,
    dtypes,
    unchanged_inputs,
    values,
)
from foundations.grading.evidence import Job, Record
from foundations.worker.dataflow import tensors_in

#: The number of operations does not depend on the sizes.
NO_GROWTH = Growth(n=0, k=0, m=0)
#: Operations on two tensors, entry by entry. An einsum that only sums their result has no letter in two places.
PRODUCTS = frozenset({"mul", "multiply", "__mul__", "__imul__", "__rmul__", "addcmul"}) | frozenset(
    {"div", "divide", "true_divide", "__truediv__", "__itruediv__", "__rtruediv__", "addcdiv"}
)
#: The same, of tensors that were stacked before.
STACKED_PRODUCTS = frozenset({"prod", "cumprod"})


def typical(tensor):
    """Return the root of the mean square of the entries."""
    return float(tensor.double().square().mean().sqrt())


def whole_numbers(exercise):
    """Make the arguments of one call in int64."""
    return [[(10 * tensor).long() for tensor in exercise.inputs(*exercise.sizes[0])]]


class SeenAsMatrix(Exercise):
    """A vector that is seen as a matrix of the shape ``seen``, without a copy."""

    sizes = ((3,), (3,), (1,), (5,), (2,))
    seen: tuple[int, int]
    #: Calls the exercise, and then adds 1 to c.
    then_written: Callable[..., Any]

    def inputs(self, n, dtype=torch.float32):
        return (self.normal(n, dtype=dtype),)

    def expected(self, c):
        return c.clone().reshape(self.seen)

    def parts(self):
        """Make vectors that are parts of a matrix, or of another vector."""
        return [(c,) for c in (self.normal(4, 3)[:, 1], self.normal(8)[::2], self.normal(3, 3).diagonal())]

    test_shape = values("vectors of many lengths", points=0.3, gate=True)

    @check("a view: it shows later changes of c", points=0.3)
    def test_view(self):
        vectors = self.normal(4), self.normal(1), self.normal(4, 3)[:, 1]
        for call in self.student.calls(*((c,) for c in vectors), caller=type(self).then_written):
            call.must_return(self.expected(call.args[0] + 1), dtype=False, scale=1.0)

    test_dtype = dtypes(
        "the dtype does not change", also=lambda self: [*whole_numbers(self), (self.normal(3) > 0,)], points=0.2
    )
    test_clean = unchanged_inputs(
        "vectors that are parts of a matrix; c itself keeps its values and its shape", also=parts, points=0.2
    )


class AllPairs(Exercise):
    """A function ``(u, v) → c`` of all pairs of entries of two vectors."""

    #: (n, 1, m) for vectors of n and of m entries.
    ones = ((1, 1, 1), (1, 1, 4), (4, 1, 1))
    allowed = Rule(
        about="letting a column meet a row, elementwise",
        allow=all_but("matrix product", "einsum", "numpy", "list round trip"),
    )
    no_loop = NO_GROWTH, (3, 1, 2)

    def inputs(self, n, _, m, dtype=torch.float32):
        return self.normal(n, dtype=dtype), self.normal(m, dtype=dtype)

    def parts(self):
        """Make vectors that are parts of others."""
        return [(self.normal(4, 3)[:, 1], self.normal(6)[::2])]


class MatrixProduct(Exercise):
    """A function ``(a, b) → c`` that calculates the matrix product."""

    #: (n, k, m) for an (n, k) and a (k, m) matrix.
    sizes = ((2, 3, 4), (2, 3, 4), (4, 2, 3), (3, 5, 2), (1, 4, 3), (3, 4, 1), (3, 3, 3), (2, 784, 3))
    ones = ((1, 1, 1), (1, 1, 3), (3, 1, 1), (3, 1, 2), (1, 5, 1))

    def inputs(self, n, k, m, dtype=torch.float32):
        return self.normal(n, k, dtype=dtype), self.normal(k, m, dtype=dtype)

    def expected(self, a, b):
        return a @ b

    def scale(self, a, b):
        return a.shape[1] * typical(a) * typical(b)  # k products of numbers of this size are summed

    @staticmethod
    def timed(n, k, m):
        """Return a function that makes the arguments of one timed call."""
        return lambda generator: (torch.randn(n, k, generator=generator), torch.randn(k, m, generator=generator))

    def other_magnitudes(self):
        """Make matrices of small and of large numbers, and two with zeros in them."""
        for size in (1e-3, 1e3):
            a, b = self.inputs(3, 4, 2)
            yield size * a, size * b
        a, b = self.inputs(3, 4, 2)
        a[0, 0] = a[1, 2] = b[1, 1] = 0.0
        yield a, b

    def layouts(self):
        """Make matrices of which one alone is a view, and a row that is stretched."""
        yield self.normal(3, 2).t(), self.normal(3, 4)
        yield self.normal(2, 3), self.normal(4, 3).t()
        yield self.normal(1, 3).expand(2, 3), self.normal(3, 4)

    def misfits(self):
        """Make matrices whose inner sizes differ; elementwise operations would stretch a size of 1."""
        for left, right in [((2, 3), (4, 2)), ((2, 3), (2, 3)), ((3, 1), (4, 2)), ((2, 4), (1, 3))]:
            yield (self.normal(*left), self.normal(*right)), f"a has {left[1]} columns and b has {right[0]} rows"


def runs(family, name, *, beside=(), alone=False, one_call=False, **options):
    """Check that a call runs an operation of ``family``, and returns its result.

    Neither source nor call may contain operations that the exercise's rule does not allow. If several calls give the
    pieces of the result, the way in which they are put together matters only with ``one_call``: a loop costs growth
    and speed.

    Args:
        family: the family of operations, e.g. ``"einsum"``.
        name: the check's name.
        beside: names of operations that must not run in the same call.
        alone: forbid all other products of two tensors of several numbers.
        one_call: the returned numbers have to be those of the operation even if it ran several times.
        options: as for :func:`foundations.authoring.check`.
    """

    def test(self):
        _Search(self, family, frozenset(beside), alone, one_call).must_run()

    return check(name, **options)(test)


@dataclass
class _Search:
    """The search for the calls of one family of operations in a traced call."""

    exercise: Exercise
    family: str
    beside: frozenset[str]
    alone: bool
    one_call: bool

    def must_run(self):
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
            raise CheckFailed(Finding("rule", text, symptom=f"rule: no {self.family}"))
        if changed and (self.one_call or len(used) == 1):
            gave = record.calls[used[0]][0]
            text = f"the numbers that came back are not those that `{gave}` gave: return just these"
            raise CheckFailed(Finding("rule", f"{call.subject}: {text}", symptom=f"rule: changed {self.family}"))

    def _trouble(self, record, used):
        """Return the operation that ran instead, or another one that may not run next to it; empty if none did."""
        ran = {_bare(name) for name, *_ in record.calls}
        if not used:
            return f"no {self.family}"
        products = {_bare(name) for name, *_, many in record.calls if many > 1} & PRODUCTS
        others = (ran & self.beside) | ((products | ran & STACKED_PRODUCTS) if self.alone else set())
        return f"`{min(others)}` beside the {self.family}" if others else ""

    def _seen_in_replays(self, record, used, inputs):
        """Multiply the results of the operations by a drawn factor: the returned value has to change.

        Return the trouble, and whether a returned number is none of those that the operations gave; its shape and its
        dtype may be others.
        """
        student = self.exercise.student
        factor = 1.5 + float(torch.rand((), generator=student.generator(f"factor of {self.family}")))
        jobs = Job(record, inputs), Job(record, inputs, dict.fromkeys(used, factor)), Job(_until(record, used), inputs)
        plain, other, inside = student.replayer.replay(jobs)
        name = record.calls[used[0]][0]
        if _same(plain.value, other.value):
            return f"`{name}`, and its result is no part of the returned value", False
        if not other.changed:
            return f"`{name}`, which gave back its input", False
        return "", _has_other_numbers(plain.value, list(tensors_in(inside.value or [])))


def _until(record, used):
    """Return the record up to the last of the calls ``used``, with the results of these calls as its value.

    They are seen as they were then: later operations may write into the same memory.
    """
    read = json.loads(record.text)
    read["entries"], read["calls"] = read["entries"][: record.calls[used[-1]][1]], read["calls"][: used[-1] + 1]
    results = [["t", number] for index in used for number in record.calls[index][2]]
    read["outputs"] = {"value": ["l", results], "attributes": []}
    return replace(record, text=json.dumps(read))


def _has_other_numbers(value, given):
    """Return whether a number of ``value`` is none of those in the tensors ``given``."""
    if not given or not isinstance(value, torch.Tensor):
        return False
    known = torch.cat([tensor.double().flatten() for tensor in given]).sort().values
    wanted = value.double().flatten()
    above = torch.searchsorted(known, wanted).clamp(max=len(known) - 1)
    gap = torch.minimum((known[above] - wanted).abs(), (known[(above - 1).clamp(min=0)] - wanted).abs())
    return not bool((gap <= 1e-4 * (1 + wanted.abs())).all())


def _bare(name):
    return name if name.endswith("__") else name.removesuffix("_")


def _same(one, other):
    return isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor) and torch.equal(one, other)
