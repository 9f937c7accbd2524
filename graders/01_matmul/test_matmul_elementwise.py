"""Hidden checks of ``matmul_elementwise(a, b)``: the inner loop becomes a row-by-column product and a sum.

Sentence of the text → check:

    c[i, j] = sum(a[i, :] · b[:, j]), elementwise              → test_product
    no matrix product in any of its forms                      → test_rule
    The same function with two loops                           → test_growth
    at least 60 times faster                                   → test_speed
    a: (n, k) and b: (k, m)                                    → test_thin
    a: (n, k) and b: (k, m)                                    → test_views
    Sizes, dtype and the `assert` are as in exercise 1         → test_dtype
    Sizes, dtype and the `assert` are as in exercise 1         → test_mismatch
    and the inputs are left as they are                        → test_clean
"""

import math

import torch
from helpers import ProductByHand

from foundations.authoring import Growth, Rule, all_but, faster_than, rule, scales_as, values


def three_loops(a, b):
    """The instructor's three loops; runs in a separate process."""
    n, inner = a.shape
    c = torch.zeros(n, b.shape[1], dtype=a.dtype)
    for i in range(n):
        for j in range(b.shape[1]):
            for k in range(inner):
                c[i, j] += a[i, k] * b[k, j]
    return c


def an_image(generator):
    return torch.randn(1, 784, generator=generator), torch.randn(784, 2, generator=generator)


class TestMatmulElementwise(ProductByHand):
    sizes = (*ProductByHand.sizes, (2, 784, 3))
    allowed = Rule(
        about="turning the inner loop into an elementwise product of a row and a column, and a sum",
        allow=all_but("matrix product", "einsum", "numpy", "list round trip"),
    )

    test_product = values(
        "the product of matrices of many shapes", also=ProductByHand.other_magnitudes, points=0.5, gate=True
    )
    test_rule = rule("an elementwise product and a sum, no matrix product", points=0.5, gate=True)
    test_growth = scales_as(
        "no loop over the inner size is left",
        Growth(n=1, k=0, m=1),
        (2, 4, 3),
        "a whole row times a whole column is one operation, however long they are",
        points=1,
    )
    test_speed = faster_than(
        "many times faster than three loops",
        three_loops,
        inputs=an_image,
        min_speedup=60,
        label="the speed of the three loops",
        scale=lambda a, b: math.sqrt(a.shape[1]),  # the standard deviation of an entry, which may be near 0
        points=1.5,
        tiebreaker="no loop over the inner size is left",
    )
