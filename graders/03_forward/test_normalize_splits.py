"""Hidden checks of ``normalize_splits(train, valid)``: both parts by the statistics of the first.

It may call the notebook's own ``normalize``: each check is tried on a right version of it first.
"""

import torch

from foundations.grading.attempts import tried_on_either
from foundations.grading.compare import CheckFailed, Finding, describe, difference
from foundations.grading.pytest_plugin import check


def reference(train, valid):
    """In float64 and rounded once: two tensors of the shapes of the inputs."""
    wide = train.double()
    mean = wide.sum() / wide.numel()
    std = ((wide - mean).square().sum() / (wide.numel() - 1)).sqrt()
    return tuple(((part.double() - mean) / std).to(part.dtype) for part in (train, valid))


def parts(matrix, train_shape, valid_shape, dtype=torch.float32):
    """Two sets that lie apart: by their own statistics they would look alike. The columns of one lie apart, too."""
    columns = torch.arange(train_shape[-1], dtype=dtype)
    train = (1.5 * matrix(*train_shape) + 2).to(dtype) + columns
    return train, (0.6 * matrix(*valid_shape) - 1).to(dtype)


def plainly(names, train, valid):
    """normalize_splits(train, valid)"""
    value = names["normalize_splits"](train, valid)
    return tuple(value) if isinstance(value, tuple) else value  # a tuple with names is one, too


def must_be_normalised(student, train, valid, *, dtype=False):
    call = student.call(train, valid, caller=plainly)
    call.must_not_raise()
    value = call.value
    if not isinstance(value, list | tuple) or len(value) != 2:
        what = f"{len(value)} values" if isinstance(value, list | tuple) else describe(value)
        raise CheckFailed(Finding("type", f"{call.subject} returned {what}; two tensors are asked for: train, valid"))
    for name, got, expected in zip(("train", "valid"), value, reference(train, valid), strict=True):
        finding = difference(got, expected, subject=f"{name} of {call.subject}", scale=2.0, dtype=dtype)
        if finding:
            raise CheckFailed(finding)
    return call


@check("both parts, by the mean and the std of the training set", points=0.9, gate=True)
@tried_on_either
def test_value(student, matrix):
    for train, valid in [((6, 4), (3, 4)), ((6, 4), (3, 4)), ((3, 3), (3, 3)), ((5, 2), (8, 2)), ((2, 5), (4, 5))]:
        must_be_normalised(student, *parts(matrix, train, valid))


@check("a validation set of a single row, or of a single number", points=0.3)
@tried_on_either
def test_thin(student, matrix):
    for train, valid in [((5, 3), (1, 3)), ((4, 1), (1, 1))]:
        must_be_normalised(student, *parts(matrix, train, valid))


@check("a column that is the same everywhere, as the pixels in a corner are", points=0.2)
@tried_on_either
def test_constant_column(student, matrix):
    train, valid = parts(matrix, (6, 4), (3, 4))
    train[:, 0], valid[:, 0] = 0.0, 0.0
    must_be_normalised(student, train, valid)


@check("the dtype of the result follows the inputs", points=0.2)
@tried_on_either
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        must_be_normalised(student, *parts(matrix, (5, 3), (2, 3), dtype), dtype=True)


@check("inputs that are views of others", points=0.2)
@tried_on_either
def test_views(student, matrix):
    train, valid = parts(matrix, (3, 6), (3, 4))
    must_be_normalised(student, train.t(), valid.t())
    train, valid = parts(matrix, (3, 6), (4, 6))
    must_be_normalised(student, train[:, ::2], valid[::2, 1::2])


@check("the inputs are left as they were, and a second call starts afresh", points=0.2)
@tried_on_either
def test_clean(student, matrix):
    for _ in range(2):
        must_be_normalised(student, *parts(matrix, (4, 3), (2, 3))).must_leave_inputs()
