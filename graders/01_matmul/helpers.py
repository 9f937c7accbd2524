"""Checks that both products of 01_matmul share."""

from products import MatrixProduct

from foundations.authoring import dtypes, refuses, sizes_of_one, unchanged_inputs, views


class ProductByHand(MatrixProduct):
    """A matrix product of Python loops, whichever of them are left."""

    test_thin = sizes_of_one("sizes of 1", MatrixProduct.ones, points=0.5)
    test_dtype = dtypes("the dtype of the result follows the inputs", also=MatrixProduct.whole_numbers, points=0.5)
    test_views = views("matrices that are views of others", also=MatrixProduct.one_view, points=0.5)
    test_mismatch = refuses(
        "inner sizes that do not fit are refused with an assertion", MatrixProduct.misfits, points=0.5
    )
    test_clean = unchanged_inputs("inputs are left as they were, and a second call starts afresh", points=0.5)
