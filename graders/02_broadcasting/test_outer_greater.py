"""Hidden checks of ``outer_greater(u, v)``: whether u[i] > v[j], for all pairs, without a loop."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding, describe
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="letting a column meet a row, elementwise",
    allow=all_but("matrix product", "einsum", "numpy", "list round trip"),
)


#: (n, 1, m) for vectors of n and of m entries.
SIZES = [(5, 1, 4), (5, 1, 4), (6, 1, 3), (5, 1, 5), (4, 1, 7)]


def compared(u, v):
    """The reference, pair by pair: shape (n, m), bool."""
    return torch.tensor([[x > y for y in v.tolist()] for x in u.tolist()])


def few(matrix, n, dtype=torch.float32):
    """A vector of few different numbers, so that many pairs are equal."""
    shape = n if isinstance(n, tuple) else (n,)
    return matrix(*shape).mul(1.5).round().to(dtype)


def close(matrix, n, m, dtype=torch.float32):
    """Vectors in which one entry has a neighbour on either side in the other: the next numbers that the dtype has."""
    u, v = (matrix(size, dtype=torch.float64).abs().add(0.5).to(dtype) for size in (n, m))
    v[0], v[-1] = (torch.nextafter(u[1], torch.full_like(u[1], end)) for end in (0.0, 9.0))
    return u, v


def must_be_compared(call):
    call.must_return(compared(*call.args), dtype=False)


def trial(matrix):
    """Two fresh vectors, of n and of m entries, two of which are equal."""

    def make(n, _, m):
        u, v = few(matrix, n), few(matrix, m)
        v[0] = u[0]
        return u, v

    return Trial(make, must_be_compared)


@check("all comparisons of vectors of many lengths, equal entries among them", points=0.3, gate=True)
def test_comparison(student, matrix):
    for sizes in SIZES:
        must_be_compared(student.call(*trial(matrix).make(*sizes)))
    u, v = close(matrix, 3, 4)
    student.call(u, v).must_return(compared(u, v), dtype=False)


@check("a column and a row, no product of the library's, and no trip out of PyTorch", points=0.1, gate=True)
def test_rule(student, matrix):
    student.must_obey(RULE, trial(matrix), SIZES)


@check("no loop over the entries of u or v", points=0.3)
def test_growth(student, matrix):
    lesson = "one elementwise comparison answers for all pairs, however long u and v are"
    student.must_scale_as(Growth(n=0, k=0, m=0), trial(matrix), (3, 1, 2), lesson)


@check("the answers are booleans", points=0.1)
def test_bool(student, matrix):
    call = student.call(few(matrix, 4), few(matrix, 3))
    call.must_not_raise()
    if not isinstance(call.value, torch.Tensor) or call.value.dtype != torch.bool:
        raise CheckFailed(Finding("dtype", f"{call.subject} gave {describe(call.value)}; answers to > are bool"))


@check("vectors of one entry, other dtypes, and parts of others", points=0.1)
def test_others(student, matrix):
    for n, m, dtype in [(1, 1, torch.float32), (1, 4, torch.float64), (4, 1, torch.int64)]:
        u, v = few(matrix, n, dtype), few(matrix, m, dtype)
        student.call(u, v).must_return(compared(u, v), dtype=False)
    large = torch.tensor([1, 3, 0]) + (1 << 25)  # float32 holds every fourth number there
    for u, v in [
        (few(matrix, (4, 3))[:, 1], few(matrix, 6)[::2]),
        close(matrix, 4, 3, torch.float64),
        (large, large[:2]),
    ]:
        student.call(u, v).must_return(compared(u, v), dtype=False)


@check("inputs are left as they were, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    for _ in range(2):
        u, v = few(matrix, 4), few(matrix, 3)
        call = student.call(u, v)
        call.must_return(compared(u, v), dtype=False)
        call.must_leave_inputs()
