"""Hidden checks of ``near(a, b)``: one shape, and every difference within 1e-5 + 1e-3 · |b|.

Most differences are at most three quarters of the allowed ones, or at least one and a half times as large: the last
digit of a calculation makes no difference then. Two kinds of inputs are at the border, and safe from rounding as well:
differences of 1e-5 next to 0, and differences between a thousandth of ``|a|`` and a thousandth of ``|b|``.

Sentence of the text → check:

    the formula holds for every entry                    → test_value
    True if the formula holds for every entry            → test_every_entry
    rtol is 1e-3                                         → test_tolerances
    ≤ 1e-5 + 1e-3 · |bᵢ|                                 → test_tolerances
    atol is 1e-5                                         → test_tolerances
    |aᵢ − bᵢ| ≤ 1e-5                                     → test_tolerances
    another shape: False                                 → test_shapes
    never an exception: other shapes are not near        → test_shapes
    two dtypes (float32, float64, int64) are no obstacle → test_dtypes
    Calculate in float64                                 → test_dtypes
    NaN is near nothing                                  → test_nan
    `a` and `b` are left as they are                     → test_clean
"""

import torch
from misconceptions import plainly_near

from foundations.authoring import Exercise, check, describe, fail, wrong_answer

DTYPES = (torch.float32, torch.float64, torch.int64)
SHAPES = (
    *[((), (1,)), ((3, 1), (3,)), ((3,), (1,)), ((2, 3), (3,))],
    *[((3,), (2,)), ((2, 3), (3, 2)), ((0,), (1,)), ((0, 2), (0,))],
)


def with_itself(names, a):
    """near(a, a)"""
    answer = names["near"](a, a)
    one = isinstance(answer, torch.Tensor) and answer.dtype == torch.bool and answer.ndim == 0
    return bool(answer) if one else answer


def limit(b):
    """Return the largest differences that are forgiven."""
    return 1e-5 + 1e-3 * b.double().abs()


def must_be(call, expected, why):
    call.must_not_raise()
    if not isinstance(call.value, bool):
        fail("type", f"{call.subject} returned {describe(call.value)}; the answer is True or False")
    if call.value is not expected:
        fail("value", f"{call.subject} is {call.value}, though {why}", diagnosis=wrong_answer(call.value, why))


def answers(name, cases, **options):
    """Check the answers on ``cases(exercise)``: tuples of the right answer, a, b, and the reason for it."""

    def test(self):
        self.must_answer(cases(self))

    return check(name, **options)(test)


