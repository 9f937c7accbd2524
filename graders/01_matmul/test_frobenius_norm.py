"""Hidden checks of ``frobenius_norm(m)``: sqrt of the sum of all squares, without ``norm`` and ``pow``."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="translating the formula yourself: a product of m with itself, a sum, a square root",
    allow=all_but("norm", "pow", "numpy"),
    numbers=True,
)


SHAPES = [(2, 3), (2, 3), (4, 2), (3, 3), (1, 5), (5, 1), (7, 9)]


def must_be_norm(call):
    call.must_return(norm(call.args[0]), numbers=True, dtype=False)


def norm(m):
    """The reference, in float64 and rounded once: shape ()."""
    wide = m.double()
    return (wide * wide).sum().sqrt().to(m.dtype)


@check("the norm of matrices of many shapes", points=1.5, gate=True)
def test_norm(student, matrix):
    # The first shape comes twice, so that what was kept of the call before shows; the last matrix has a negative sum.
    for m in [*(matrix(*shape) for shape in SHAPES), matrix(2, 4) - 5, 1e4 * matrix(2, 3)]:
        student.call(m).must_return(norm(m), numbers=True, dtype=False)


@check("no norm and no power", points=0.5, gate=True)
def test_rule(student, matrix):
    student.must_obey(RULE, Trial(lambda n, m: (matrix(n, m),), must_be_norm), SHAPES)


@check("negative entries, zeros, very small ones and a single entry", points=0.5)
def test_signs(student, matrix):
    for m in (-matrix(2, 3).abs(), torch.zeros(2, 2), matrix(1, 1), torch.diag(matrix(3)), -torch.eye(2)):
        student.call(m).must_return(norm(m), numbers=True, dtype=False, scale=1.0)
    m = 1e-4 * matrix(3, 2)  # beside which nothing that was added is small
    student.call(m).must_return(norm(m), numbers=True, dtype=False)


@check("a tensor of shape (), of the dtype of the input", points=0.5)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        m = matrix(3, 4, dtype=dtype)
        student.call(m).must_return(norm(m))


@check("matrices that are views of others", points=0.5)
def test_views(student, matrix):
    for m in (matrix(3, 2).t(), matrix(4, 6)[::2, 1::2], matrix(1, 3).expand(4, 3)):
        student.call(m).must_return(norm(m), numbers=True, dtype=False)


@check("the input is left as it was, and a second call starts afresh", points=0.5)
def test_clean(student, matrix):
    for _ in range(2):
        m = matrix(2, 3)
        call = student.call(m)
        call.must_return(norm(m), numbers=True, dtype=False)
        call.must_leave_inputs()
