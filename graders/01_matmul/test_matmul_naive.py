"""Hidden checks of ``matmul_naive(a, b)``: three loops, nothing but indexing, scalar + and *.

Sentence of the text → check:

    c[i, j] = Σₖ a[i, k] · b[k, j]                   → test_product
    with the rows of a and the columns of b          → test_product
    a: (n, k) and b: (k, m)                          → test_thin
    a: (n, k) and b: (k, m)                          → test_views
    only indexing, scalar `+` and `*`                → test_rule
    The result has the dtype of the inputs           → test_dtype
    Inner sizes that differ are refused              → test_mismatch
    The inputs are left as they are                  → test_clean
"""

from helpers import ProductByHand

from foundations.authoring import Rule, all_but, rule, values


class TestMatmulNaive(ProductByHand):
    allowed = Rule(
        about="writing the three loops yourself: only indexing, and + and * of single numbers",
        allow=all_but("matrix product", "einsum", "norm", "pow", "numpy"),
        scalars_only=True,
        numbers=True,
    )

    def further(self):
        yield self.inputs(5, 12, 6)  # larger than anyone writes out
        yield from self.other_magnitudes()

    test_product = values("the product of matrices of many shapes", also=further, points=2, gate=True)
    test_rule = rule("only indexing, + and *", points=0.5, gate=True)
