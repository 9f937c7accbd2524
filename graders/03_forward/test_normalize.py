"""Hidden checks of ``normalize(x, mean, std)``: subtract the given mean, divide by the given spread.

Sentence of the text → check:

    Translate the formula.                                          → test_value
    `mean` and `std` are arguments, and it is these that you use.   → test_value
    They have the shape `()`, `x` any shape                         → test_extremes
    float64 in, float64 out                                         → test_dtype
    and `x` is left as it is                                        → test_clean
    Nothing is added to `std`                                       → test_extremes
"""

import torch
from helpers import FLOATS

from foundations.authoring import Exercise, dtypes, sizes_of_one, together, unchanged_inputs, values, views


class TestNormalize(Exercise):
    sizes = ((4, 3), (4, 3), (5, 1), (3, 3), (6,), (2, 3, 4))

    def inputs(self, *shape, dtype=torch.float32):
        mean, spread = self.normal(2, dtype=dtype)  # not those of any x here
        return self.normal(*shape, dtype=dtype), 3 * mean + 1, spread.abs() + 0.4

    def expected(self, x, mean, std):
        return ((x.double() - mean.double()) / std.double()).to(x.dtype)

    def scale(self, x, mean, std):
        return 2.0 if x.abs().max() < 20 else None  # a result near 0 is the difference of larger numbers

    def large(self):
        x, mean, std = self.inputs(4, 3)
        return [(100 * x, mean, std)]  # nothing says that the numbers are small afterwards

    def small(self):
        return [[1e-6 * argument for argument in self.inputs(*shape)] for shape in ((4, 3), (5,))]

    def expanded(self):
        x, mean, std = self.inputs(1, 3)
        return [(x.expand(4, 3), mean, std)]

    test_value = values(
        "(x − mean) / std, with the mean and the std that were given", also=large, points=0.5, gate=True
    )
    test_extremes = together(
        values("a very small spread: nothing is added to it", only=small),
        sizes_of_one("sizes of 1", [(1, 3), (1, 1), (1,), ()]),
        points=0.2,
    )
    test_dtype = dtypes("the dtype of the result follows the inputs", dtypes=FLOATS, points=0.1)
    test_clean = together(
        unchanged_inputs("the inputs are left as they were, and a second call starts afresh"),
        views("inputs that are views of others", also=expanded),
        points=0.2,
    )
