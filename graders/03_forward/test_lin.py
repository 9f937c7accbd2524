"""Hidden checks of ``lin(x, w, b)``: x w + b, w stored as (n_in, n_out)."""

from functools import partial

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="writing a layer yourself: a matrix product and a sum",
    allow=all_but("torch.nn"),
    numbers=True,
)

#: (N, n_in, n_out). The first comes twice, so that what was kept of the call before shows; squares hide transposes.
SHAPES = [(4, 3, 2), (4, 3, 2), (5, 2, 4), (5, 3, 1), (3, 3, 3), (2, 4, 4)]


def reference(x, w, b):
    """In float64 and rounded once: (N, n_out)."""
    return torch.addmm(b.double(), x.double(), w.double()).to(x.dtype)


def layer(matrix, n, n_in, n_out, dtype=torch.float32):
    return matrix(n, n_in, dtype=dtype), matrix(n_in, n_out, dtype=dtype), matrix(n_out, dtype=dtype)


def must_be_linear(student, x, w, b, *, dtype=False):
    call = student.call(x, w, b)
    must_be_layer(call, dtype=dtype)
    return call


def must_be_layer(call, *, dtype=False):
    call.must_return(reference(*call.args), dtype=dtype, scale=call.args[0].shape[1] + 1.0)


@check("x w + b for layers of many shapes", points=0.5, gate=True)
def test_value(student, matrix):
    for shape in SHAPES:
        must_be_linear(student, *layer(matrix, *shape))
    for size in (1e-2, 1e2):
        x, w, b = layer(matrix, 3, 4, 2)
        x, w, b = size * x, size * w, size * size * b
        student.call(x, w, b).must_return(reference(x, w, b), dtype=False, scale=5 * size * size)


@check("a matrix product and a sum, no ready-made layer", points=0.1, gate=True)
def test_rule(student, matrix):
    student.must_obey(RULE, Trial(partial(layer, matrix), must_be_layer), SHAPES)


@check("sizes of 1, a batch of one image among them", points=0.1)
def test_thin(student, matrix):
    for shape in [(1, 3, 2), (1, 3, 1), (3, 1, 2), (1, 1, 1), (1, 3, 3)]:
        must_be_linear(student, *layer(matrix, *shape))


@check("the dtype of the result follows the inputs", points=0.1)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        must_be_linear(student, *layer(matrix, 3, 4, 2, dtype), dtype=True)


@check("inputs that are views of others", points=0.1)
def test_views(student, matrix):
    must_be_linear(student, matrix(3, 4).t(), matrix(2, 3).t(), matrix(4)[::2])
    must_be_linear(student, matrix(4, 6)[::2, 1::2], matrix(3, 4)[:, ::2], matrix(1).expand(2))


@check("inputs are left as they were, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    for shape in ((2, 3, 2), (2, 3, 2), (1, 2, 3)):
        must_be_linear(student, *layer(matrix, *shape)).must_leave_inputs()
