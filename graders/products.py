"""Matrix products: the inputs and expected values that hidden tests of several assignments share."""

from collections.abc import Sequence
from typing import ClassVar

import torch

from foundations.authoring import Exercise


def typical(tensor):
    """Return the root of the mean square of the finite entries."""
    return float(tensor[tensor.isfinite()].double().square().mean().sqrt())


class MatrixProduct(Exercise):
    """A function ``(a, b) → c`` that calculates the matrix product, in whatever way."""

    #: (n, k, m) for an (n, k) and a (k, m) matrix.
    sizes: ClassVar[Sequence[Sequence[int]]] = (
        (2, 3, 4),
        (2, 3, 4),
        (4, 2, 3),
        (3, 5, 2),
        (1, 4, 3),
        (3, 4, 1),
        (3, 3, 3),
    )
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

    def whole_numbers(self):
        """Make matrices of int64."""
        return [[(10 * matrix).long() for matrix in self.inputs(2, 3, 2)]]

    def one_view(self):
        """Make matrices of which one alone is a view, and a row that is stretched."""
        yield self.normal(3, 2).t(), self.normal(3, 4)
        yield self.normal(2, 3), self.normal(4, 3).t()
        yield self.normal(1, 3).expand(2, 3), self.normal(3, 4)

    def misfits(self):
        """Make matrices whose inner sizes differ; elementwise operations would stretch a size of 1."""
        for left, right in [((2, 3), (4, 2)), ((2, 3), (2, 3)), ((3, 1), (4, 2)), ((2, 4), (1, 3))]:
            yield (self.normal(*left), self.normal(*right)), f"a has {left[1]} columns and b has {right[0]} rows"