class TestNear(Exercise):
    caller = plainly_near

    def must_answer(self, cases, *, inputs_too=False):
        cases = list(cases)
        calls = self.student.calls(*((a, b) for _, a, b, _ in cases), caller=self.calling())
        for call, (expected, _, _, why) in zip(calls, cases, strict=True):
            must_be(call, expected, why)
            if inputs_too:
                call.must_leave_inputs()

    def wide(self, *shape):
        return self.normal(*shape, dtype=torch.float64)

    def near_and_far(self):
        for shape in [(3, 2), (4,), (3, 2), ()]:
            b, sign = self.wide(2, *shape)
            b, sign = b + 2 * b.sign(), sign.sign()
            yield True, b + 0.4 * sign * limit(b), b, "every difference is within half of the allowed one"
            yield True, b.clone(), b, "the two are equal"
            yield False, b + 30 * sign * limit(b), b, "every difference is far beyond the allowed one"
            yield False, -b, b, "they are opposite"

    def single_entries(self):
        for sign in (1, -1):
            b = self.wide(3, 4)
            a = b.clone()
            a[1, 2] += sign * 50 * limit(b)[1, 2]
            yield False, a, b, "one of twelve entries is far off"
            several = b + sign * torch.tensor([0.01, -0.01, 0.01, -0.01], dtype=torch.float64)
            yield False, several, b, "many entries are off, in both directions"
        b = torch.tensor([5000.0, 1.0, -3000.0], dtype=torch.float64) + self.wide(3).tanh() / 2
        a = b + torch.tensor([0.0, 0.2, 0.0], dtype=torch.float64)
        yield False, a, b, "one entry is off, and every entry has its own limit"
        b = self.wide(50, 100)
        a = b.clone()
        a[32, 10] += 1
        yield False, a, b, "one of 5,000 entries is off"

    def tolerances(self):
        for size in (1e4, 100.0, 1.0):
            b = size * (1 + self.wide(5).abs())
            yield True, b * 1.0004, b, "the differences are less than a part in two thousand"
            yield False, b * 1.0025, b, "the differences are more than a part in five hundred"
        for size in (1e4, -100.0):
            b = size * (1 + self.wide(5).abs())
            yield True, b * (1 - 0.9997e-3), b, "the differences are within 1e-3 of |b|, if not of |a|"
            yield False, b * (1 + 1.0003e-3), b, "the differences exceed 1e-3 of |b|, if not of |a|"
        zero, sign = torch.zeros(5, dtype=torch.float64), self.wide(5).sign()
        for b in (zero, 1e-6 * sign):
            yield True, b + 4e-6 * sign, b, "the differences are 4e-6"
            yield False, b + 4e-5 * sign, b, "the differences are 4e-5"
        yield True, 1e-5 * sign, zero, "the differences are 1e-5, which is not more than is allowed"
        for b in (0.01 * sign, -0.008 * sign):
            yield True, b + 0.75 * sign * limit(b), b, "the two tolerances are added"
            yield False, b + 1.5 * sign * limit(b), b, "the differences exceed both tolerances together"

    def shapes(self):
        n = float(self.normal(1)[0])
        for s, t in SHAPES:
            yield False, torch.full(s, n), torch.full(t, n), "the shapes differ"
            yield False, torch.full(t, n), torch.full(s, n), "the shapes differ"
        yield True, torch.zeros(0, 2), torch.zeros(0, 2), "there is no entry that differs"

    def dtypes(self):
        b = (100 * self.wide(2, 3)).round() + 500
        for one in DTYPES:
            for other in DTYPES:
                yield True, b.to(one), b.to(other), "the numbers are the same"
                yield False, b.to(one), (b + 7).to(other), "they differ by 7 in some hundred"
        yield True, b.long(), b * 1.0004, "the differences are less than a part in two thousand"
        few = (b / 100).round()
        yield False, few.long(), few + 0.4, "they differ by 0.4 in ten or less"
        yield False, few + 0.4, few.long(), "they differ by 0.4 in ten or less"
        huge = 1e200 * (2 + self.wide(2).tanh())  # float32 ends at 3.4e38
        yield True, 1.0004 * huge, huge, "float64 holds numbers of this size"
        yield False, 2 * huge, huge, "one is twice the other, and float64 holds numbers of this size"
        ends = torch.tensor([1, -1]) * torch.iinfo(torch.int64).max
        yield False, ends, -ends, "they are opposite, and float64 holds their difference"

    test_value = answers(
        "differences that are forgiven, and differences that are not", near_and_far, points=0.7, gate=True
    )
    test_every_entry = answers("every entry counts, and a difference of either sign", single_entries, points=0.5)
    test_tolerances = answers(
        "rtol is 1e-3 of b; atol is 1e-5, is allowed itself, and is added where both are alike", tolerances, points=0.4
    )
    test_shapes = answers(
        "another shape is not near: nothing is stretched, and there is no exception", shapes, points=0.5
    )
    test_dtypes = answers("float32, float64 and int64 may meet", dtypes, points=0.5)

    @check("NaN is near nothing", points=0.2)
    def test_nan(self):
        b = self.normal(2, 2)
        a = b.clone()
        a[0, 1] = torch.nan
        self.must_answer((False, one, other, "there is a NaN") for one, other in ((a, b), (b, a), (a, a.clone())))
        must_be(self.student.call(a, caller=with_itself), False, "there is a NaN")

    @check("the inputs are left as they were", points=0.2)
    def test_clean(self):
        for b in (-self.normal(3).abs(), self.wide(2, 2)):
            equal, other = (True, b.clone(), b, "the two are equal"), (False, b + 1, b, "they differ by 1")
            self.must_answer([equal, other], inputs_too=True)
