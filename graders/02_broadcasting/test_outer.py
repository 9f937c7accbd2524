"""Hidden checks of ``outer(u, v)``: all products of two vectors, without a loop."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="letting a column meet a row, elementwise",
    allow=all_but("matrix product", "einsum", "numpy", "list round trip"),
)


#: (n, 1, m) for vectors of n and of m entries.
SIZES = [(3, 1, 4), (3, 1, 4), (4, 1, 2), (3, 1, 3), (2, 1, 5)]


def products(u, v):
    """The reference, entry by entry: shape (n, m)."""
    return torch.tensor([[x * y for y in v.tolist()] for x in u.tolist()], dtype=torch.float64).to(u.dtype)


def must_be_products(call):
    call.must_return(products(*call.args), dtype=False, scale=1.0)


def trial(matrix):
    """Two fresh vectors, of n and of m entries."""
    return Trial(lambda n, _, m: (matrix(n), matrix(m)), must_be_products)


@check("all products of vectors of many lengths", points=0.3, gate=True)
def test_product(student, matrix):
    for n, _, m in SIZES:
        must_be_products(student.call(matrix(n), matrix(m)))
    for size in (1e-3, 1e3):
        u, v = size * matrix(3), size * matrix(4)
        student.call(u, v).must_return(products(u, v), dtype=False, scale=size * size)


@check("a column and a row, and no product of the library's", points=0.1, gate=True)
def test_rule(student, matrix):
    student.must_obey(RULE, trial(matrix), SIZES)


@check("no loop over the entries of u or v", points=0.3)
def test_growth(student, matrix):
    lesson = "one elementwise operation makes all the products, however long u and v are"
    student.must_scale_as(Growth(n=0, k=0, m=0), trial(matrix), (3, 1, 2), lesson)


@check("vectors of one entry", points=0.1)
def test_thin(student, matrix):
    for n, m in [(1, 1), (1, 4), (4, 1)]:
        u, v = matrix(n), matrix(m)
        student.call(u, v).must_return(products(u, v), dtype=False, scale=1.0)


@check("the dtype of the result follows the inputs", points=0.1)
def test_dtype(student, matrix):
    for u, v in [
        (matrix(3, dtype=torch.float64), matrix(2, dtype=torch.float64)),
        ((10 * matrix(3)).long(), (10 * matrix(4)).long()),
    ]:
        student.call(u, v).must_return(products(u, v))


@check("vectors that are parts of others; inputs are left alone, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    for u, v in [(matrix(4, 3)[:, 1], matrix(6)[::2]), (matrix(3), matrix(2)), (matrix(3), matrix(2))]:
        call = student.call(u, v)
        call.must_return(products(u, v), dtype=False, scale=1.0)
        call.must_leave_inputs()
