"""Parts that several hidden tests of 01_matmul share."""

from collections.abc import Sequence
from typing import ClassVar

import torch

from foundations.authoring import Exercise, dtypes, refuses, sizes_of_one, unchanged_inputs, views

#: (n, k, m) for an (n, k) and a (k, m) matrix.
SIZES = ((2, 3, 4), (2, 3, 4), (4, 2, 3), (3, 5, 2), (1, 4, 3), (3, 4, 1), (3, 3, 3))


def typical(tensor):
    """Return the root of the mean square of the entries."""
    return float(tensor.double().square().mean().sqrt())


class MatrixProduct(Exercise):
    """A function ``(a, b) → c`` that calculates the matrix product, however it goes about it."""

    sizes: ClassVar[Sequence[Sequence[int]]] = SIZES

    def inputs(self, n, k, m, dtype=torch.float32):
        return self.normal(n, k, dtype=dtype), self.normal(k, m, dtype=dtype)

    def expected(self, a, b):
        return a @ b

    def scale(self, a, b):
        return a.shape[1] * typical(a) * typical(b)  # k products of numbers of this size are summed

    def other_magnitudes(self):
        """Make matrices of small and of large numbers, and two with zeros in them."""
        for size in (1e-3, 1e3):
            a, b = self.inputs(3, 4, 2)
            yield size * a, size * b
        a, b = self.inputs(3, 4, 2)
        a[0, 0] = a[1, 2] = b[1, 1] = 0.0
        yield a, b

    def whole_numbers(self):
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

    test_thin = sizes_of_one("sizes of 1", [(1, 1, 1), (1, 1, 3), (3, 1, 1), (3, 1, 2), (1, 5, 1)], points=0.5)
    test_dtype = dtypes("the dtype of the result follows the inputs", also=whole_numbers, points=0.5)
    test_views = views("matrices that are views of others", also=one_view, points=0.5)
    test_mismatch = refuses("inner sizes that do not fit are refused with an assertion", misfits, points=0.5)
    test_clean = unchanged_inputs("inputs are left as they were, and a second call starts afresh", points=0.5)
