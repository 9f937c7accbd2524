"""Hidden checks of ``softmax_cross_entropy_grad(logits, targ)``: logits.g = (softmax − one-hot) / N."""

import math

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="writing the gradient yourself: shares minus a one-hot row, by a largest score, exp and a sum",
    allow=all_but("torch.nn", "autograd", "numpy"),
    numbers=True,
)

#: (N, C), as for the loss.
SHAPES = [(4, 3), (4, 3), (5, 2), (1, 3), (3, 3), (2, 5), (7, 10), (3, 1)]
#: Of central differences in float64: the cube root of its precision, near which they are best.
EPS = 6e-6


def gradient(logits, targ):
    """The written formula, entry by entry in Python's own floats: shape (N, C)."""
    rows = []
    for scores, right in zip(logits.double().tolist(), targ.tolist(), strict=True):
        powers = [math.exp(z - max(scores)) for z in scores]
        total = math.fsum(powers)
        rows.append([(power / total - (column == right)) / len(targ) for column, power in enumerate(powers)])
    return torch.tensor(rows, dtype=torch.float64).to(logits.dtype)


def by_autograd(logits, targ):
    """The same by PyTorch."""
    watched = logits.detach().clone().requires_grad_()
    torch.nn.functional.cross_entropy(watched, targ).backward()
    return watched.grad


def by_differences(logits, targ):
    """The same by nudging every score up and down."""
    slopes = torch.zeros_like(logits)
    for place in range(logits.numel()):
        nudge = torch.zeros(logits.numel(), dtype=logits.dtype)
        nudge[place] = EPS
        up, down = (torch.nn.functional.cross_entropy(logits + sign * nudge.view_as(logits), targ) for sign in (1, -1))
        slopes.view(-1)[place] = (up - down) / (2 * EPS)
    return slopes


def poisoned(logits, matrix):
    """With the .g of another time."""
    logits.g = 5 * matrix(*logits.shape).to(logits.dtype)
    return logits


@check("the gradient for batches of many shapes", points=1, gate=True)
def test_gradient(student, matrix, classes):
    for number, (n, c) in enumerate(SHAPES):
        logits, targ = 2 * matrix(n, c), classes(n, c)
        if number % 2:
            poisoned(logits, matrix)
        student.call(logits, targ).must_set(0, "g", gradient(logits, targ), dtype=False, scale=1 / n)


@check("nothing ready-made, no autograd", points=0.3, gate=True)
def test_rule(student, matrix, classes):
    def must_be_gradient(call):
        call.must_set(0, "g", gradient(*call.args), dtype=False, scale=1 / len(call.args[0]))

    trial = Trial(lambda n, c: (2 * matrix(n, c), classes(n, c)), must_be_gradient)
    student.must_obey(RULE, trial, SHAPES)


@check("it agrees with autograd and with central differences", points=0.7)
def test_oracles(student, matrix, classes):
    for n, c in ((4, 3), (1, 4), (3, 3)):
        logits, targ = matrix(n, c, dtype=torch.float64), classes(n, c)
        call = student.call(poisoned(logits, matrix), targ)
        # Nobody's digits are lost here: whether float64 stays float64 is another check's business.
        call.must_set(0, "g", by_autograd(logits, targ), dtype=False, scale=1 / n, relative=1e-5)
        call.must_set(0, "g", by_differences(logits, targ), dtype=False, scale=1 / n, relative=1e-5)


@check("scores of any size, and rows of different sizes", points=0.7)
def test_stability(student, matrix, classes):
    rows = torch.tensor([[1000.0], [0.0], [-1000.0], [300.0]])
    for offsets in (rows[:1].expand(4, 1), rows, -rows[:1].expand(4, 1), rows[1:]):
        logits, targ = matrix(len(offsets), 3) + offsets, classes(len(offsets), 3)
        student.call(logits, targ).must_set(0, "g", gradient(logits, targ), dtype=False, scale=1.0)
    for gap in (30.0, 120.0, 1500.0):  # exp of such a gap is infinite in float32: it is the largest that is taken out
        logits, targ = torch.tensor([[0.0, gap], [gap, 0.0]]), torch.tensor([0, 0])
        student.call(logits, targ).must_set(0, "g", gradient(logits, targ), dtype=False, scale=0.5)


@check("the gradient has the dtype of the scores", points=0.3)
def test_dtype(student, matrix, classes):
    for dtype in (torch.float64, torch.float32):
        logits, targ = matrix(4, 3, dtype=dtype), classes(4, 3)
        student.call(logits, targ).must_set(0, "g", gradient(logits, targ), scale=0.25)


@check("scores that are views of others", points=0.3)
def test_views(student, matrix, classes):
    for logits in (matrix(3, 4).t(), matrix(8, 6)[::2, 1::2], matrix(1, 3).expand(4, 3)):
        targ = classes(8, 3)[::2]
        student.call(logits, targ).must_set(0, "g", gradient(logits, targ), dtype=False, scale=0.25)


@check("an old .g is replaced, and the scores are left as they were", points=0.7)
def test_clean(student, matrix, classes):
    for _ in range(2):
        logits, targ = poisoned(matrix(3, 2), matrix), classes(3, 2)
        call = student.call(logits, targ)
        call.must_set(0, "g", gradient(logits, targ), dtype=False, scale=1 / 3)
        call.must_leave_inputs(setting=[(0, "g")])
