"""Hidden checks of the exercise ``test_near_zero(a, tol)``: silent where all of it is near 0, an assertion otherwise.

No function of this file is called as the exercise is: pytest would take it for a hidden test.

Sentence of the text → check:

    its size is below `tol`                                             → test_tolerance
    one number of shape `()`                                            → test_value
    or many                                                             → test_every_number
    If all of them are near zero, nothing happens.                      → test_value
    If not, an `AssertionError` is raised.                              → test_value
    **the number that is farthest from zero, and the tolerance**        → test_message
    -5 is not near zero.                                                → test_value
    NaN is not near zero either                                         → test_every_number
    `a` is left as it is.                                               → test_clean
"""

import math
import re

import torch

from foundations.authoring import (
    CheckFailed,
    Exercise,
    Finding,
    check,
    refuses,
    together,
    unchanged_inputs,
    values,
    views,
)

#: float32 holds some of them as larger numbers, and others as smaller ones.
TOLERANCES = (1e-3, 0.1, 0.3, 0.7)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


class TestNearZero(Exercise):
    def expected(self, a, tol=1e-3):
        return {}  # the exercise returns nothing

    def must_be_right(self, call, *, dtype=False):
        call.must_not_raise()

    def away(self, low, high):
        """Return a secret number between them, of shape ()."""
        return low + (high - low) * (self.normal().abs() % 1.0)

    def near(self):
        return [(self.away(1e-5, 9e-4),), (-self.away(1e-5, 9e-4),), (torch.tensor(0.0),)]

    def far(self):
        for sign in (1, -1):
            yield (sign * self.away(2e-3, 5e-3),), "it is farther from 0 than tol=1e-3"
            yield (sign * self.away(1.0, 2.0),), "it is far from 0"

    def near_by_tol(self):
        return [(sign * self.away(0.1, 0.4), 0.5) for sign in (1, -1)]

    def far_by_tol(self):
        for sign in (1, -1):
            yield (sign * self.away(0.6, 0.9), 0.5), "it is farther from 0 than tol=0.5"
            yield (sign * self.away(1e-4, 8e-4), 1e-5), "it is farther from 0 than tol=1e-5"

    def all_near(self):
        near = 1e-4 * self.normal(4, 3).tanh(), torch.zeros(5)
        return [*((a,) for a in near), (0.4 * self.normal(2, 3, 2).tanh(), 0.5)]

    def of_matrices(self):
        return [(1e-4 * self.normal(*shape).tanh(),) for shape in ((4, 3), (2, 3, 2))]

    def one_far(self):
        for numbers in ([0.0, 0.0, 0.4], [-0.7, 0.0], [[0.3, -0.3], [0.2, -0.2]]):
            a = torch.tensor(numbers)
            yield (a + 1e-4 * self.normal(*a.shape).tanh(),), "one of its numbers is far from 0"
        a = 1e-5 * self.normal(60).tanh()
        a[41] = 3e-3
        yield (a,), "one of its numbers is farther from 0 than tol=1e-3"
        yield (a.view(6, 10).t(),), "one of its numbers is farther from 0 than tol=1e-3"

    def not_finite(self):
        yield (torch.tensor(math.nan),), "it is not a number"
        yield (torch.tensor([0.0, math.nan]),), "one of its numbers is NaN"
        yield (torch.tensor(-math.inf),), "it is infinite"

    def near_by_a_hair(self):
        return [(self.in_float64(tol, -1), tol) for tol in TOLERANCES]

    def far_by_a_hair(self):
        for tol in TOLERANCES:
            yield (self.in_float64(tol, 1), tol), f"it is farther from 0 than tol={tol}, in the ninth digit"

    def in_float64(self, tol, sign):
        """Return two numbers, one of which is nearer to ``tol`` than float32 can tell."""
        return torch.tensor([-tol * (1 + sign * 1e-9), float(self.away(0.1, 0.5)) * tol], dtype=torch.float64)

    test_value = together(
        values("a number near 0 passes", only=near),
        refuses("one that is not is refused with an assertion", far),
        points=0.3,
        gate=True,
    )
    test_tolerance = together(
        values("the tolerance is the one that was given", only=near_by_tol),
        refuses("also to refuse", far_by_tol),
        values("a number of float64 that is only just near 0", only=near_by_a_hair),
        refuses("a number of float64 that is only just not", far_by_a_hair),
        points=0.1,
    )
    test_every_number = together(
        values("a tensor of many numbers", only=all_near),
        views("a view of other numbers", only=of_matrices),
        refuses("every one of them has to be near 0", one_far),
        refuses("NaN is not near 0", not_finite),
        points=0.3,
    )
    test_clean = unchanged_inputs(
        "the input is left as it was",
        only=lambda self: [(-self.away(1e-5, 9e-4),), (-1e-4 * self.normal(3).abs().tanh(),)],
        points=0.1,
    )

    @check("the message gives the value and the tolerance", points=0.2)
    def test_message(self):
        below, above, small = self.away(3.1, 3.9), self.away(0.21, 0.29), self.away(2.1e-3, 4e-3)
        cases = [(above, 0.1), (-below, 0.5), (torch.tensor([0.0, 0.06]), 0.02)]
        cases += [(torch.stack([above, -below]), 0.1), (small, 1e-3)]
        for call in self.student.calls(*cases):
            call.must_raise(AssertionError, because="it is farther from 0 than the tolerance")
            a, tol = call.args
            assert call.error is not None
            given = [abs(float(number)) for number in NUMBER.findall(str(call.error["text"]))]
            for name, wanted in (("the number that is not near 0", float(a.abs().max())), ("the tolerance", tol)):
                if not any(math.isclose(number, wanted, rel_tol=0.05) for number in given):
                    text = f"{call.subject} is refused, and rightly; but the message of the assertion lacks {name}"
                    raise CheckFailed(Finding("value", text, f"expected {wanted:.4g} in it", symptom="message"))
