"""Hidden checks of ``gain(a)``: √(2 / (1 + a²)), a Python number.

Sentence of the text → check:

    \\operatorname{gain}(a)=\\sqrt{\\frac{2}{1+a^2}}      → test_value
    `a` is a Python number of either sign               → test_others
    so is the result                                    → test_others
    **Rule: not `torch.nn.init.calculate_gain`.**       → test_rule
"""

import math

import torch

from foundations.authoring import Exercise, Rule, all_but, check, describe, fail, rule, values


def as_number(names, a):
    """gain(a)"""
    value = names["gain"](a)
    return float(value) if isinstance(value, float) else value  # one of numpy's is one of Python's, too


class TestGain(Exercise):
    sizes = ((0.2,), (1.5,), (0.01,))
    allowed = Rule(about="turning the formula into Python yourself", allow=all_but("torch.nn"), numbers=True)
    caller = as_number

    def inputs(self, a):
        return (a,)

    def expected(self, a):
        return torch.tensor(math.sqrt(2 / (1 + a * a)), dtype=torch.float64)

    def must_be_right(self, call, *, dtype=False):
        call.subject = f"gain({call.args[0]:.6g})"
        if call.error is None and not isinstance(call.value, int | float | torch.Tensor | None):
            fail("type", f"{call.subject} returned {describe(call.value)}; a number is asked for")
        call.recalculate = self.expected
        # In float32 the root is rounded; seven digits are enough to tell any two formulas apart.
        call.must_return(self.expected(*call.args), numbers=True, dtype=False, relative=1e-6)

    def slopes(self):
        return [(a,) for a in (0.0, 1.0, 0.01, *(round(float(a), 3) for a in 0.2 + self.normal(4).abs()))]

    test_value = values("√(2 / (1 + a²)) for slopes between −3 and 3", only=slopes, points=0.6, gate=True)
    test_rule = rule("the formula, no ready-made gain", points=0.2, gate=True)

    @check("a number; √5, whole numbers, negative slopes, flat and steep ones", points=0.2)
    def test_others(self):
        slopes = [math.sqrt(5), 0, 2, -1, -0.25, -round(float(self.normal().abs()), 3), 1e-4, -1e-6]
        # Less than a hundredth is a slope, too, and two slopes that are close to each other are two.
        small, near = 0.002 + 0.006 * float(self.normal().abs() % 1), 0.5 + float(self.normal().abs() % 1)
        slopes += [small, -small / 2, *(near + step for step in (0.0, 1e-2, 1e-3, 1e-4, 1e-5))]
        # The gain of a steep slope is small: digits behind the point are few digits then.
        slopes += [sign * size * (1 + float(self.normal().abs())) for size in (1e2, 1e3, 1e5) for sign in (1, -1)]
        for call in self.try_each([(a,) for a in slopes]):
            if isinstance(call.value, torch.Tensor):
                fail("type", f"{call.subject} returned {describe(call.value)}; a number is asked for")
