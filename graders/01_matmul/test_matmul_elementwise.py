"""Hidden checks of ``matmul_elementwise(a, b)``: the inner loop becomes a row-by-column product and a sum."""

import torch

from foundations.plugin import check
from foundations.rules import Growth, Rule

RULE = Rule(
    about="turning the inner loop into an elementwise product of a row and a column, and a sum",
    forbid=frozenset({"matrix product", "einsum", "numpy", "dynamic code", "list round trip"}),
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


@check("the product of matrices of many shapes", weight=3, gate=True)
def test_product(student, matrix):
    for n, k, m in SHAPES:
        a, b = matrix(n, k), matrix(k, m)
        student.call(a, b).must_return(a @ b, dtype=False, scale=float(k))


@check("an elementwise product and a sum, no matrix product", weight=1, gate=True)
def test_rule(student, matrix):
    student.must_keep_to(RULE, matrix(3, 4), matrix(4, 5))


@check("no loop over the inner size is left", weight=3)
def test_growth(student, matrix):
    lesson = "a whole row times a whole column is one operation, however long they are"
    student.must_grow_as(Growth(n=1, k=0, m=1), lambda n, k, m: (matrix(n, k), matrix(k, m)), (2, 4, 3), lesson)


@check("many times faster than three loops", weight=4)
def test_speed(student):
    student.must_be_faster(
        than=baseline,
        inputs=timed_inputs,
        expected=torch.matmul,
        at_least=60,
        called="the speed of the three loops",
    )


@check("sizes of 1", weight=1)
def test_thin(student, matrix):
    for n, k, m in [(1, 1, 1), (1, 1, 3), (3, 1, 1), (3, 1, 2), (1, 5, 1)]:
        a, b = matrix(n, k), matrix(k, m)
        student.call(a, b).must_return(a @ b, dtype=False, scale=float(k))


@check("the dtype of the result follows the inputs", weight=1)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        a, b = matrix(2, 3, dtype=dtype), matrix(3, 4, dtype=dtype)
        student.call(a, b).must_return(a @ b, scale=3.0)
    a, b = (10 * matrix(2, 3)).to(torch.int64), (10 * matrix(3, 2)).to(torch.int64)
    student.call(a, b).must_return(a @ b)


@check("matrices that are views of others", weight=1)
def test_views(student, matrix):
    for a, b in [
        (matrix(3, 2).t(), matrix(3, 4)),
        (matrix(2, 3), matrix(4, 3).t()),
        (matrix(4, 6)[::2, 1::2], matrix(6, 5)[::2]),
        (matrix(1, 3).expand(2, 3), matrix(3, 4)),
    ]:
        student.call(a, b).must_return(a @ b, dtype=False, scale=3.0)


@check("inner sizes that do not fit are refused with an assertion", weight=1)
def test_mismatch(student, matrix):
    for left, right in [((2, 3), (4, 2)), ((3, 1), (4, 2)), ((2, 4), (1, 3)), ((2, 3), (2, 3))]:
        call = student.call(matrix(*left), matrix(*right))
        call.must_raise(AssertionError, because=f"a has {left[1]} columns and b has {right[0]} rows")


@check("inputs are left as they were, and a second call starts afresh", weight=1)
def test_clean(student, matrix):
    for _ in range(2):
        a, b = matrix(2, 3), matrix(3, 2)
        call = student.call(a, b)
        call.must_return(a @ b, dtype=False, scale=3.0)
        call.must_leave_inputs()
