"""Hidden checks of ``Lin``: a linear layer that is a plain class."""

from foundations.grading.pytest_plugin import check


@check("called on its input, it gives inp w + b", points=0.2, gate=True)
def test_output(lin):
    lin.output()


@check("no autograd", points=0.2, gate=True)
def test_by_hand(lin):
    lin.by_hand()


@check("inp.g: the gradient for the layer before", points=0.3)
def test_input(lin):
    lin.gradients(0)


@check("w.g: the gradient of the weights", points=0.3)
def test_weights(lin):
    lin.gradients(1)


@check("b.g: the gradient of the bias", points=0.3)
def test_bias(lin):
    lin.gradients(2)


@check("float64, confirmed by autograd and central differences", points=0.2)
def test_dtypes(lin):
    lin.dtypes()


@check("tensors that are views of others", points=0.1)
def test_views(lin):
    lin.views()


@check("nothing else is changed: input, weights, output's gradient", points=0.1)
def test_clean(lin):
    lin.clean()


@check("two layers side by side, and a second batch", points=0.3)
def test_turns(lin):
    lin.in_turns()
