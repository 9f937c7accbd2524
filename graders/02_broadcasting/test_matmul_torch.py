"""Hidden checks of ``matmul_torch(a, b)``: the library's own product, which is yours to use from now on.

Sentence of the text → check:

    Matrix product by the library                           → test_product
    **Rule: the library's own matrix product**              → test_rule
    the values that it gives are the values that you return → test_rule
    in one call                                             → test_growth
    Shapes and dtype are as before                          → test_others
    the library refuses sizes that do not fit               → test_others
    and the inputs are left as they are                     → test_others
"""

from helpers import NO_GROWTH, Product, whole_numbers

from foundations.authoring import (
    Rule,
    all_but,
    dtypes,
    refuses,
    runs,
    scales_as,
    sizes_of_one,
    together,
    unchanged_inputs,
    values,
    views,
)


class TestMatmulTorch(Product):
    allowed = Rule(
        about="leaving the work to the library's own matrix product",
        allow=all_but("einsum", "numpy", "list round trip"),
    )

    def misfit(self):
        return list(self.misfits())[:1]

    test_product = values(
        "the product of matrices of many shapes", also=Product.other_magnitudes, points=0.3, gate=True
    )
    test_rule = runs("matrix product", "the library's own product", one_call=True, points=0.2, gate=True)
    test_growth = scales_as("no loop is left", NO_GROWTH, (2, 4, 3), "one call does it all", points=0.2)
    test_others = together(
        sizes_of_one("sizes of 1", Product.ones),
        views("views", also=Product.one_view),
        dtypes("dtypes", also=whole_numbers),
        refuses("sizes that do not fit", misfit, error=Exception),
        unchanged_inputs("inputs are left as they were, and a second call starts afresh"),
        points=0.3,
    )
