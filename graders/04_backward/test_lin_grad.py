"""Hidden checks of ``lin_grad(inp, out, w, b)``: three gradients, each a sum over what its tensor goes into."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="writing the three gradients of a linear layer yourself, by the chain rule",
    allow=all_but("autograd"),
    numbers=True,
)

#: (N, n_in, n_out). No two sizes of the first ones agree, so that transposes show; the first comes twice, so that what
#: was kept of the call before shows; square matrices let a wrong product run.
SHAPES = [(4, 3, 2), (4, 3, 2), (5, 2, 4), (3, 3, 3), (2, 5, 3)]


def alone(names, inp, out, w, b):
    """lin_grad(inp, out, w, b)"""
    tensors = inp, w, b
    before = [getattr(tensor, "g", None) for tensor in tensors]
    try:
        returned = names["lin_grad"](inp, out, w, b)
    except Exception:
        # Which line came first makes no difference to what went wrong.
        for tensor, old in zip(tensors, before, strict=True):
            vars(tensor).pop("g", None)
            if old is not None:
                tensor.g = old
        raise
    unset = [getattr(tensor, "g", None) is old for tensor, old in zip(tensors, before, strict=True)]
    # Nothing new in any .g: what came instead is only looked at to name the mistake.
    return (returned, [tensor.grad for tensor in tensors]) if all(unset) else None


def gradients(inp, upstream, w):
    """∂L/∂inp, ∂L/∂w and ∂L/∂b in float64, each entry by its written sum; no matrix product, no transpose."""
    (rows, n_in), n_out = inp.shape, w.shape[1]
    x, g, v = inp.tolist(), upstream.tolist(), w.tolist()
    for_inp = [[sum(g[n][j] * v[i][j] for j in range(n_out)) for i in range(n_in)] for n in range(rows)]
    for_w = [[sum(x[n][i] * g[n][j] for n in range(rows)) for j in range(n_out)] for i in range(n_in)]
    for_b = [sum(g[n][j] for n in range(rows)) for j in range(n_out)]
    return [torch.tensor(one, dtype=torch.float64) for one in (for_inp, for_w, for_b)]


class _Desk:
    """Makes layers with random upstream gradients, calls the student's function, compares with three witnesses."""

    def __init__(self, student, matrix, confirmed):
        self.student, self.matrix, self.confirmed = student, matrix, confirmed

    def layer(self, n, n_in, n_out, dtype=torch.float32):
        inp, w, b = (self.matrix(*shape, dtype=dtype) for shape in ((n, n_in), (n_in, n_out), (n_out,)))
        return inp, self.out(inp, w, b, self.matrix(n, n_out, dtype=dtype)), w, b

    @staticmethod
    def out(inp, w, b, upstream):
        out = (inp[:, :, None] * w).sum(1) + b
        out.g = upstream
        return out

    def must_be_right(self, inp, out, w, b, *, dtype=False):
        call = self.student.call(inp, out, w, b, caller=alone)
        self.must_be_gradients(call, dtype=dtype)
        return call

    def must_be_gradients(self, call, *, dtype=False):
        inp, out, w, b = call.args
        weights = out.g.double()
        expected = self.confirmed(
            lambda x, v, c: ((x @ v + c) * weights).sum(),
            [inp.double(), w.double(), b.double()],
            gradients(inp.double(), weights, w.double()),
        )
        for place, gradient in zip((0, 2, 3), expected, strict=True):
            # As many products of numbers around 1 are added up as there are rows or columns.
            call.must_set(place, "g", gradient.to(inp.dtype), scale=float(max(*inp.shape, *w.shape)), dtype=dtype)


@check("the three gradients for many shapes", points=1.4, gate=True)
def test_shapes(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for sizes in SHAPES:
        at.must_be_right(*at.layer(*sizes))


@check("no autograd", points=0.4, gate=True)
def test_rule(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    student.must_obey(RULE, Trial(at.layer, at.must_be_gradients, alone), SHAPES)


@check("a batch of one, one input, one output", points=0.4)
def test_sizes_of_one(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for sizes in [(1, 3, 2), (5, 3, 1), (4, 1, 3), (1, 1, 1)]:
        at.must_be_right(*at.layer(*sizes))


@check("what stood in any .g before makes no difference", points=0.7)
def test_stale(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for rows in (4, 4, 6):
        inp, out, w, b = at.layer(4, 3, 2)
        inp.g, w.g, b.g = matrix(rows, 3), matrix(3, 2), matrix(2)
        at.must_be_right(inp, out, w, b)


@check("the dtype of the gradients follows the tensors", points=0.4)
def test_dtype(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for dtype in (torch.float64, torch.float32):
        at.must_be_right(*at.layer(4, 3, 2, dtype), dtype=True)


@check("tensors that are views of others", points=0.4)
def test_views(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for inp, w, b, upstream in [
        (matrix(3, 4).t(), matrix(2, 3).t(), matrix(4)[::2], matrix(2, 4).t()),
        (matrix(8, 6)[::2, 1::2], matrix(3, 4)[:, ::2], matrix(1).expand(2), matrix(1, 2).expand(4, 2)),
    ]:
        at.must_be_right(inp, at.out(inp, w, b, upstream), w, b)


@check("nothing but the three gradients is changed", points=0.3)
def test_clean(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for _ in range(2):
        call = at.must_be_right(*at.layer(4, 3, 2))
        call.must_leave_inputs(setting=[(0, "g"), (2, "g"), (3, "g")])
