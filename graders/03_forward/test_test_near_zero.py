"""Hidden checks of the exercise ``test_near_zero(a, tol)``: silent where all of it is near 0, an assertion otherwise.

No function of this file is called as the exercise is: pytest would take it for a hidden test.
"""

import math
import re

import torch

from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def accepts(student, a, *tol):
    student.call(a, *tol).must_not_raise()


def refuses(student, a, *tol, because):
    call = student.call(a, *tol)
    call.must_raise(AssertionError, because=because)
    return call


def away(matrix, low, high):
    """A secret number between them, of shape ()."""
    return low + (high - low) * (matrix(1)[0].abs() % 1.0)


@check("a number near 0 passes, one that is not is refused with an assertion", points=0.3, gate=True)
def test_value(student, matrix):
    for sign in (1, -1):
        accepts(student, sign * away(matrix, 1e-5, 9e-4))
        refuses(student, sign * away(matrix, 2e-3, 5e-3), because="it is farther from 0 than tol=1e-3")
        refuses(student, sign * away(matrix, 1.0, 2.0), because="it is far from 0")
    accepts(student, torch.tensor(0.0))


@check("the tolerance is the one that was given", points=0.1)
def test_tolerance(student, matrix):
    for sign in (1, -1):
        accepts(student, sign * away(matrix, 0.1, 0.4), 0.5)
        refuses(student, sign * away(matrix, 0.6, 0.9), 0.5, because="it is farther from 0 than tol=0.5")
        refuses(student, sign * away(matrix, 1e-4, 8e-4), 1e-5, because="it is farther from 0 than tol=1e-5")


@check("a tensor of many numbers: every one of them has to be near 0", points=0.2)
def test_many(student, matrix):
    accepts(student, 1e-4 * matrix(4, 3).tanh())
    accepts(student, torch.zeros(5))
    accepts(student, 0.4 * matrix(2, 3, 2).tanh(), 0.5)
    for a in (torch.tensor([0.0, 0.0, 0.4]), torch.tensor([-0.7, 0.0]), torch.tensor([[0.3, -0.3], [0.2, -0.2]])):
        refuses(student, a + 1e-4 * matrix(*a.shape).tanh(), because="one of its numbers is far from 0")
    a = 1e-5 * matrix(60).tanh()
    a[41] = 3e-3
    refuses(student, a, because="one of its numbers is farther from 0 than tol=1e-3")


@check("NaN is not near 0", points=0.1)
def test_nan(student):
    refuses(student, torch.tensor(math.nan), because="it is no number at all")
    refuses(student, torch.tensor([0.0, math.nan]), because="one of its numbers is NaN")
    refuses(student, torch.tensor(-math.inf), because="it is infinite")


@check("the message tells the value and the tolerance", points=0.2)
def test_message(student, matrix):
    below, above, small = away(matrix, 3.1, 3.9), away(matrix, 0.21, 0.29), away(matrix, 2.1e-3, 4e-3)
    cases = [(above, 0.1), (-below, 0.5), (torch.tensor([0.0, 0.06]), 0.02)]
    cases += [(torch.stack([above, -below]), 0.1), (small, 1e-3)]
    for a, tol in cases:
        call = refuses(student, a, tol, because="it is farther from 0 than the tolerance")
        said = [abs(float(number)) for number in NUMBER.findall(str(call.error["text"]))]
        for what, wanted in (("the number that is not near 0", float(a.abs().max())), ("the tolerance", tol)):
            if not any(math.isclose(number, wanted, rel_tol=0.05) for number in said):
                text = f"{call.subject} is refused, and rightly; but the message of the assertion does not tell {what}"
                raise CheckFailed(Finding("value", text, f"expected {wanted:.4g} in it", symptom="message"))


@check("the input is left as it was", points=0.1)
def test_clean(student, matrix):
    for a in (-away(matrix, 1e-5, 9e-4), -1e-4 * matrix(3).abs().tanh()):
        call = student.call(a)
        call.must_not_raise()
        call.must_leave_inputs()
