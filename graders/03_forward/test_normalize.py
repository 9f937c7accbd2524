"""Hidden checks of ``normalize(x, mean, std)``: subtract the given mean, divide by the given spread."""

import torch

from foundations.grading.pytest_plugin import check


def reference(x, mean, std):
    """In float64 and rounded once: the shape of x."""
    return ((x.double() - mean.double()) / std.double()).to(x.dtype)


def statistics(matrix, dtype=torch.float32):
    """A mean and a spread that are not those of any x here, each of shape ()."""
    return (3 * matrix(1)[0] + 1).to(dtype), (matrix(1)[0].abs() + 0.4).to(dtype)


@check("(x − mean) / std, with the mean and the std that were given", points=0.5, gate=True)
def test_value(student, matrix):
    # The first shape comes twice, so that what was kept of the call before shows.
    for shape in [(4, 3), (4, 3), (5, 1), (3, 3), (6,), (2, 3, 4)]:
        x, (mean, std) = matrix(*shape), statistics(matrix)
        student.call(x, mean, std).must_return(reference(x, mean, std), dtype=False, scale=2.0)
    x, (mean, std) = 100 * matrix(4, 3), statistics(matrix)  # nothing says that the numbers are small afterwards
    student.call(x, mean, std).must_return(reference(x, mean, std), dtype=False)


@check("a very small spread: nothing is added to it", points=0.1)
def test_small(student, matrix):
    for shape in [(4, 3), (5,)]:
        x, mean, std = (1e-6 * number for number in (matrix(*shape), *statistics(matrix)))
        student.call(x, mean, std).must_return(reference(x, mean, std), dtype=False)


@check("sizes of 1", points=0.1)
def test_thin(student, matrix):
    for x in (matrix(1, 3), matrix(1, 1), matrix(1), matrix(1)[0]):
        mean, std = statistics(matrix)
        student.call(x, mean, std).must_return(reference(x, mean, std), dtype=False, scale=2.0)


@check("the dtype of the result follows the inputs", points=0.1)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        x, (mean, std) = matrix(3, 4, dtype=dtype), statistics(matrix, dtype)
        student.call(x, mean, std).must_return(reference(x, mean, std), scale=2.0)


@check("inputs that are views of others", points=0.1)
def test_views(student, matrix):
    mean, std = statistics(matrix)
    for x in (matrix(3, 2).t(), matrix(4, 6)[::2, 1::2], matrix(1, 3).expand(4, 3)):
        student.call(x, mean, std).must_return(reference(x, mean, std), dtype=False, scale=2.0)


@check("the inputs are left as they were, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    for _ in range(2):
        x, (mean, std) = matrix(2, 3), statistics(matrix)
        call = student.call(x, mean, std)
        call.must_return(reference(x, mean, std), dtype=False, scale=2.0)
        call.must_leave_inputs()
