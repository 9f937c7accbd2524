"""Hidden checks of ``matmul_elementwise(a, b)``: the inner loop becomes a row-by-column product and a sum."""

import math

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule

RULE = Rule(
    about="turning the inner loop into an elementwise product of a row and a column, and a sum",
    allow=all_but("matrix product", "einsum", "numpy", "list round trip"),
)

#: (n, k, m) for an (n, k) and a (k, m) matrix. No two sizes of the first ones agree, so that swapped bounds and
#: transposes show; the first comes twice, so that what was kept of the call before shows; one has rows as long
#: as an image.
SHAPES = [(2, 3, 4), (2, 3, 4), (4, 2, 3), (3, 5, 2), (1, 4, 3), (3, 4, 1), (3, 3, 3), (2, 784, 3)]


def baseline(a, b):
    """The instructor's three loops; runs in a process of its own."""
    n, inner = a.shape
    c = torch.zeros(n, b.shape[1], dtype=a.dtype)
    for i in range(n):
        for j in range(b.shape[1]):
            for k in range(inner):
                c[i, j] += a[i, k] * b[k, j]
    return c


def timed_inputs(generator):
    return torch.randn(1, 784, generator=generator), torch.randn(784, 2, generator=generator)


def spread(a, b):
    """Standard deviation of the entries of a b: both may be near 0 where the sums on the way to them were not."""
    return math.sqrt(a.shape[1])


@check("the product of matrices of many shapes", points=0.5, gate=True)
def test_product(products):
    products.of_shapes(*SHAPES)
    products.of_other_magnitudes()


@check("an elementwise product and a sum, no matrix product", points=0.5, gate=True)
def test_rule(student, products):
    student.must_obey(RULE, products.trial, SHAPES)


@check("no loop over the inner size is left", points=1)
def test_growth(student, products):
    lesson = "a whole row times a whole column is one operation, however long they are"
    student.must_scale_as(Growth(n=1, k=0, m=1), products.trial, (2, 4, 3), lesson)


@check("many times faster than three loops", points=1.5, tiebreaker="no loop over the inner size is left")
def test_speed(student):
    student.must_be_faster(
        baseline=baseline,
        rule=RULE,
        inputs=timed_inputs,
        expected=torch.matmul,
        min_speedup=60,
        label="the speed of the three loops",
        scale=spread,
    )


@check("sizes of 1", points=0.5)
def test_thin(products):
    products.of_sizes_of_one()


@check("the dtype of the result follows the inputs", points=0.5)
def test_dtype(products):
    products.of_dtypes()


@check("matrices that are views of others", points=0.5)
def test_views(products):
    products.of_views()


@check("inner sizes that do not fit are refused with an assertion", points=0.5)
def test_mismatch(products):
    products.refuse_misfits()


@check("inputs are left as they were, and a second call starts afresh", points=0.5)
def test_clean(products):
    products.leave_no_trace()
