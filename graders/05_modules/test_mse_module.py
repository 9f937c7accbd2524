"""Hidden checks of ``MSE``: the loss on ``Module``, forward and bwd alone."""

from foundations.grading.pytest_plugin import check

EXERCISE = "MSE"


@check("called on predictions and targets, it gives the mean squared error", points=0.1, gate=True)
def test_output(mse):
    mse.output()


@check("forward and bwd are its own, the rest is Module's", points=0.1, gate=True)
def test_parts(mse):
    mse.a_module()


@check("no autograd", points=0.1, gate=True)
def test_by_hand(mse):
    mse.by_hand()


@check("backward() sets inp.g to 2 (inp - targ) / N, of inp's shape", points=0.3)
def test_gradient(mse):
    mse.gradients()


@check("float64, confirmed by autograd and central differences", points=0.1)
def test_dtypes(mse):
    mse.dtypes()


@check("tensors that are views of others", points=0.1)
def test_views(mse):
    mse.views()


@check("nothing else is changed: predictions and targets", points=0.1)
def test_clean(mse):
    mse.clean()


@check("two losses side by side, and a second batch", points=0.1)
def test_turns(mse):
    mse.in_turns()
