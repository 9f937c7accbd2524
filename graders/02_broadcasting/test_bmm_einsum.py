"""Hidden checks of ``bmm_einsum(a, b)``: a batch of matrix products, one letter more than a single one."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="giving the batch a letter of its own in einsum",
    allow=all_but("matrix product", "numpy", "list round trip"),
)

#: (batch, n, k, m). All different first; then square ones, in which transposes hide.
SHAPES = [(2, 3, 4, 5), (2, 3, 4, 5), (3, 2, 5, 4), (4, 5, 2, 3), (3, 3, 3, 3), (2, 2, 2, 2)]


def must_multiply(student, a, b, *, dtype=False):
    call = student.call(a, b)
    must_be_products(call, dtype=dtype)
    return call


def must_be_products(call, *, dtype=False):
    """One product after the other, by torch."""
    a, b = call.args
    expected = torch.stack([left @ right for left, right in zip(a, b, strict=True)])
    call.must_return(expected, dtype=dtype, scale=float(a.shape[2]))


def trial(matrix):
    """Fresh batches of matrices."""
    return Trial(lambda batch, n, k, m: (matrix(batch, n, k), matrix(batch, k, m)), must_be_products)


@check("batches of products of many shapes", points=0.3, gate=True)
def test_product(student, matrix):
    for batch, n, k, m in SHAPES:
        must_multiply(student, matrix(batch, n, k), matrix(batch, k, m))
    for size in (1e-3, 1e3):
        a, b = size * matrix(2, 3, 4), size * matrix(2, 4, 2)
        student.call(a, b).must_return(torch.bmm(a, b), dtype=False, scale=4 * size * size)


@check("einsum, and no other product", points=0.2, gate=True)
def test_rule(must_run, matrix):
    must_run("einsum", RULE, trial(matrix), SHAPES, alone=True)


@check("no loop over the batch", points=0.2)
def test_growth(student, matrix):
    lesson = "one einsum does the whole batch"
    growing = Trial(lambda n, k, m: (matrix(n, 2, k), matrix(n, k, m)), must_be_products)
    student.must_scale_as(Growth(n=0, k=0, m=0), growing, (2, 3, 2), lesson)


@check("sizes of 1, the batch of one among them", points=0.1)
def test_thin(student, matrix):
    for batch, n, k, m in [(1, 2, 3, 4), (3, 1, 4, 1), (2, 3, 1, 2), (1, 1, 1, 1)]:
        must_multiply(student, matrix(batch, n, k), matrix(batch, k, m))


@check("the dtype of the result follows the inputs", points=0.1)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        must_multiply(student, matrix(2, 2, 3, dtype=dtype), matrix(2, 3, 2, dtype=dtype), dtype=True)
    must_multiply(student, (9 * matrix(2, 2, 3)).long(), (9 * matrix(2, 3, 2)).long(), dtype=True)


@check("views; inputs are left alone, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    for a, b in [
        (matrix(2, 4, 3).transpose(1, 2), matrix(2, 4, 2)),
        (matrix(1, 3, 2).expand(2, 3, 2), matrix(4, 2, 3)[::2]),
        (matrix(2, 3, 2), matrix(2, 2, 3)),
        (matrix(2, 3, 2), matrix(2, 2, 3)),
    ]:
        must_multiply(student, a, b).must_leave_inputs()
