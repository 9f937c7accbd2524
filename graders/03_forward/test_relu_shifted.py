"""Hidden checks of ``relu_shifted(x)``: relu(x) − 0.5.

It may call the notebook's own ``relu``: each check is tried on a right version of it first.

Sentence of the text → check:

    =\\operatorname{relu}(x)-0.5                         → test_value
    Any shape in, the same shape and dtype out          → test_zeros
    the same shape and dtype out                        → test_dtype
    in a new tensor                                     → test_clean
    A negative number comes out as -0.5, not as 0.      → test_value
"""

import torch
from helpers import FLOATS

from foundations.authoring import Exercise, dtypes, together, unchanged_inputs, values, views


class TestReluShifted(Exercise):
    sizes = ((4, 3), (4, 3), (3, 3), (1, 5), (6, 1), (7,), (2, 3, 4))

    def inputs(self, *shape, dtype=torch.float32):
        return (self.normal(*shape, dtype=dtype),)

    def expected(self, x):
        return torch.where(x > 0, x, torch.zeros((), dtype=x.dtype)) - 0.5

    def scale(self, x):
        return max(1.0, float(x.abs().max()))

    def of_other_sizes(self):
        one_sign = [sign * (3 + self.normal(3, 2).abs()) for sign in (1, -1)]
        return [(x,) for x in (*one_sign, 1e-3 * self.normal(4, 3), 1000 * self.normal(3, 2).abs())]

    def zeros_and_halves(self):
        halves = torch.tensor([-0.5, 0.5, 0.25, -0.0])
        return [(x,) for x in (torch.zeros(2, 2), halves, self.normal(1, 1), -self.normal().abs())]

    test_value = values("relu(x) − 0.5 for every entry", also=of_other_sizes, points=0.5, gate=True)
    test_zeros = values("exact zeros, numbers around 0.5, and a single number", only=zeros_and_halves, points=0.2)
    test_dtype = dtypes("the dtype of the result follows the input", dtypes=FLOATS, points=0.1)
    test_clean = together(
        unchanged_inputs(
            "the input is left as it was, and a second call starts afresh",
            also=lambda self: [(self.normal(4, 3).abs(),)],  # nothing to cut off
        ),
        views("inputs that are views of others", also=lambda self: [(self.normal(1, 3).expand(4, 3),)]),
        points=0.2,
    )
