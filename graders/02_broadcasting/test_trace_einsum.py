"""Hidden checks of ``trace_einsum(m)``: one letter twice, and none that is left."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="saying with the letters of einsum that row and column are the same, and that it is summed",
    allow=all_but("numpy", "list round trip"),
)


#: (n, 1, 1) for an (n, n) matrix.
SIZES = [(n, 1, 1) for n in (3, 3, 2, 4, 7)]


def trace(m):
    """The reference, in float64 and rounded once: shape ()."""
    return torch.tensor(sum(m[i, i].item() for i in range(m.shape[0])), dtype=torch.float64).to(m.dtype)


def must_be_trace(call):
    call.must_return(trace(call.args[0]), dtype=False, scale=float(len(call.args[0])))


def trial(matrix):
    """A fresh square matrix."""
    return Trial(lambda n, *_: (matrix(n, n),), must_be_trace)


@check("square matrices of many sizes", points=0.3, gate=True)
def test_value(student, matrix):
    for n, _, _ in SIZES:
        must_be_trace(student.call(matrix(n, n)))
    m = 1e-3 * matrix(3, 3)
    student.call(m).must_return(trace(m), dtype=False, scale=3e-3)


@check("by einsum", points=0.2, gate=True)
def test_rule(must_run, matrix):
    must_run("einsum", RULE, trial(matrix), SIZES, alone=True)


@check("no loop over the diagonal", points=0.2)
def test_growth(student, matrix):
    lesson = "one einsum walks down the whole diagonal"
    student.must_scale_as(Growth(n=0, k=0, m=0), trial(matrix), (2, 1, 1), lesson)


@check("one entry, zeros, and a diagonal that cancels", points=0.1)
def test_odd(student, matrix):
    for m in (matrix(1, 1), torch.zeros(3, 3), torch.diag(torch.tensor([2.0, -2.0])) + matrix(2, 2).fill_diagonal_(0)):
        student.call(m).must_return(trace(m), dtype=False, scale=1.0)


@check("the dtype of the result follows the input", points=0.1)
def test_dtype(student, matrix):
    for m in (matrix(3, 3, dtype=torch.float64), (10 * matrix(3, 3)).long()):
        student.call(m).must_return(trace(m), scale=3.0)


@check("views; the input is left alone, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    for m in (matrix(3, 3).t(), matrix(6, 3)[::2], matrix(1, 3).expand(3, 3), matrix(3, 3), matrix(3, 3)):
        call = student.call(m)
        call.must_return(trace(m), dtype=False, scale=3.0)
        call.must_leave_inputs()
