"""Hidden checks of ``model(xb, params)``: lin → relu → lin, shape (N, 1).

It may call the notebook's own ``lin`` and ``relu``: each check is tried on right versions of them first.
"""

import torch

from foundations.grading.attempts import tried_on_either
from foundations.grading.compare import CheckFailed, Finding, difference
from foundations.grading.pytest_plugin import check

#: (N, n_in, nh). The first comes twice, so that what was kept of the call before shows; squares hide transposes.
SHAPES = [(4, 3, 2), (4, 3, 2), (5, 2, 6), (5, 3, 1), (3, 3, 3), (2, 7, 4)]


def reference(xb, params):
    """In float64 and rounded once: (N, 1)."""
    w1, b1, w2, b2 = (param.double() for param in params)
    hidden = torch.addmm(b1, xb.double(), w1)
    return torch.addmm(b2, torch.where(hidden > 0, hidden, 0.0), w2).to(xb.dtype)


def network(matrix, n, n_in, nh, dtype=torch.float32):
    params = [matrix(n_in, nh), matrix(nh), matrix(nh, 1), matrix(1)]
    return matrix(n, n_in, dtype=dtype), [param.to(dtype) for param in params]


def must_predict(student, xb, params, *, dtype=False):
    call = student.call(xb, params)
    # Some ten numbers around 1 are added up on the way to each output.
    call.must_return(reference(xb, params), dtype=dtype, scale=10.0)
    return call


@check("lin → relu → lin for networks of many sizes, shape (N, 1)", points=1.1, gate=True)
@tried_on_either
def test_value(student, matrix):
    for shape in SHAPES:
        must_predict(student, *network(matrix, *shape))
    xb, params = network(matrix, 4, 3, 5)
    student.call(1000 * xb, params).must_return(reference(1000 * xb, params), dtype=False, scale=1e4)


@check("a batch of one image", points=0.3)
@tried_on_either
def test_thin(student, matrix):
    for shape in [(1, 3, 2), (1, 4, 1), (1, 1, 1), (1, 3, 3)]:
        must_predict(student, *network(matrix, *shape))


@check("the dtype of the result follows the inputs", points=0.2)
@tried_on_either
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        must_predict(student, *network(matrix, 4, 3, 5, dtype), dtype=True)


@check("inputs that are views of others", points=0.2)
@tried_on_either
def test_views(student, matrix):
    _, (w1, b1, w2, b2) = network(matrix, 2, 3, 4)
    must_predict(student, matrix(3, 5).t(), [matrix(4, 3).t(), matrix(8)[::2], w2, b2])
    must_predict(student, matrix(4, 6)[::2, 1::2], [w1, b1, matrix(1, 4).t(), b2])


@check("images and weights are left as they were, and a second call starts afresh", points=0.2)
@tried_on_either
def test_clean(student, matrix):
    for _ in range(2):
        call = must_predict(student, *network(matrix, 4, 3, 2))
        call.must_leave_inputs()
        left = call.args_after[1]
        for name, before, after in zip(("w1", "b1", "w2", "b2"), call.args[1], _four(left), strict=True):
            if difference(after, before, subject=name, relative=1e-30):
                raise CheckFailed(
                    Finding("mutation", f"{call.subject} changed {name} of params; training needs it as it was")
                )


def _four(left):
    """What became of the list of parameters, which may be anything by now."""
    return left if isinstance(left, list) and len(left) == 4 else [None] * 4
