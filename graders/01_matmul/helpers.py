"""Checks that both products of 01_matmul share."""

import math

import torch
from products import MatrixProduct

from foundations.authoring import (
    acts_before_it_refuses,
    check,
    dtypes,
    fail,
    refuses,
    sizes_of_one,
    unchanged_inputs,
    views,
)
from foundations.grading.trace import entries

#: The floating dtypes that a result keeps. float16 becomes float32 next to a tensor of torch's default.
FLOATS = (torch.float64, torch.float32, torch.float16)
#: The operators that multiply entry by entry, with all of their variants.
MULTIPLYING = ("aten.mul", "aten.addcmul")


class ProductByHand(MatrixProduct):
    """A matrix product of Python loops, whichever of them are left."""

    def expected(self, a, b):
        return (a.unsqueeze(2) * b).sum(1, dtype=a.dtype)

    def with_infinity(self):
        """Make matrices in which a zero meets infinity: this step gives NaN, and cannot be left out."""
        for zero, infinite in ((0, 1), (1, 0)):
            matrices = self.inputs(2, 3, 2)
            matrices[zero][1, 1], matrices[infinite][1, 1] = 0.0, math.inf
            yield matrices

    def misfits(self):
        """Make the matrices of all products, and a ``b`` without columns, whose loop has no turn."""
        yield from super().misfits()
        yield (self.normal(2, 3), self.normal(4, 0)), "a has 3 columns and b has 4 rows"

    refused = refuses("inner sizes that do not fit are refused with an assertion", misfits)

    test_thin = sizes_of_one(
        "sizes of 1, and a zero that meets infinity", MatrixProduct.ones, also=with_infinity, points=0.5
    )
    test_dtype = dtypes(
        "the dtype of the result follows the inputs", dtypes=FLOATS, also=MatrixProduct.whole_numbers, points=0.5
    )
    test_views = views("matrices that are views of others", also=MatrixProduct.one_view, points=0.5)

    @check("inner sizes that do not fit are refused with an assertion", points=0.5)
    def test_mismatch(self):
        self.refused()
        call = self.student.call(self.normal(2, 4), self.normal(3, 2), trace=True)
        call.must_raise(AssertionError, because="a has 4 columns and b has 3 rows")
        if any(name.startswith(MULTIPLYING) for name, _, _ in entries(call.trace or {}, "dispatch")):
            text = f"{call.subject} is refused, and rightly; but not before numbers are multiplied"
            fail("exception", text, diagnosis=acts_before_it_refuses("multiplied numbers"))

    test_clean = unchanged_inputs("inputs are left as they were, and a second call starts afresh", points=0.5)
