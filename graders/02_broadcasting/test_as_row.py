"""Hidden checks of ``as_row(c)``: a vector seen as a matrix of shape (1, n), without a copy."""

import torch

from foundations.grading.pytest_plugin import check


def row(c):
    """The reference: shape (1, n)."""
    return c.clone().reshape(1, -1)


def then_written(names, c):
    """as_row(c), and then c += 1"""
    made = names["as_row"](c)
    c += 1
    return made


def of_a_column_then_written(names, m):
    """as_row(m[:, 1]), and then m += 1"""
    made = names["as_row"](m[:, 1])
    m += 1
    return made


@check("vectors of many lengths become a row", points=0.3, gate=True)
def test_shape(student, matrix):
    for n in (3, 3, 1, 5, 2):
        c = matrix(n)
        student.call(c).must_return(row(c), dtype=False)


@check("the row is a view: it shows later changes of c", points=0.3)
def test_view(student, matrix):
    for n in (4, 1):
        c = matrix(n)
        student.call(c, caller=then_written).must_return(row(c + 1), dtype=False, scale=1.0)
    m = matrix(4, 3)
    student.call(m, caller=of_a_column_then_written).must_return(row(m[:, 1] + 1), dtype=False, scale=1.0)


@check("the dtype does not change", points=0.2)
def test_dtype(student, matrix):
    for c in (matrix(3, dtype=torch.float64), (10 * matrix(3)).long(), matrix(3) > 0):
        student.call(c).must_return(row(c))


@check("vectors that are parts of a matrix", points=0.1)
def test_strided(student, matrix):
    for c in (matrix(4, 3)[:, 1], matrix(8)[::2], matrix(3, 3).diagonal()):
        student.call(c).must_return(row(c), dtype=False)


@check("c itself keeps its values and its shape", points=0.1)
def test_clean(student, matrix):
    for _ in range(2):
        c = matrix(3)
        call = student.call(c)
        call.must_return(row(c), dtype=False)
        call.must_leave_inputs()
