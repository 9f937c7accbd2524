"""Hidden checks of ``matmul_torch(a, b)``: the library's own product, which is yours to use from now on."""

from foundations.analysis.torch_operations import all_but
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule

RULE = Rule(
    about="leaving the work to the library's own matrix product",
    allow=all_but("einsum", "numpy", "list round trip"),
)

SHAPES = [(2, 3, 4), (2, 3, 4), (4, 2, 3), (3, 5, 2), (1, 4, 3), (3, 4, 1), (3, 3, 3), (2, 784, 3)]


@check("the product of matrices of many shapes", points=0.3, gate=True)
def test_product(products):
    products.of_shapes(*SHAPES)
    products.of_other_magnitudes()


@check("the library's own product", points=0.2, gate=True)
def test_rule(must_run, products):
    must_run("matrix product", RULE, products.trial, SHAPES, one_call=True)


@check("no loop is left", points=0.2)
def test_growth(student, products):
    lesson = "one call does it all"
    student.must_scale_as(Growth(n=0, k=0, m=0), products.trial, (2, 4, 3), lesson)


@check("sizes of 1, views, dtypes, and sizes that do not fit", points=0.2)
def test_others(products):
    products.of_sizes_of_one()
    products.of_views()
    products.of_dtypes()
    (call,) = products.student.calls((products.matrix(2, 3), products.matrix(4, 2)))
    call.must_raise(Exception, because="a has 3 columns and b has 4 rows")


@check("inputs are left as they were, and a second call starts afresh", points=0.1)
def test_clean(products):
    products.leave_no_trace()
