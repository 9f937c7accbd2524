"""Parts that several hidden tests of 02_broadcasting share."""

from collections.abc import Callable
from typing import Any

import torch
from products import MatrixProduct

from foundations.authoring import (
    Exercise,
    Growth,
    Rule,
    all_but,
    check,
    copies_some,
    difference,
    dtypes,
    fail,
    unchanged_inputs,
    values,
)

#: The number of operations does not depend on the sizes.
NO_GROWTH = Growth(n=0, k=0, m=0)


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
        cut = self.normal(8)[::2], self.normal(8)[3:]
        return [(c,) for c in (self.normal(4, 3)[:, 1], *cut, self.normal(3, 3).diagonal())]

    test_shape = values("vectors of many lengths", points=0.3, gate=True)

    @check("a view: it shows later changes of c", points=0.3)
    def test_view(self):
        vectors = self.normal(4), self.normal(1), self.normal(4, 3)[:, 1], self.normal(7)[3:]
        calls = list(self.student.calls(*((c,) for c in vectors), caller=type(self).then_written))
        copies = [self.is_copy(call) for call in calls]
        if found := copies_some("c", copies):
            call = calls[copies.index(True)]
            fail("value", f"{call.subject}: the result still has the numbers of before", diagnosis=found)
        for call in calls:
            call.must_return(self.expected(call.args[0] + 1), dtype=False, scale=1.0)

    def is_copy(self, call):
        before = self.expected(call.args[0])
        return isinstance(call.value, torch.Tensor) and difference(call.value, before, subject="") is None

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


class Product(MatrixProduct):
    """A matrix product, one of whose inner sizes is that of an image."""

    sizes = (*MatrixProduct.sizes, (2, 784, 3))
