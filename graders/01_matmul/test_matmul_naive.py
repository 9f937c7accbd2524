"""Hidden checks of ``matmul_naive(a, b)``: three loops, nothing but indexing, scalar + and *."""

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule

RULE = Rule(
    about="writing the three loops yourself: only indexing, and + and * of single numbers",
    allow=all_but("matrix product", "einsum", "norm", "pow", "numpy"),
    scalars_only=True,
    numbers=True,
)

#: (n, k, m) for an (n, k) and a (k, m) matrix. No two sizes of the first ones agree, so that swapped bounds and
#: transposes show; the first comes twice, so that what was kept of the call before shows; one is larger than
#: anybody writes out.
SHAPES = [(2, 3, 4), (2, 3, 4), (4, 2, 3), (3, 5, 2), (1, 4, 3), (3, 4, 1), (3, 3, 3), (5, 12, 6)]


@check("the product of matrices of many shapes", points=2, gate=True)
def test_product(products):
    products.of_shapes(*SHAPES)
    products.of_other_magnitudes()


@check("only indexing, + and *", points=0.5, gate=True)
def test_rule(student, products):
    student.must_obey(RULE, products.trial, SHAPES[:-1])


@check("sizes of 1", points=0.5)
def test_thin(products):
    products.of_sizes_of_one()


@check("the dtype of the result follows the inputs", points=0.5)
def test_dtype(products):
    products.of_dtypes()


@check("matrices that are views of others", points=0.5)
def test_views(products):
    products.of_views()


@check("inner sizes that do not fit are refused with an assertion", points=0.5)
def test_mismatch(products):
    products.refuse_misfits()


@check("inputs are left as they were, and a second call starts afresh", points=0.5)
def test_clean(products):
    products.leave_no_trace()
