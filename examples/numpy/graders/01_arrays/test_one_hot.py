"""Hidden checks of ``one_hot(labels, count)``."""

import numpy as np

from foundations.authoring import Exercise, dtypes, unchanged_inputs, values


class TestOneHot(Exercise):
    #: Number of labels, and of classes.
    sizes = ((6, 4), (6, 4), (3, 5), (1, 2), (4, 4), (30, 3))

    def inputs(self, n, count, dtype=np.int64):
        return self.rng.integers(0, count, n, dtype=dtype), count

    def expected(self, labels, count):
        """Return the right value by a comparison of all labels with all classes."""
        return (labels[:, None] == np.arange(count)).astype(np.float64)

    test_values = values("the value for many labels", points=0.6, gate=True)
    test_dtypes = dtypes("the result is of float64", dtypes=(np.int64, np.int32, np.uint8), points=0.2)
    test_input = unchanged_inputs("the labels are left as they were", points=0.2)
