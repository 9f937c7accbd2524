"""Hidden checks of ``relu_grad(inp, out)``: inp.g = (inp > 0) · out.g, and 0 at exactly 0."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="writing the gradient of ReLU yourself, by the chain rule",
    allow=all_but("autograd"),
    numbers=True,
)


#: The first shape comes twice, so that what was kept of the call before shows.
SHAPES = [(4, 3), (4, 3), (1, 3), (5, 1), (3, 3), (6,), (2, 3, 4)]


def alone(names, inp, out):
    """relu_grad(inp, out)"""
    before = getattr(inp, "g", None)
    returned = names["relu_grad"](inp, out)
    # Nothing new in .g: what came instead is only looked at to name the mistake.
    return (returned, inp.grad) if getattr(inp, "g", None) is before else None


def gradient(inp, upstream):
    """The written convention, one entry after the other: the slope is 1 above 0, and 0 everywhere else."""
    flat = zip(inp.reshape(-1).tolist(), upstream.reshape(-1).tolist(), strict=True)
    return torch.tensor([g if x > 0 else 0.0 for x, g in flat], dtype=torch.float64).reshape(inp.shape)


class _Desk:
    """Calls the student's function with random upstream gradients, and compares with three witnesses."""

    def __init__(self, student, matrix, confirmed):
        self.student, self.matrix, self.confirmed = student, matrix, confirmed

    def must_be_right(self, inp, *, shift=0.0, upstream=None, at_zero=False, dtype=False):
        out = inp.clamp_min(0.0) - shift
        out.g = self.matrix(*inp.shape, dtype=inp.dtype) if upstream is None else upstream
        expected = gradient(inp, out.g)
        if not at_zero:  # where there is a derivative, the other two witnesses know it
            weights = out.g.double()
            self.confirmed(lambda x: (x.clamp_min(0.0) * weights).sum(), [away_from_zero(inp.double())], [expected])
        call = self.student.call(inp, out, caller=alone)
        call.must_set(0, "g", expected.to(inp.dtype), scale=1.0, dtype=dtype)
        return call


def away_from_zero(x):
    """``x`` with the same signs: a step of a central difference must not reach over the kink."""
    return torch.where(x > 0, x + 0.01, x - 0.01)


@check("the gradient for many shapes", points=0.6, gate=True)
def test_shapes(student, matrix, confirmed):
    for shape in SHAPES:
        _Desk(student, matrix, confirmed).must_be_right(matrix(*shape))
    _Desk(student, matrix, confirmed).must_be_right(matrix(3, 4) / 1000)  # however little is above 0, it passes


@check("no autograd", points=0.2, gate=True)
def test_rule(student, matrix):
    def make(*shape):
        inp = matrix(*shape)
        out = inp.clamp_min(0.0)
        out.g = matrix(*shape)
        return inp, out

    def must_be_gradient(call):
        inp, out = call.args
        call.must_set(0, "g", gradient(inp, out.g).to(inp.dtype), scale=1.0, dtype=False)

    student.must_obey(RULE, Trial(make, must_be_gradient, alone), SHAPES)


@check("every entry positive, or none", points=0.2)
def test_all_alike(student, matrix, confirmed):
    for sign in (1.0, -1.0):  # no entry is smallest because it was stopped, none is largest because it passed
        inp = sign * (matrix(4, 3).abs() + 0.1)
        _Desk(student, matrix, confirmed).must_be_right(inp)


@check("at exactly 0 the slope is 0", points=0.4)
def test_zeros(student, matrix, confirmed):
    for shape in [(4, 3), (3, 3), (1, 5)]:
        inp = matrix(*shape)
        inp.view(-1)[::2] = 0.0
        inp.view(-1)[2::4] = -0.0
        _Desk(student, matrix, confirmed).must_be_right(inp, at_zero=True)


@check("relu_shifted has the same slopes", points=0.4)
def test_shifted(student, matrix, confirmed):
    for shape in [(4, 3), (3, 5)]:
        inp = matrix(*shape) / 2
        inp[0, :2] = torch.tensor([0.25, 0.5])  # passed, though what came out is no longer above 0
        _Desk(student, matrix, confirmed).must_be_right(inp, shift=0.5)


@check("what stood in inp.g before makes no difference", points=0.4)
def test_stale(student, matrix, confirmed):
    for shape, stale in [((4, 3), (4, 3)), ((2, 2), (2, 2)), ((4, 3), (5, 3))]:
        inp = matrix(*shape)
        inp.g = matrix(*stale)
        _Desk(student, matrix, confirmed).must_be_right(inp)


@check("the dtype of the gradient follows inp", points=0.2)
def test_dtype(student, matrix, confirmed):
    for dtype in (torch.float64, torch.float32):
        _Desk(student, matrix, confirmed).must_be_right(matrix(4, 3, dtype=dtype), dtype=True)


@check("tensors that are views of others", points=0.2)
def test_views(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    at.must_be_right(matrix(3, 4).t(), upstream=matrix(4, 3))
    at.must_be_right(matrix(4, 6)[::2, 1::2], upstream=matrix(3, 2).t())
    at.must_be_right(matrix(1, 3).expand(4, 3), upstream=matrix(4, 1).expand(4, 3))


@check("nothing but inp.g is changed, above all not out.g", points=0.4)
def test_clean(student, matrix, confirmed):
    for _ in range(2):
        call = _Desk(student, matrix, confirmed).must_be_right(matrix(4, 3))
        call.must_leave_inputs(setting=[(0, "g")])
