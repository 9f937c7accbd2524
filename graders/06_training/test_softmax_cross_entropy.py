"""Hidden checks of ``softmax_cross_entropy(logits, targ)``: the mean loss, for scores of any size."""

import math

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial
from foundations.grading.trace import largest

RULE = Rule(
    about="writing softmax and its logarithm yourself: a largest score, exp, a sum, log",
    allow=all_but("torch.nn", "numpy"),
    numbers=True,
)

#: (N, C). No two sizes of the first ones agree, so that axes that were swapped show; the first comes twice, so that
#: what was kept of the call before shows; one row, one square, one class, as many classes as there are digits.
SHAPES = [(4, 3), (4, 3), (5, 2), (1, 3), (3, 3), (7, 10), (3, 1)]

#: A batch of that many rows of three scores, and how many numbers a tensor may hold on the way to its loss: some copies
#: of the scores side by side. A table of all pairs of rows holds more, and its mean can be the right number.
BATCH = 160
ALLOWED = 8 * 3 * BATCH


def loss(logits, targ):
    """The reference, row by row in Python's own floats: shape ()."""
    rows = []
    for scores, right in zip(logits.double().tolist(), targ.tolist(), strict=True):
        largest = max(scores)
        rows.append(largest + math.log(math.fsum(math.exp(z - largest) for z in scores)) - scores[right])
    return torch.tensor(math.fsum(rows) / len(rows), dtype=logits.dtype)


def must_be_loss(call):
    call.must_return(loss(*call.args), numbers=True, dtype=False, scale=2.0)


def trial(matrix, classes):
    """Fresh scores and right classes, for n rows and c classes."""
    return Trial(lambda n, c: (2 * matrix(n, c), classes(n, c)), must_be_loss)


@check("the loss of batches of many shapes", points=1.1, gate=True)
def test_loss(student, matrix, classes):
    for sizes in SHAPES:
        must_be_loss(student.call(*trial(matrix, classes).make(*sizes)))


@check("nothing ready-made", points=0.4, gate=True)
def test_rule(student, matrix, classes):
    student.must_obey(RULE, trial(matrix, classes), SHAPES)


@check("scores of any size, and rows of different sizes", points=1.1)
def test_stability(student, matrix, classes):
    rows = torch.tensor([[1000.0], [0.0], [-1000.0], [300.0]])
    for offsets in (rows[:1].expand(4, 1), rows, -rows[:1].expand(4, 1), rows[1:]):
        logits, targ = matrix(len(offsets), 3) + offsets, classes(len(offsets), 3)
        # Scores of size 1000 are rounded to some 1e-4 in float32, and so may be what is computed from them.
        student.call(logits, targ).must_return(loss(logits, targ), numbers=True, dtype=False, scale=20.0)
    for gap in (30.0, 120.0, 1500.0):  # a share of exp(-30) is no 0, whatever is added to it
        logits, targ = torch.tensor([[0.0, gap], [gap, 0.0]]), torch.tensor([0, 0])
        student.call(logits, targ).must_return(loss(logits, targ), numbers=True, dtype=False)


@check("N losses, never a table of N × N", points=0.4)
def test_memory(student, matrix, classes):
    call = student.traced(trial(matrix, classes), BATCH, 3)
    most = largest(call.trace or {})
    if most > ALLOWED:
        text = f"{call.subject} made a tensor of {most:,} numbers on its way; {BATCH} losses were to be averaged"
        raise CheckFailed(Finding("value", text, symptom="memory"))


@check("a tensor of shape (), of the dtype of the scores", points=0.4)
def test_dtype(student, matrix, classes):
    for dtype in (torch.float64, torch.float32):
        logits, targ = matrix(4, 3, dtype=dtype), classes(4, 3)
        student.call(logits, targ).must_return(loss(logits, targ), scale=1.0)


@check("scores that are views of others", points=0.3)
def test_views(student, matrix, classes):
    for logits in (matrix(3, 4).t(), matrix(8, 6)[::2, 1::2], matrix(1, 3).expand(4, 3)):
        targ = classes(8, 3)[::2]
        student.call(logits, targ).must_return(loss(logits, targ), numbers=True, dtype=False, scale=1.0)


@check("the arguments and their .g are left as they were, and a second call starts afresh", points=0.3)
def test_clean(student, matrix, classes):
    for _ in range(2):
        logits, targ = matrix(3, 2), classes(3, 2)
        logits.g = matrix(3, 2)
        call = student.call(logits, targ)
        call.must_return(loss(logits, targ), numbers=True, dtype=False, scale=1.0)
        call.must_leave_inputs()
