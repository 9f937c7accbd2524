"""Hidden checks of ``numerical_grad(f, x, eps)``: central differences in float64, one entry at a time.

Functions cannot travel, so each is made where the student's code runs. Steps are large on purpose: of a quadratic the
central difference is the slope itself, whatever the step, and of a cubic it is off by exactly ``a·eps²``. So rounding
plays no part, and a one-sided difference is far off.

Sentence of the text → check:

    move this entry alone up by eps, and call f          → test_matrices
    move it down by eps, and call f                      → test_step
    divided by the distance between them                 → test_step
    for each entry of x                                  → test_views
    The result has the shape of `x`, whatever that is    → test_shapes
    `f` takes a tensor of the shape of `x`               → test_shapes
    `f` is called with float64 tensors                   → test_float64
    the result is float64                                → test_float64
    `x` is left as it is.                                → test_clean
    **Rule: no autograd.**                               → test_rule
"""

import torch

from foundations.authoring import Exercise, Rule, all_but, confirmed, dtypes, rule, unchanged_inputs, values, views


def of_quadratic(names, x, a, eps):
    """numerical_grad(f, x, eps) of f(t) = (a · t · t).sum() + t.sum() ** 2, or without a of its last number"""
    if a is None:  # f returns a view of t, which changes with t
        return names["numerical_grad"](lambda t: t[(-1,) * t.ndim], x, eps)
    return names["numerical_grad"](lambda t: (a * t * t).sum() + t.sum() ** 2, x, eps)


def of_cubic(names, x, a, eps):
    """numerical_grad(f, x, eps) of f(t) = (a · t · t · t).sum()"""
    return names["numerical_grad"](lambda t: (a * t * t * t).sum(), x, eps)


class Slopes(Exercise):
    allowed = Rule(
        about="measuring slopes by calling f, without any knowledge of its inside",
        allow=all_but("autograd"),
        numbers=True,
    )

    def inputs(self, *shape, eps=0.1, dtype=torch.float64):
        return self.normal(*shape, dtype=dtype), self.normal(*shape, dtype=torch.float64), eps


class TestSlopes(Slopes):
    sizes = ((2, 3), (2, 3), (4, 2), (3, 3))
    caller = of_quadratic
    relative = 1e-4  # whether all digits of float64 are there is a check of its own

    def expected(self, x, a, eps):
        """Return the slopes by a formula: every entry has its own, and each depends on all the others."""
        if a is None:
            slopes = torch.zeros(x.shape, dtype=torch.float64)
            slopes[(-1,) * x.ndim] = 1.0
            return slopes
        (slopes,) = confirmed(
            lambda t: (a * t * t).sum() + t.sum() ** 2, [x], [2 * a * x.double() + 2 * x.double().sum()]
        )
        return slopes

    def scale(self, x, a, eps):
        return max(1.0, float(self.expected(x, a, eps).abs().max()))

    def of_shapes(self):
        """Numbers of many shapes, some of them 0; and functions whose result is a view of what they are given."""
        for shape in ((5,), (), (2, 1, 3), (1, 1), (1,)):
            yield self.inputs(*shape)
        for shape in ((2, 3), ()):
            x, _, eps = self.inputs(*shape)
            yield x, None, eps
        x, a, eps = self.inputs(2, 3)
        x[0, 1:] = torch.tensor([0.0, -0.0])
        yield x, a, eps

    test_matrices = values("the slopes of functions of matrices", points=1.1, gate=True)
    test_rule = rule("no autograd", points=0.4, gate=True)
    test_float64 = dtypes("float64 throughout, also for a float32 x", points=0.7)
    test_shapes = values("x of any shape", only=of_shapes, points=0.4)
    test_views = views(
        "x that is a view of another tensor",
        also=lambda self: [(self.inputs(1, 3)[0].expand(2, 3), *self.inputs(2, 3)[1:])],
        points=0.4,
    )
    test_clean = unchanged_inputs(
        "x is left as it was, to the last digit",
        also=lambda self: [self.inputs(3, 4, dtype=torch.float32)],
        points=0.3,
    )


class TestStep(Slopes):
    caller = of_cubic
    relative = 1e-12  # a step that was rounded to float32 is off by 1e-8 of itself

    def expected(self, x, a, eps):
        return a * (3 * x * x + eps * eps)

    def scale(self, x, a, eps):
        return 10.0

    test_step = values(
        "to both sides, by the step that was asked for",
        only=lambda self: [self.inputs(2, 3, eps=eps) for eps in (0.5, 0.1, 0.3)],
        points=0.7,
    )
