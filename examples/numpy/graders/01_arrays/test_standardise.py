"""Hidden checks of ``standardise(x)``."""

import numpy as np

from foundations.authoring import Exercise, dtypes, sizes_of_one, unchanged_inputs, values, views


class TestStandardise(Exercise):
    #: Shapes of x.
    sizes = ((5, 3), (5, 3), (3, 7), (4, 4), (40, 2))

    def inputs(self, *shape, dtype=np.float64):
        return ((10 * self.normal(*shape, dtype=dtype) + 3).astype(dtype),)

    def expected(self, x):
        """Return the right value, computed one column after the other."""
        columns = [(column - np.mean(column)) / np.sqrt(np.mean((column - np.mean(column)) ** 2)) for column in x.T]
        return np.stack(columns, axis=1).astype(x.dtype)

    test_values = values("the value for many shapes", points=0.8, gate=True)
    test_one = sizes_of_one("the value for a single column", [(6, 1), (3, 1)], points=0.3)
    test_dtypes = dtypes("the dtype of the result follows the input", points=0.3)
    test_views = views("the value for tables that are parts of others", points=0.3)
    test_input = unchanged_inputs("the input is left as it was", points=0.3)
