"""Hidden checks of ``numerical_grad(f, x, eps)``: central differences in float64, one entry at a time.

Functions cannot travel, so each is made where the student's code runs. Steps are large on purpose: of a quadratic the
central difference is the slope itself, whatever the step, and of a cubic it is off by exactly ``a·eps²``. So rounding
plays no part, and a one-sided difference is far off.
"""

import torch
from helpers import confirmed

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="measuring slopes by calling f, without any knowledge of its inside",
    allow=all_but("autograd"),
    numbers=True,
)


#: The first shape comes twice, so that what was kept of the call before shows.
SHAPES = [(2, 3), (2, 3), (4, 2), (3, 3)]


def of_quadratic(names, x, a, eps):
    """numerical_grad(f, x, eps) of f(t) = (a · t · t).sum() + t.sum() ** 2"""
    return names["numerical_grad"](lambda t: (a * t * t).sum() + t.sum() ** 2, x, eps)


def of_cubic(names, x, a, eps):
    """numerical_grad(f, x, eps) of f(t) = (a · t · t · t).sum()"""
    return names["numerical_grad"](lambda t: (a * t * t * t).sum(), x, eps)


def slopes_of_quadratic(x, a):
    """The formula, in float64: every entry has a slope of its own, and each depends on all the others."""
    return 2 * a * x.double() + 2 * x.double().sum()


@check("the slopes of functions of matrices", points=1.1, gate=True)
def test_matrices(student, matrix):
    for shape in SHAPES:
        x, a = matrix(*shape, dtype=torch.float64), matrix(*shape, dtype=torch.float64)
        (expected,) = confirmed(lambda t, a=a: (a * t * t).sum() + t.sum() ** 2, [x], [slopes_of_quadratic(x, a)])
        # Four digits will do here: whether all of float64's are there is a check of its own.
        student.call(x, a, 0.1, caller=of_quadratic).must_return(expected, relative=1e-4, dtype=False)


@check("no autograd", points=0.4, gate=True)
def test_rule(student, matrix):
    def make(*shape):
        return matrix(*shape, dtype=torch.float64), matrix(*shape, dtype=torch.float64), 0.1

    def must_be_slopes(call):
        call.must_return(slopes_of_quadratic(*call.args[:2]), relative=1e-4, dtype=False)

    student.must_obey(RULE, Trial(make, must_be_slopes, of_quadratic), SHAPES)


@check("to both sides, by the step that was asked for", points=0.7)
def test_step(student, matrix):
    for eps in (0.5, 0.1):
        x, a = matrix(2, 3, dtype=torch.float64), matrix(2, 3, dtype=torch.float64)
        expected = a * (3 * x * x + eps * eps)
        student.call(x, a, eps, caller=of_cubic).must_return(expected, relative=1e-6, scale=10.0, dtype=False)


@check("float64 throughout, also for a float32 x", points=0.7)
def test_float64(student, matrix):
    for dtype in (torch.float32, torch.float64):
        x, a = matrix(3, 2, dtype=dtype), matrix(3, 2, dtype=torch.float64)
        call = student.call(x, a, 0.1, caller=of_quadratic)
        call.must_return(slopes_of_quadratic(x, a), relative=1e-10, scale=10.0)


@check("x of any shape", points=0.4)
def test_shapes(student, matrix):
    for shape in [(5,), (), (2, 1, 3), (1, 1), (1,)]:
        x, a = matrix(2, *shape, dtype=torch.float64)
        call = student.call(x, a, 0.1, caller=of_quadratic)
        call.must_return(slopes_of_quadratic(x, a), relative=1e-4, scale=1.0, dtype=False)


@check("x that is a view of another tensor", points=0.4)
def test_views(student, matrix):
    for x in (
        matrix(3, 2, dtype=torch.float64).t(),
        matrix(4, 6, dtype=torch.float64)[::2, 1::2],
        matrix(1, 3, dtype=torch.float64).expand(2, 3),
    ):
        a = matrix(2, 3, dtype=torch.float64)
        call = student.call(x, a, 0.1, caller=of_quadratic)
        call.must_return(slopes_of_quadratic(x, a), relative=1e-4, dtype=False)


@check("x is left as it was, to the last digit", points=0.3)
def test_clean(student, matrix):
    for dtype in (torch.float64, torch.float64, torch.float32):
        x, a = matrix(3, 4, dtype=dtype), matrix(3, 4, dtype=torch.float64)
        call = student.call(x, a, 0.1, caller=of_quadratic)
        call.must_return(slopes_of_quadratic(x, a), relative=1e-4, dtype=False)
        call.must_leave_inputs()
