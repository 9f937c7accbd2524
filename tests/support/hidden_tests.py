"""Hidden tests of the small course of :mod:`builders`, as their author writes them."""

#: FACTOR is replaced by a number.
GRADER = """
import torch
from foundations.grading.pytest_plugin import check

@check("the value", gate=True)
def test_value(student):
    for x in (2.0, -3.5):
        student.call(torch.tensor(x)).must_return(torch.tensor(FACTOR * x))

@check("the input is left as it was")
def test_input(student):
    student.call(torch.ones(2)).must_leave_inputs()
"""

#: Asks a person to look at every answer.
REVIEWING = """
import torch
from foundations.report.model import Review
from foundations.grading.pytest_plugin import check

@check("the value")
def test_value(student):
    student.call(torch.tensor(2.0)).must_return(torch.tensor(4.0))
    student.reviews.append(Review("torch.mm = f", "torch is changed", ("double",), 2, 1))
"""
