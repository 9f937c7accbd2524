"""Hidden checks of ``LinearMatmul``: the gradient of the weights as one matrix product."""

from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check


@check("the gradients are those of Linear", weight=3, gate=True)
def test_gradients(lin):
    lin.gradients()


@check("by a matrix product, no einsum", weight=1, gate=True)
def test_rule(lin):
    def attempt():
        if lin.einsums() > 0:
            text = "backward() ran `einsum`: this exercise is about saying the same as a matrix product"
            raise CheckFailed(Finding("rule", text, symptom="rule: einsum"))

    lin.either(attempt)


@check("no autograd", weight=1, gate=True)
def test_by_hand(lin):
    lin.by_hand()


@check("float64, and what autograd and central differences say", weight=1)
def test_dtypes(lin):
    lin.dtypes()


@check("tensors that are views of others", weight=1)
def test_views(lin):
    lin.views()


@check("nothing else is changed, side by side and on a second batch", weight=1)
def test_clean(lin):
    lin.clean()
    lin.in_turns()


@check("no loop", weight=1)
def test_growth(lin):
    lin.no_loop()


@check("no tensor for all the outer products at once", weight=2)
def test_memory(lin):
    lin.lean()


@check("20,000 rows, where the outer products would need 3.1 GB", weight=2)
def test_large(lin):
    lin.large()


@check("many times faster than the outer product", weight=2, tiebreaker="no loop")
def test_speed(lin):
    lin.faster(min_speedup=8)
