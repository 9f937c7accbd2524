"""Hidden checks of ``Model``: four layers in a row, forward, and backward in reverse."""

from foundations.grading.pytest_plugin import check


@check("called on a batch and its targets, it gives the loss", points=0.3, gate=True)
def test_output(net):
    net.output()


@check("no autograd", points=0.2, gate=True)
def test_by_hand(net):
    net.by_hand()


@check("w2.g and b2.g: the gradients of the last layer", points=0.3)
def test_last(net):
    net.gradients(3, 4)


@check("w1.g and b1.g: the gradients of the first layer", points=0.3)
def test_first(net):
    net.gradients(1, 2)


@check("x.g: back to the very input", points=0.2)
def test_input(net):
    net.gradients(0)


@check("float64, confirmed by autograd and central differences", points=0.2)
def test_dtypes(net):
    net.dtypes()


@check("nothing else is changed: input, weights, targets", points=0.2)
def test_clean(net):
    net.clean()


@check("two networks side by side, and a second batch", points=0.3)
def test_turns(net):
    net.in_turns()
