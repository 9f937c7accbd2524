"""Hidden checks of ``transpose_einsum(m)``: the same letters in another order."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="writing the axes in another order with the letters of einsum",
    allow=all_but("numpy", "list round trip"),
)

SHAPES = [(2, 3), (2, 3), (4, 2), (3, 3), (5, 4)]
#: What turns a matrix without letters.
TURNS = ("t", "T", "mT", "H", "mH", "adjoint", "transpose", "swapaxes", "swapdims", "permute", "movedim", "moveaxis")


def turned(m):
    """The reference, entry by entry: [j, i] is m's [i, j]."""
    return torch.tensor([[m[i, j].item() for i in range(m.shape[0])] for j in range(m.shape[1])], dtype=m.dtype)


def must_be_turned(call):
    call.must_return(turned(call.args[0]), dtype=False)


@check("matrices of many shapes", points=0.3, gate=True)
def test_value(student, matrix):
    for shape in SHAPES:
        must_be_turned(student.call(matrix(*shape)))


@check("by einsum", points=0.2, gate=True)
def test_rule(must_run, matrix):
    must_run("einsum", RULE, Trial(lambda n, m: (matrix(n, m),), must_be_turned), SHAPES, beside=TURNS)


@check("sizes of 1", points=0.2)
def test_thin(student, matrix):
    for shape in [(1, 3), (3, 1), (1, 1)]:
        m = matrix(*shape)
        student.call(m).must_return(turned(m), dtype=False)


@check("the dtype does not change", points=0.2)
def test_dtype(student, matrix):
    for m in (matrix(2, 3, dtype=torch.float64), (10 * matrix(3, 2)).long()):
        student.call(m).must_return(turned(m))


@check("views; the input is left alone, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    views = matrix(3, 2).t(), matrix(4, 6)[::2, 1::2], matrix(1, 3).expand(2, 3)
    for m in (*views, matrix(2, 3), matrix(2, 3), matrix(3, 3)):
        call = student.call(m)
        call.must_return(turned(m), dtype=False)
        call.must_leave_inputs()
