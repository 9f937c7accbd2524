"""Hidden checks of ``matmul_einsum(a, b)``: no loop is left, and the letters say what is summed.

Sentence of the text → check:

    The matrix product in letters                                    → test_product
    **Rule: `torch.einsum`**, and no other product                   → test_rule
    The values that it gives are the values that you return          → test_rule
    without any loop                                                 → test_growth
    at least 4 times faster than the instructor's `matmul_broadcast` → test_speed
    a: (n, k) and b: (k, m), of one dtype                            → test_thin
    Sizes, dtype and the `assert` are as before                      → test_dtype
    a: (n, k) and b: (k, m), of one dtype                            → test_views
    Raises AssertionError where the inner sizes differ               → test_mismatch
    an axis of length 1 it stretches silently                        → test_mismatch
    the inputs are left as they are                                  → test_clean
"""

import torch
from helpers import NO_GROWTH, Product, whole_numbers

from foundations.authoring import (
    Rule,
    all_but,
    dtypes,
    faster_than,
    refuses,
    runs,
    scales_as,
    sizes_of_one,
    unchanged_inputs,
    values,
    views,
)


def one_loop(a, b):
    """The instructor's loop over rows; runs in a separate process."""
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).sum(dim=0)
    return c


class TestMatmulEinsum(Product):
    allowed = Rule(
        about="saying with the letters of einsum which axes meet and which one is summed away",
        allow=all_but("matrix product", "numpy", "list round trip"),
    )

    test_product = values(
        "the product of matrices of many shapes", also=Product.other_magnitudes, points=0.3, gate=True
    )
    test_rule = runs("einsum", "einsum, and no other product", alone=True, points=0.2, gate=True)
    test_growth = scales_as(
        "no loop is left",
        NO_GROWTH,
        (2, 4, 3),
        "one einsum does it all, however large a and b are",
        points=0.2,
    )
    #: By this grader's own stopwatch, einsums of whole matrices took 12 to 30 times less than the baseline, and 6 times
    #: less under vmap; with a loop left over rows, columns or k, 1.9 times less at most.
    test_speed = faster_than(
        "several times faster than broadcasting with a loop",
        one_loop,
        inputs=Product.timed(48, 32, 48),
        min_speedup=4,
        label="the speed of broadcasting with a loop",
        expected=torch.matmul,
        points=0.3,
        tiebreaker="no loop is left",
    )
    test_thin = sizes_of_one("sizes of 1", Product.ones, points=0.2)
    test_dtype = dtypes("the dtype of the result follows the inputs", also=whole_numbers, points=0.2)
    test_views = views("matrices that are views of others", also=Product.one_view, points=0.2)
    test_mismatch = refuses("inner sizes that do not fit are refused with an assertion", Product.misfits, points=0.2)
    test_clean = unchanged_inputs("inputs are left as they were, and a second call starts afresh", points=0.2)
