"""Hidden checks of ``stored_floats(t)``: how many numbers the storage behind a tensor holds.

A tensor that crosses to the student's process leaves behind the storage that it was a part of, so every view is made
there, by a function of the grader's.
"""

import torch

from foundations.grading.compare import CheckFailed, Finding, describe
from foundations.grading.pytest_plugin import check


def of_itself(names, m):
    """stored_floats(m)"""
    return names["stored_floats"](m)


def of_a_stretched_row(names, c):
    """stored_floats(c.expand(5, -1))"""
    return names["stored_floats"](c.expand(5, -1))


def of_a_stretched_column(names, c):
    """stored_floats(c.unsqueeze(1).expand(-1, 7))"""
    return names["stored_floats"](c.unsqueeze(1).expand(-1, 7))


def of_a_stretched_number(names, c):
    """stored_floats(x.expand(6, 6)), where x is a tensor of shape () of its own"""
    return names["stored_floats"](c[0].clone().expand(6, 6))


def of_a_row(names, m):
    """stored_floats(m[1])"""
    return names["stored_floats"](m[1])


def of_the_transposed(names, m):
    """stored_floats(m.t())"""
    return names["stored_floats"](m.t())


def of_every_other(names, m):
    """stored_floats(m[::2, 1::2])"""
    return names["stored_floats"](m[::2, 1::2])


def must_count(student, expected, t, caller):
    call = student.call(t, caller=caller)
    call.must_not_raise()
    value = call.value
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CheckFailed(Finding("type", f"{call.subject} returned {describe(call.value)}; a number is asked for"))
    if value != expected:
        raise CheckFailed(
            Finding("value", f"{call.subject}: the count is wrong", f"there: got {value}, expected {expected}")
        )
    return call


@check("a row, a column and a number that were stretched", points=0.3, gate=True)
def test_stretched(student, matrix):
    for n in (3, 4):
        must_count(student, n, matrix(n), of_a_stretched_row)
        must_count(student, n, matrix(n), of_a_stretched_column)
    must_count(student, 1, matrix(3), of_a_stretched_number)


@check("tensors that are nobody's view", points=0.1)
def test_whole(student, matrix):
    for shape in ((3, 4), (2, 3, 4), (5,), (1, 1)):
        must_count(student, matrix(*shape).numel(), matrix(*shape), of_itself)


@check("a part of a matrix: all of it is still there", points=0.3)
def test_parts(student, matrix):
    for caller in (of_a_row, of_the_transposed, of_every_other):
        must_count(student, 24, matrix(4, 6), caller)


@check("numbers, and not bytes, whatever the dtype", points=0.2)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float16):
        must_count(student, 3, matrix(3, dtype=dtype), of_a_stretched_row)
        must_count(student, 24, matrix(4, 6, dtype=dtype), of_the_transposed)


@check("the count is an int", points=0.1)
def test_kind(student, matrix):
    call = must_count(student, 4, matrix(4), of_a_stretched_row)
    if type(call.value) is not int:
        text = f"{call.subject} returned {describe(call.value)}; a count is a whole number of Python's, an int"
        raise CheckFailed(Finding("type", text, symptom="no int"))
    call.must_leave_inputs()
