"""Hidden checks of ``matmul_naive(a, b)``: three loops, nothing but indexing, scalar + and *."""

import torch

from foundations.plugin import check
from foundations.rules import Rule

RULE = Rule(
    about="writing the three loops yourself: only indexing, and + and * of single numbers",
    forbid=frozenset({"matrix product", "einsum", "norm", "pow", "numpy", "dynamic code"}),
    scalars_only=True,
)

#: (n, k, m) for an (n, k) and a (k, m) matrix. No two sizes of the first ones agree, so that swapped bounds and
#: transposes show; the first comes twice, so that what was kept of the call before shows; one is larger than
#: anybody writes out.
SHAPES = [(2, 3, 4), (2, 3, 4), (4, 2, 3), (3, 5, 2), (1, 4, 3), (3, 4, 1), (3, 3, 3), (5, 12, 6)]


@check("the product of matrices of many shapes", weight=5, gate=True)
def test_product(student, matrix):
    for n, k, m in SHAPES:
        a, b = matrix(n, k), matrix(k, m)
        student.call(a, b).must_return(a @ b, dtype=False, scale=float(k))


@check("only indexing, + and *", weight=1, gate=True)
def test_rule(student, matrix):
    student.must_keep_to(RULE, matrix(3, 4), matrix(4, 5))


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
    for left, right in [((2, 3), (4, 2)), ((2, 3), (2, 3)), ((3, 1), (4, 2)), ((2, 4), (1, 3))]:
        call = student.call(matrix(*left), matrix(*right))
        call.must_raise(AssertionError, because=f"a has {left[1]} columns and b has {right[0]} rows")


@check("inputs are left as they were, and a second call starts afresh", weight=1)
def test_clean(student, matrix):
    for _ in range(2):
        a, b = matrix(2, 3), matrix(3, 2)
        call = student.call(a, b)
        call.must_return(a @ b, dtype=False, scale=3.0)
        call.must_leave_inputs()
