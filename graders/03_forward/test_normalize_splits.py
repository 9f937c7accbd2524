"""Hidden checks of ``normalize_splits(train, valid)``: both parts by the statistics of the first.

It may call the notebook's own ``normalize``: each check is tried on a right version of it first.

Sentence of the text → check:

    **both normalised by the training set's mean and standard deviation**   → test_value
    no number that you use may come from it                                 → test_thin
    One mean and one standard deviation over all pixels                     → test_value
    A pixel in the corner is always 0                                       → test_constant_column
    Return the two tensors in the order in which they came.                 → test_value
    two tensors of these shapes and that dtype                              → test_dtype
    two tensors of these shapes and that dtype                              → test_views
    Neither input is changed.                                               → test_clean
"""

from dataclasses import replace

import torch
from helpers import FLOATS

from foundations.authoring import RETURN, Exercise, describe, dtypes, fail, unchanged_inputs, values, views


def plainly(names, train, valid):
    """normalize_splits(train, valid)"""
    value = names["normalize_splits"](train, valid)
    return tuple(value) if isinstance(value, tuple) else value  # a tuple with names is one, too


class TestNormalizeSplits(Exercise):
    sizes = (((6, 4), (3, 4)), ((6, 4), (3, 4)), ((3, 3), (3, 3)), ((5, 2), (8, 2)), ((2, 5), (4, 5)))
    caller = plainly

    def inputs(self, train_shape, valid_shape, dtype=torch.float32):
        # Two sets that lie apart: by their own statistics they would look alike. The columns of one lie apart, too.
        train = (1.5 * self.normal(*train_shape) + 2).to(dtype) + torch.arange(train_shape[-1], dtype=dtype)
        return train, (0.6 * self.normal(*valid_shape) - 1).to(dtype)

    def expected(self, train, valid):
        wide = train.double()
        mean = wide.sum() / wide.numel()
        std = ((wide - mean).square().sum() / (wide.numel() - 1)).sqrt()
        return {RETURN: [((part.double() - mean) / std).to(part.dtype) for part in (train, valid)]}

    def must_be_right(self, call, *, dtype=False):
        call.must_not_raise()
        parts = call.value
        if not isinstance(parts, list | tuple) or len(parts) != 2:
            found = f"{len(parts)} values" if isinstance(parts, list | tuple) else describe(parts)
            fail("type", f"{call.subject} returned {found}; two tensors are asked for: train, valid")
        for name, part, expected in zip(("train", "valid"), parts, self.expected(*call.args)[RETURN], strict=True):
            of_part = replace(call, value=part, subject=f"{name} of {call.subject}")
            of_part.must_return(expected, scale=2.0, dtype=dtype)

    def constant_column(self):
        train, valid = self.inputs((6, 4), (3, 4))
        train[:, 0], valid[:, 0] = 0.0, 0.0
        return [(train, valid)]

    test_value = values("both parts, by the mean and the std of the training set", points=0.9, gate=True)
    test_thin = values(
        "a validation set of a single row, or of a single number; a training set of thousands",
        only=[((5, 3), (1, 3)), ((4, 1), (1, 1)), ((5000, 2), (3, 2))],
        points=0.3,
    )
    test_constant_column = values(
        "a column that is the same everywhere, as the pixels in a corner are", only=constant_column, points=0.2
    )
    test_dtype = dtypes("the dtype of the result follows the inputs", dtypes=FLOATS, points=0.2)
    test_views = views("inputs that are views of others", points=0.2)
    test_clean = unchanged_inputs("the inputs are left as they were, and a second call starts afresh", points=0.2)
