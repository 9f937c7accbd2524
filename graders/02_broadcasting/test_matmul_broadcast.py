"""Hidden checks of ``matmul_broadcast(a, b)``: one loop is left, over rows, and broadcasting does the rest.

Sentence of the text → check:

    its body fills a whole row of `c`                     → test_product
    **Rule: stretch, multiply elementwise, sum.**         → test_rule
    No matrix product in any of its forms and no `einsum` → test_rule
    One loop is left, over the rows of `a`                → test_growth
    A loop over the columns of `b` would be as good       → test_growth
    A second loop will not pass                           → test_growth
    needs yours to be at least 5 times faster             → test_speed
    a: (n, k) and b: (k, m), of one dtype                 → test_thin
    Sizes, dtype and the `assert` are as in 01            → test_dtype
    a: (n, k) and b: (k, m), of one dtype                 → test_views
    Raises AssertionError where the inner sizes differ    → test_mismatch
    the inputs are left as they are                       → test_clean
"""

import torch
from helpers import Product, whole_numbers

from foundations.authoring import (
    CheckFailed,
    Growth,
    Rule,
    all_but,
    check,
    dtypes,
    faster_than,
    refuses,
    rule,
    sizes_of_one,
    unchanged_inputs,
    values,
    views,
)


def two_loops(a, b):
    """The instructor's two loops; runs in a separate process."""
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] * b[:, j]).sum()
    return c


class TestMatmulBroadcast(Product):
    allowed = Rule(
        about="stretching a row of a over the whole of b, and a sum",
        allow=all_but("matrix product", "einsum", "numpy", "list round trip"),
    )

    test_product = values(
        "the product of matrices of many shapes", also=Product.other_magnitudes, points=0.5, gate=True
    )
    test_rule = rule("broadcasting and a sum, no matrix product", points=0.3, gate=True)

    @check("one loop at most is left", points=0.5)
    def test_growth(self):
        lesson = "one loop may stay, over the rows of a (or over the columns of b); all the rest is one operation"
        try:
            self.student.must_scale_as(Growth(n=1, k=0, m=0), self.trial, (2, 4, 3), lesson)
        except CheckFailed as over_rows:
            if over_rows.finding.symptom != "growth":
                raise
            try:
                self.student.must_scale_as(Growth(n=0, k=0, m=1), self.trial, (2, 4, 3), lesson)
            except CheckFailed:
                raise over_rows from None

    #: By this grader's own stopwatch, right answers took 7 to 42 times less than the baseline (running sums 7, nansum
    #: by columns 8, a copy of b for each row 12, vmap 17), and two loops at their fastest, over columns laid out
    #: beforehand, 2.7 to 3.5 times less; a loop over k takes as long as the baseline. With a smaller k that loop would
    #: be fast.
    test_speed = faster_than(
        "several times faster than two loops",
        two_loops,
        inputs=Product.timed(24, 784, 24),
        min_speedup=5,
        label="the speed of two loops",
        expected=torch.matmul,
        points=0.7,
        tiebreaker="one loop at most is left",
    )
    test_thin = sizes_of_one("sizes of 1", Product.ones, points=0.2)
    test_dtype = dtypes("the dtype of the result follows the inputs", also=whole_numbers, points=0.2)
    test_views = views("matrices that are views of others", also=Product.one_view, points=0.2)
    test_mismatch = refuses("inner sizes that do not fit are refused with an assertion", Product.misfits, points=0.2)
    test_clean = unchanged_inputs("inputs are left as they were, and a second call starts afresh", points=0.2)
