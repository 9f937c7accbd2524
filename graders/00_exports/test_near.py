"""Hidden checks of ``near(a, b)``: one shape, and every difference within 1e-5 + 1e-3 · |b|.

Most differences are at most three quarters of the allowed ones, or at least one and a half times as large: the last
digit of a calculation makes no difference then. Two kinds of inputs are at the border, and safe from rounding as well:
differences of 1e-5 next to 0, and differences between a thousandth of ``|a|`` and a thousandth of ``|b|``.

Sentence of the text → check:

    the formula holds for every entry                    → test_value
    True if the formula holds for every entry            → test_every_entry
    rtol is 1e-3                                         → test_relative
    ≤ 1e-5 + 1e-3 · |bᵢ|                                 → test_relative
    atol is 1e-5                                         → test_absolute
    |aᵢ − bᵢ| ≤ 1e-5                                     → test_absolute
    another shape: False                                 → test_shapes
    never an exception: other shapes are not near        → test_shapes
    two dtypes (float32, float64, int64) are no obstacle → test_dtypes
    Calculate in float64                                 → test_dtypes
    NaN is near nothing                                  → test_nan
    `a` and `b` are left as they are                     → test_clean
"""

import torch

from foundations.grading.compare import CheckFailed, Finding, describe
from foundations.grading.pytest_plugin import check


def plainly(names, a, b):
    """near(a, b)"""
    answer = names["near"](a, b)
    one = isinstance(answer, torch.Tensor) and answer.dtype == torch.bool and answer.ndim == 0
    return bool(answer) if one else answer  # a single True in a tensor will do


def with_itself(names, a):
    """near(a, a)"""
    answer = names["near"](a, a)
    one = isinstance(answer, torch.Tensor) and answer.dtype == torch.bool and answer.ndim == 0
    return bool(answer) if one else answer


def must_answer(student, expected, a, b, why):
    return answered(student.call(a, b, caller=plainly), expected, why)


def answered(call, expected, why):
    call.must_not_raise()
    if not isinstance(call.value, bool):
        text = f"{call.subject} returned {describe(call.value)}; the answer is True or False"
        raise CheckFailed(Finding("type", text))
    if call.value is not expected:
        raise CheckFailed(Finding("value", f"{call.subject} is {call.value}, though {why}"))
    return call


def allowed(b):
    """The largest differences that are forgiven."""
    return 1e-5 + 1e-3 * b.double().abs()


@check("differences that are forgiven, and differences that are not", points=0.7, gate=True)
def test_value(student, matrix):
    for shape in [(3, 2), (4,), (3, 2), ()]:
        b, sign = matrix(2, *shape, dtype=torch.float64)
        b, sign = b + 2 * b.sign(), sign.sign()
        must_answer(student, True, b + 0.4 * sign * allowed(b), b, "every difference is within half of what is allowed")
        must_answer(student, True, b.clone(), b, "the two are equal")
        must_answer(student, False, b + 30 * sign * allowed(b), b, "every difference is far beyond what is allowed")
        must_answer(student, False, -b, b, "they are opposite")


@check("every entry counts, and a difference of either sign", points=0.5)
def test_every_entry(student, matrix):
    for sign in (1, -1):
        b = matrix(3, 4, dtype=torch.float64)
        a = b.clone()
        a[1, 2] += sign * 50 * allowed(b)[1, 2]
        must_answer(student, False, a, b, "one of twelve entries is far off")
        several = b + sign * torch.tensor([0.01, -0.01, 0.01, -0.01], dtype=torch.float64)
        must_answer(student, False, several, b, "many entries are off, in both directions")
    b = torch.tensor([5000.0, 1.0, -3000.0], dtype=torch.float64) + matrix(3, dtype=torch.float64).tanh() / 2
    a = b + torch.tensor([0.0, 0.2, 0.0], dtype=torch.float64)
    must_answer(student, False, a, b, "one entry is off, and every entry has a limit of its own")


