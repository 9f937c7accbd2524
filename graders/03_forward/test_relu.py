"""Hidden checks of ``relu(x)``: what is negative becomes 0, in a tensor of its own."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="writing ReLU yourself, of comparisons and arithmetic",
    allow=all_but("torch.nn"),
    numbers=True,
)


SHAPES = [(4, 3), (4, 3), (3, 3), (1, 5), (6, 1), (7,), (2, 3, 4)]


def reference(x):
    """Exact in every dtype: the shape of x."""
    return torch.where(x > 0, x, torch.zeros((), dtype=x.dtype))


def then_overwritten(names, x):
    """relu(x), and then x -= 1"""
    made = names["relu"](x)
    x -= 1
    return made


def with_zeros(x):
    """A third of the numbers exactly 0, where conventions differ."""
    x.view(-1)[::3] = 0.0
    return x


@check("max(0, x) for every entry", points=0.4, gate=True)
def test_value(student, matrix):
    for shape in SHAPES:
        x = matrix(*shape)
        student.call(x).must_return(reference(x), dtype=False)
    for x in (3 + matrix(3, 2).abs(), -3 - matrix(3, 2).abs(), 100 * matrix(3, 2)):
        student.call(x).must_return(reference(x), dtype=False, scale=1.0)
    x = 1000 * matrix(3, 2).abs()
    student.call(x).must_return(reference(x), dtype=False)
    x = 1e-3 * matrix(4, 3)  # where something smooth would be on its way from 0 still
    student.call(x).must_return(reference(x), dtype=False, scale=1e-3)


@check("comparisons and arithmetic, no ready-made ReLU", points=0.1, gate=True)
def test_rule(student, matrix):
    trial = Trial(lambda *shape: (matrix(*shape),), lambda call: call.must_return(reference(call.args[0]), dtype=False))
    student.must_obey(RULE, trial, SHAPES)


@check("exact zeros, and a single number", points=0.1)
def test_zeros(student, matrix):
    for x in (
        with_zeros(matrix(4, 3)),
        torch.zeros(2, 2),
        torch.tensor([-0.0, 0.0]),
        matrix(1, 1),
        -matrix(1).abs()[0],
    ):
        student.call(x).must_return(reference(x), dtype=False, scale=1.0)


@check("the dtype of the result follows the input", points=0.1)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        x = matrix(3, 4, dtype=dtype)
        student.call(x).must_return(reference(x))


@check("inputs that are views of others", points=0.1)
def test_views(student, matrix):
    for x in (matrix(3, 2).t(), matrix(4, 6)[::2, 1::2], matrix(1, 3).expand(4, 3)):
        student.call(x).must_return(reference(x), dtype=False)


@check("the input is left as it was, for the way back, and the result is a tensor of its own", points=0.2)
def test_clean(student, matrix):
    for _ in range(2):
        x = with_zeros(matrix(4, 3))
        call = student.call(x)
        call.must_return(reference(x), dtype=False)
        call.must_leave_inputs()
    for x in (matrix(4, 3), matrix(2, 2).abs(), matrix(1)[0].abs()):
        student.call(x, caller=then_overwritten).must_return(reference(x), dtype=False, scale=1.0)
