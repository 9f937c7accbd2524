"""Fixtures that the hidden tests of several exercises share. Fixtures only: no helper is imported from here."""

from dataclasses import dataclass
from typing import Any

import pytest
import torch

from foundations.grading.student import Trial


@pytest.fixture
def matrix(student):
    """Make secret matrices: ``matrix(2, 3)``, another one at every call, the same ones at a replay."""
    generator = student.generator("matrices")

    def make(*shape, dtype=torch.float32):
        return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)

    return make


def must_be_product(call, *, dtype=False):
    """The value of ``call`` is the product of its two arguments."""
    a, b = call.args
    # k products of numbers around 1 are added up, so a tolerance is relative to k.
    call.must_return(a @ b, dtype=dtype, scale=float(a.shape[1]))


@pytest.fixture
def products(student, matrix):
    """What is asked of every function ``(a, b) → c`` that calls itself a matrix product, whichever way it goes."""
    return _Products(student, matrix)


@dataclass
class _Products:
    student: Any
    matrix: Any

    @property
    def trial(self):
        """A product of fresh matrices, for sizes (n, k, m), as traced calls ask for it."""
        return Trial(lambda n, k, m: (self.matrix(n, k), self.matrix(k, m)), must_be_product)

    def of_shapes(self, *shapes):
        """c = a b for (n, k, m) in ``shapes``, a (n, k) and b (k, m)."""
        self._must_multiply(*((self.matrix(n, k), self.matrix(k, m)) for n, k, m in shapes))

    def of_other_magnitudes(self):
        """A product is as right where its entries are around a millionth or a million, and where there are zeros."""
        for size in (1e-3, 1e3):
            a, b = size * self.matrix(3, 4), size * self.matrix(4, 2)
            self.student.call(a, b).must_return(a @ b, dtype=False, scale=4 * size * size)
        a, b = self.matrix(3, 4), self.matrix(4, 2)
        a[0, 0] = a[1, 2] = b[1, 1] = 0.0
        self._must_multiply((a, b))

    def of_sizes_of_one(self):
        self.of_shapes((1, 1, 1), (1, 1, 3), (3, 1, 1), (3, 1, 2), (1, 5, 1))

    def of_dtypes(self):
        """float64 keeps its digits, float32 stays what it is, whole numbers stay whole."""
        pairs = [
            (self.matrix(2, 3, dtype=dtype), self.matrix(3, 4, dtype=dtype)) for dtype in (torch.float64, torch.float32)
        ]
        self._must_multiply(*pairs, dtype=True)
        a, b = (10 * self.matrix(2, 3)).to(torch.int64), (10 * self.matrix(3, 2)).to(torch.int64)
        self.student.call(a, b).must_return(a @ b)

    def of_views(self):
        """Transposed, every other row and column, expanded."""
        matrix = self.matrix
        self._must_multiply(
            (matrix(3, 2).t(), matrix(3, 4)),
            (matrix(2, 3), matrix(4, 3).t()),
            (matrix(4, 6)[::2, 1::2], matrix(6, 5)[::2]),
            (matrix(1, 3).expand(2, 3), matrix(3, 4)),
        )

    def refuse_misfits(self, error=AssertionError):
        """Require ``error`` for inner sizes that do not fit; elementwise operations would stretch a size of 1."""
        sizes = [((2, 3), (4, 2)), ((2, 3), (2, 3)), ((3, 1), (4, 2)), ((2, 4), (1, 3))]
        for call in self.student.calls(*((self.matrix(*left), self.matrix(*right)) for left, right in sizes)):
            a, b = call.args
            call.must_raise(error, because=f"a has {a.shape[1]} columns and b has {b.shape[0]} rows")

    def leave_no_trace(self):
        """Inputs keep their values, and nothing of the first call is in the second."""
        self._must_multiply(*((self.matrix(2, 3), self.matrix(3, 2)) for _ in range(2)), leaving_inputs=True)

    def _must_multiply(self, *pairs, dtype=False, leaving_inputs=False):
        for call in self.student.calls(*pairs):
            must_be_product(call, dtype=dtype)
            if leaving_inputs:
                call.must_leave_inputs()