@check("rtol is 1e-3 of b, for large numbers and for numbers around 1", points=0.2)
def test_relative(student, matrix):
    for size in (1e4, 100.0, 1.0):
        b = size * (1 + matrix(5, dtype=torch.float64).abs())
        must_answer(student, True, b * 1.0004, b, "the differences are less than a part in two thousand")
        must_answer(student, False, b * 1.0025, b, "the differences are more than a part in five hundred")
    for size in (1e4, -100.0):
        b = size * (1 + matrix(5, dtype=torch.float64).abs())
        must_answer(student, True, b * (1 - 0.9997e-3), b, "the differences are within 1e-3 of |b|, if not of |a|")
        must_answer(student, False, b * (1 + 1.0003e-3), b, "the differences exceed 1e-3 of |b|, if not of |a|")


@check("atol is 1e-5, beside 0, is allowed itself, and is added where both tolerances are alike", points=0.2)
def test_absolute(student, matrix):
    zero, sign = torch.zeros(5, dtype=torch.float64), matrix(5, dtype=torch.float64).sign()
    for b in (zero, 1e-6 * sign):
        must_answer(student, True, b + 4e-6 * sign, b, "the differences are 4e-6")
        must_answer(student, False, b + 4e-5 * sign, b, "the differences are 4e-5")
    must_answer(student, True, 1e-5 * sign, zero, "the differences are 1e-5, which is not more than is allowed")
    for b in (0.01 * sign, -0.008 * sign):
        must_answer(student, True, b + 0.75 * sign * allowed(b), b, "the two tolerances are added")
        must_answer(student, False, b + 1.5 * sign * allowed(b), b, "the differences exceed both tolerances together")


@check("another shape is not near: nothing is stretched, and there is no exception", points=0.5)
def test_shapes(student, matrix):
    n = float(matrix(1)[0])
    for s, t in [
        ((), (1,)),
        ((3, 1), (3,)),
        ((3,), (1,)),
        ((2, 3), (3,)),
        ((3,), (2,)),
        ((2, 3), (3, 2)),
        ((0,), (1,)),
        ((0, 2), (0,)),
    ]:
        for one, other in ((s, t), (t, s)):
            must_answer(student, False, torch.full(one, n), torch.full(other, n), "the shapes differ")
    must_answer(student, True, torch.zeros(0, 2), torch.zeros(0, 2), "there is no entry that differs")


@check("float32, float64 and int64 may meet", points=0.5)
def test_dtypes(student, matrix):
    b = (100 * matrix(2, 3, dtype=torch.float64)).round() + 500
    for one in (torch.float32, torch.float64, torch.int64):
        for other in (torch.float32, torch.float64, torch.int64):
            must_answer(student, True, b.to(one), b.to(other), "the numbers are the same")
            must_answer(student, False, b.to(one), (b + 7).to(other), "they differ by 7 in some hundred")
    must_answer(student, True, b.long(), b * 1.0004, "the differences are less than a part in two thousand")
    few = (b / 100).round()
    must_answer(student, False, few.long(), few + 0.4, "they differ by 0.4 in ten or less")
    must_answer(student, False, few + 0.4, few.long(), "they differ by 0.4 in ten or less")
    huge = 1e200 * (2 + matrix(2, dtype=torch.float64).tanh())  # float32 ends at 3.4e38
    must_answer(student, True, 1.0004 * huge, huge, "float64 holds numbers of this size")
    must_answer(student, False, 2 * huge, huge, "one is twice the other, and float64 holds numbers of this size")


@check("NaN is near nothing", points=0.2)
def test_nan(student, matrix):
    b = matrix(2, 2)
    a = b.clone()
    a[0, 1] = torch.nan
    for one, other in ((a, b), (b, a), (a, a.clone())):
        must_answer(student, False, one, other, "there is a NaN")
    answered(student.call(a, caller=with_itself), False, "there is a NaN")


@check("the inputs are left as they were", points=0.2)
def test_clean(student, matrix):
    for b in (-matrix(3).abs(), matrix(2, 2, dtype=torch.float64)):
        must_answer(student, True, b.clone(), b, "the two are equal").must_leave_inputs()
        must_answer(student, False, b + 1, b, "they differ by 1").must_leave_inputs()
