"""Hidden checks of ``matmul_broadcast(a, b)``: one loop is left, over rows, and broadcasting does the rest."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule

RULE = Rule(
    about="stretching a row of a over the whole of b, and a sum",
    allow=all_but("matrix product", "einsum", "numpy", "list round trip"),
)

#: (n, k, m) for an (n, k) and a (k, m) matrix. The first comes twice, so that what was kept of the call before shows;
#: k = m and square ones hide a row that was stretched the wrong way, so they are not all.
SHAPES = [(2, 3, 4), (2, 3, 4), (4, 2, 3), (3, 5, 2), (1, 4, 3), (3, 4, 1), (3, 3, 3), (2, 784, 3)]
#: By this grader's own stopwatch, right answers took 7 to 42 times less than the baseline (running sums 7, nansum by
#: columns 8, a copy of b for each row 12, vmap 17), and two loops at their fastest, over columns laid out beforehand,
#: 2.7 to 3.5 times less; a loop over k takes as long as the baseline. With a smaller k that loop would be fast.
TIMED, AT_LEAST = (24, 784, 24), 5


def baseline(a, b):
    """The instructor's two loops; runs in a process of its own."""
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] * b[:, j]).sum()
    return c


def timed_inputs(generator):
    n, k, m = TIMED
    return torch.randn(n, k, generator=generator), torch.randn(k, m, generator=generator)


@check("the product of matrices of many shapes", points=0.5, gate=True)
def test_product(products):
    products.of_shapes(*SHAPES)
    products.of_other_magnitudes()


@check("broadcasting and a sum, no matrix product", points=0.3, gate=True)
def test_rule(student, products):
    student.must_obey(RULE, products.trial, SHAPES)


@check("one loop at most is left", points=0.5)
def test_growth(student, products):
    lesson = "one loop may stay, over the rows of a (or over the columns of b); all the rest is one operation"

    try:
        student.must_scale_as(Growth(n=1, k=0, m=0), products.trial, (2, 4, 3), lesson)
    except CheckFailed as over_more:
        if over_more.finding.symptom != "growth":
            raise
        try:
            student.must_scale_as(Growth(n=0, k=0, m=1), products.trial, (2, 4, 3), lesson)
        except CheckFailed:
            raise over_more from None


@check("several times faster than two loops", points=0.7, tiebreaker="one loop at most is left")
def test_speed(student):
    student.must_be_faster(
        baseline=baseline,
        rule=RULE,
        inputs=timed_inputs,
        expected=torch.matmul,
        min_speedup=AT_LEAST,
        label="the speed of two loops",
    )


@check("sizes of 1", points=0.2)
def test_thin(products):
    products.of_sizes_of_one()


@check("the dtype of the result follows the inputs", points=0.2)
def test_dtype(products):
    products.of_dtypes()


@check("matrices that are views of others", points=0.2)
def test_views(products):
    products.of_views()


@check("inner sizes that do not fit are refused with an assertion", points=0.2)
def test_mismatch(products):
    products.refuse_misfits()


@check("inputs are left as they were, and a second call starts afresh", points=0.2)
def test_clean(products):
    products.leave_no_trace()
