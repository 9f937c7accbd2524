"""Hidden checks of ``mse(output, targ)``: the mean of the squared differences of (N, 1) and (N,)."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial
from foundations.grading.trace import largest

RULE = Rule(
    about="writing the loss yourself: a difference, a square, a mean",
    allow=all_but("torch.nn"),
    numbers=True,
)

#: A batch of that many; a table of all pairs would hold its square.
BATCH = 160
#: How many numbers a tensor may hold that is on the way from (N, 1) and (N,) to a mean: some copies side by side.
ALLOWED = 8 * BATCH


SIZES = [(n,) for n in (4, 4, 5, 3, 2, 7)]


def reference(output, targ):
    """In float64 and rounded once: shape ()."""
    difference = output.double()[:, 0] - targ.double()
    return (difference.dot(difference) / len(targ)).to(output.dtype)


def must_lose(student, output, targ, *, dtype=False):
    call = student.call(output, targ)
    must_be_loss(call, dtype=dtype)
    return call


def must_be_loss(call, *, dtype=False):
    output, targ = call.args
    # A small loss is the difference of larger numbers.
    scale = float(1 + output.square().mean() + targ.square().mean())
    call.must_return(reference(output, targ), dtype=dtype, scale=scale)


def trial(matrix):
    """A fresh batch of n outputs and targets."""
    return Trial(lambda n: (matrix(n, 1), 3 * matrix(n) + 1), must_be_loss)


@check("the mean of the squared differences", points=0.6, gate=True)
def test_value(student, matrix):
    for (n,) in SIZES:
        must_lose(student, matrix(n, 1), 3 * matrix(n) + 1)
    for size in (1e-2, 1e2):
        output, targ = size * matrix(5, 1), size * matrix(5)
        scale = float(output.square().mean() + targ.square().mean())
        student.call(output, targ).must_return(reference(output, targ), dtype=False, scale=scale)


@check("a difference, a square, a mean: no ready-made loss", points=0.2, gate=True)
def test_rule(student, matrix):
    student.must_obey(RULE, trial(matrix), SIZES)


@check("a batch of one", points=0.3)
def test_thin(student, matrix):
    for _ in range(2):
        must_lose(student, matrix(1, 1), matrix(1))


@check("N differences, never a table of N × N", points=0.3)
def test_memory(student, matrix):
    call = student.traced(trial(matrix), BATCH)
    most = largest(call.trace or {})
    if most > ALLOWED:
        text = f"{call.subject} made a tensor of {most:,} numbers on its way; {BATCH} differences were to be averaged"
        raise CheckFailed(Finding("value", text, symptom="memory"))


@check("shapes that do not fit are refused with an assertion", points=0.3)
def test_mismatch(student, matrix):
    for rows, columns, targets in [(4, 1, 1), (1, 1, 3), (4, 1, 3), (3, 3, 3), (2, 3, 3), (2, 3, 6)]:
        call = student.call(matrix(rows, columns), matrix(targets))
        call.must_raise(AssertionError, because=f"output is ({rows}, {columns}), and there are {targets} targets")


@check("the dtype of the result follows the inputs", points=0.1)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        must_lose(student, matrix(5, 1, dtype=dtype), matrix(5, dtype=dtype), dtype=True)


@check("inputs that are views of others", points=0.1)
def test_views(student, matrix):
    must_lose(student, matrix(4, 6)[:, 2:3], matrix(8)[::2])
    must_lose(student, matrix(1, 4).t(), matrix(1).expand(4))


@check("the inputs are left as they were, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    for n in (3, 3, 1):
        must_lose(student, matrix(n, 1), matrix(n)).must_leave_inputs()
