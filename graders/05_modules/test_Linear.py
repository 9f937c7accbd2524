"""Hidden checks of ``Linear``: the linear layer on ``Module``, forward and bwd alone.

The text asks for the outer product, because its cost is measured further down; any other right way is right here.
"""

from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check


def saved(names, w, b):
    """Which of its two arguments a layer has saved under their names."""
    layer = names["Linear"](w, b)
    return {"w": getattr(layer, "w", None) is w, "b": getattr(layer, "b", None) is b}


@check("called on its input, it gives inp w + b", points=0.1, gate=True)
def test_output(lin):
    lin.output()


@check("forward and bwd are its own, the rest is Module's", points=0.1, gate=True)
def test_parts(lin):
    lin.a_module()


@check("no autograd", points=0.1, gate=True)
def test_by_hand(lin):
    lin.by_hand()


@check("inp.g: the gradient for the layer before", points=0.1)
def test_input(lin):
    lin.gradients(0)


@check("w.g: the gradient of the weights", points=0.1)
def test_weights(lin):
    lin.gradients(1)


@check("b.g: the gradient of the bias", points=0.1)
def test_bias(lin):
    lin.gradients(2)


@check("float64, confirmed by autograd and central differences", points=0.1)
def test_dtypes(lin):
    lin.dtypes()


@check("tensors that are views of others", points=0.1)
def test_views(lin):
    lin.views()


@check("w and b are saved under these names; input, weights and output's gradient are unchanged", points=0.1)
def test_clean(lin, student, matrix):
    found = student.on_either(lambda: student.probe(saved, matrix(3, 2), matrix(2)))
    for name, kept in found.items() if isinstance(found, dict) else ():
        if not kept:
            text = f"Linear(w, b) does not save {name} as self.{name}, for the layers that build on it"
            raise CheckFailed(Finding("value", text))
    lin.clean()


@check("two layers side by side, and a second batch", points=0.1)
def test_turns(lin):
    lin.in_turns()
