"""Hidden checks of ``matmul_einsum(a, b)``: no loop is left, and the letters say what is summed."""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule

RULE = Rule(
    about="saying with the letters of einsum which axes meet and which one is summed away",
    allow=all_but("matrix product", "numpy", "list round trip"),
)

SHAPES = [(2, 3, 4), (2, 3, 4), (4, 2, 3), (3, 5, 2), (1, 4, 3), (3, 4, 1), (3, 3, 3), (2, 784, 3)]
#: By this grader's own stopwatch, einsums of whole matrices took 12 to 30 times less than the baseline, and 6 times
#: less under vmap; with a loop left over rows, columns or k, 1.9 times less at most.
TIMED, AT_LEAST = (48, 32, 48), 4


def baseline(a, b):
    """The instructor's loop over rows; runs in a process of its own."""
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).sum(dim=0)
    return c


def timed_inputs(generator):
    n, k, m = TIMED
    return torch.randn(n, k, generator=generator), torch.randn(k, m, generator=generator)


@check("the product of matrices of many shapes", points=0.3, gate=True)
def test_product(products):
    products.of_shapes(*SHAPES)
    products.of_other_magnitudes()


@check("einsum, and no other product", points=0.2, gate=True)
def test_rule(must_run, products):
    must_run("einsum", RULE, products.trial, SHAPES, alone=True)


@check("no loop is left", points=0.2)
def test_growth(student, products):
    lesson = "one einsum does it all, however large a and b are"
    student.must_scale_as(Growth(n=0, k=0, m=0), products.trial, (2, 4, 3), lesson)


@check("several times faster than broadcasting with a loop", points=0.3, tiebreaker="no loop is left")
def test_speed(student):
    student.must_be_faster(
        baseline=baseline,
        rule=RULE,
        inputs=timed_inputs,
        expected=torch.matmul,
        min_speedup=AT_LEAST,
        label="the speed of broadcasting with a loop",
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
