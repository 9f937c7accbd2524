"""Hidden checks of ``LinearEinsum``: the gradient of the weights by Einstein summation."""

from foundations.grading.pytest_plugin import check


@check("the gradients are those of Linear", points=0.4, gate=True)
def test_gradients(lin):
    lin.gradients()


@check("by einsum", points=0.2, gate=True)
def test_rule(lin):
    lin.by_einsum()


@check("no autograd", points=0.1, gate=True)
def test_by_hand(lin):
    lin.by_hand()


@check("float64, confirmed by autograd and central differences", points=0.1)
def test_dtypes(lin):
    lin.dtypes()


@check("tensors that are views of others", points=0.1)
def test_views(lin):
    lin.views()


@check("nothing else is changed, side by side and on a second batch", points=0.1)
def test_clean(lin):
    lin.clean()
    lin.in_turns()


@check("no loop", points=0.1)
def test_growth(lin):
    lin.no_loop()


@check("no tensor for all the outer products at once", points=0.3)
def test_memory(lin):
    lin.lean()


@check("20,000 rows, where the outer products would need 3.1 GB", points=0.3)
def test_large(lin):
    lin.large()


@check("many times faster than the outer product", points=0.3, tiebreaker="no loop")
def test_speed(lin):
    lin.faster(min_speedup=8)
