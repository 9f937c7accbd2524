"""Hidden checks of ``distance(a, b)``."""

import math

import numpy as np

from foundations.authoring import Exercise, Rule, all_but, dtypes, rule, unchanged_inputs, values


class TestDistance(Exercise):
    #: Number of coordinates.
    sizes = ((3,), (3,), (1,), (2,), (50,))
    allowed = Rule(about="the formula of the distance", allow=all_but("norm", "matrix product"))

    def inputs(self, n, dtype=np.float64):
        return self.normal(n, dtype=dtype), self.normal(n, dtype=dtype)

    def expected(self, a, b):
        """Return the right value by Python's own function."""
        return a.dtype.type(math.dist(a, b))

    test_values = values("the value for points of many coordinates", points=0.4, gate=True)
    test_rule = rule("the formula, and no function that has it built in", points=0.2)
    test_dtypes = dtypes("the dtype of the result follows the inputs", points=0.2)
    test_inputs = unchanged_inputs("the inputs are left as they were", points=0.2)
