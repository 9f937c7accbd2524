"""Hidden checks of ``relu_shifted(x)``: relu(x) − 0.5.

It may call the notebook's own ``relu``: each check is tried on a right version of it first.
"""

import torch

from foundations.grading.attempts import tried_on_either
from foundations.grading.pytest_plugin import check


def reference(x):
    """Exact for the numbers used here: the shape of x."""
    return torch.where(x > 0, x, torch.zeros((), dtype=x.dtype)) - 0.5


@check("relu(x) − 0.5 for every entry", points=0.5, gate=True)
@tried_on_either
def test_value(student, matrix):
    for shape in [(4, 3), (4, 3), (3, 3), (1, 5), (6, 1), (7,), (2, 3, 4)]:
        x = matrix(*shape)
        student.call(x).must_return(reference(x), dtype=False)
    for x in (3 + matrix(3, 2).abs(), -3 - matrix(3, 2).abs(), 1e-3 * matrix(4, 3), 1000 * matrix(3, 2).abs()):
        student.call(x).must_return(reference(x), dtype=False)


@check("exact zeros, numbers around 0.5, and a single number", points=0.2)
@tried_on_either
def test_zeros(student, matrix):
    for x in (torch.zeros(2, 2), torch.tensor([-0.5, 0.5, 0.25, -0.0]), matrix(1, 1), -matrix(1).abs()[0]):
        student.call(x).must_return(reference(x), dtype=False, scale=1.0)


@check("the dtype of the result follows the input", points=0.1)
@tried_on_either
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        x = matrix(3, 4, dtype=dtype)
        student.call(x).must_return(reference(x))


@check("inputs that are views of others", points=0.1)
@tried_on_either
def test_views(student, matrix):
    for x in (matrix(3, 2).t(), matrix(4, 6)[::2, 1::2], matrix(1, 3).expand(4, 3)):
        student.call(x).must_return(reference(x), dtype=False)


@check("the input is left as it was, and a second call starts afresh", points=0.1)
@tried_on_either
def test_clean(student, matrix):
    for _ in range(2):
        x = matrix(4, 3)
        call = student.call(x)
        call.must_return(reference(x), dtype=False)
        call.must_leave_inputs()
