"""Hidden checks of ``gain(a)``: √(2 / (1 + a²)), a Python number."""

import math

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding, describe
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="turning the formula into Python yourself",
    allow=all_but("torch.nn"),
    numbers=True,
)


def as_number(names, a):
    """gain(a)"""
    value = names["gain"](a)
    return float(value) if isinstance(value, float) else value  # one of numpy's is one of Python's, too


def must_gain(student, a):
    call = student.call(a, caller=as_number)
    must_be_gain(call)
    return call


def must_be_gain(call):
    (a,) = call.args
    expected = torch.tensor(math.sqrt(2 / (1 + a * a)), dtype=torch.float64)
    # In float32 the root is rounded; seven digits are enough to tell any two formulas apart.
    call.subject = f"gain({a:.6g})"
    if call.error is None and not isinstance(call.value, int | float | torch.Tensor | None):
        raise CheckFailed(Finding("type", f"{call.subject} returned {describe(call.value)}; a number is asked for"))
    call.must_return(expected, numbers=True, dtype=False, relative=1e-6)


@check("√(2 / (1 + a²)) for slopes between −3 and 3", points=0.6, gate=True)
def test_value(student, matrix):
    for a in (0.0, 1.0, 0.01, *(round(float(number), 3) for number in 0.2 + matrix(4).abs())):
        must_gain(student, a)


@check("the formula, no ready-made gain", points=0.2, gate=True)
def test_rule(student):
    student.must_obey(RULE, Trial(lambda a: (a,), must_be_gain, as_number), [(0.2,), (1.5,), (0.01,)])


@check("a number; √5, whole numbers and negative slopes", points=0.2)
def test_others(student, matrix):
    for a in (math.sqrt(5), 0, 2, -1, -0.25, -round(float(matrix(1).abs()), 3)):
        call = must_gain(student, a)
        if isinstance(call.value, torch.Tensor):
            raise CheckFailed(Finding("type", f"{call.subject} returned {describe(call.value)}; a number is asked for"))
