"""Hidden checks of ``ReLU``: the same layer on ``Module``, forward and bwd alone."""

from foundations.grading.pytest_plugin import check

EXERCISE = "ReLU"


@check("called on its input, it gives max(0, x)", points=0.1, gate=True)
def test_output(relu):
    relu.output()


@check("forward and bwd are its own, the rest is Module's", points=0.1, gate=True)
def test_parts(relu):
    relu.a_module()


@check("no autograd", points=0.1, gate=True)
def test_by_hand(relu):
    relu.by_hand()


@check("backward() passes the gradient on where the input was positive", points=0.3)
def test_gradient(relu):
    relu.gradients()


@check("where the input is exactly 0, so is the gradient", points=0.1)
def test_zeros(relu):
    relu.zeros()


@check("float64, confirmed by autograd and central differences", points=0.1)
def test_dtypes(relu):
    relu.dtypes()


@check("nothing else is changed: input, output's gradient", points=0.1)
def test_clean(relu):
    relu.clean()


@check("two layers side by side, and a second batch", points=0.1)
def test_turns(relu):
    relu.in_turns()
