"""Hidden checks of ``mse_grad(inp, targ)``: inp.g = 2 (inp − targ) / N, of shape (N, 1)."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="writing the gradient of the mean squared error yourself, by the chain rule",
    allow=all_but("autograd"),
    numbers=True,
)


#: The first size comes twice, so that what was kept of the call before shows.
SIZES = [(n,) for n in (4, 4, 5, 3, 2)]


def alone(names, inp, targ):
    """mse_grad(inp, targ)"""
    before = getattr(inp, "g", None)
    returned = names["mse_grad"](inp, targ)
    # Nothing new in .g: what came instead is only looked at to name the mistake.
    return (returned, inp.grad) if getattr(inp, "g", None) is before else None


def loss(inp, targ):
    """The written formula L = (1/N) Σ (inp[n, 0] − targ[n])², one term after the other."""
    return sum((inp[n, 0] - targ[n]) ** 2 for n in range(len(targ))) / len(targ)


def gradient(inp, targ):
    """∂L/∂inp[n, 0], in float64, one entry after the other."""
    rows = [[2 * (float(inp[n, 0]) - float(targ[n])) / len(targ)] for n in range(len(targ))]
    return torch.tensor(rows, dtype=torch.float64)


class _Desk:
    """Makes batches, calls the student's function, and compares with three witnesses."""

    def __init__(self, student, matrix, confirmed):
        self.student, self.matrix, self.confirmed = student, matrix, confirmed

    def batch(self, n, dtype=torch.float32):
        return self.matrix(n, 1, dtype=dtype), self.matrix(n, dtype=dtype)

    def must_be_right(self, inp, targ, *, dtype=False):
        call = self.student.call(inp, targ, caller=alone)
        self.must_be_gradient(call, dtype=dtype)
        return call

    def must_be_gradient(self, call, *, dtype=False):
        inp, targ = call.args
        wide = inp.double(), targ.double()
        (expected,) = self.confirmed(lambda z: loss(z, wide[1]), [wide[0]], [gradient(*wide)])
        # Two numbers around 1 are subtracted, and their difference may be small.
        call.must_set(0, "g", expected.to(inp.dtype), scale=4.0 / len(targ), dtype=dtype)


@check("the gradient for batches of many sizes", points=0.9, gate=True)
def test_batches(student, matrix, confirmed):
    for (n,) in SIZES:
        at = _Desk(student, matrix, confirmed)
        at.must_be_right(*at.batch(n))


@check("no autograd", points=0.3, gate=True)
def test_rule(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    student.must_obey(RULE, Trial(at.batch, at.must_be_gradient, alone), SIZES)


@check("a batch of one image", points=0.3)
def test_one(student, matrix, confirmed):
    for _ in range(2):
        at = _Desk(student, matrix, confirmed)
        at.must_be_right(*at.batch(1))


@check("what stood in inp.g before makes no difference", points=0.6)
def test_stale(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for size, stale in [(4, 4), (3, 3), (4, 6)]:
        inp, targ = at.batch(size)
        inp.g = matrix(stale, 1)
        at.must_be_right(inp, targ)


@check("the dtype of the gradient follows inp", points=0.3)
def test_dtype(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for dtype in (torch.float64, torch.float32):
        at.must_be_right(*at.batch(4, dtype), dtype=True)


@check("tensors that are views of others", points=0.3)
def test_views(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    at.must_be_right(matrix(4, 3)[:, 1:2], matrix(8)[::2])
    at.must_be_right(matrix(1, 5).t(), matrix(5, 2)[:, 1])
    at.must_be_right(matrix(3, 1), matrix(1).expand(3))


@check("nothing but inp.g is changed", points=0.3)
def test_clean(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for _ in range(2):
        inp, targ = at.batch(4)
        targ.g = matrix(4)
        at.must_be_right(inp, targ).must_leave_inputs(setting=[(0, "g")])
