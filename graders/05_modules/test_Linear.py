"""Hidden checks of ``Linear``: the linear layer on ``Module``, forward and bwd alone.

The text asks for the outer product, because its cost is measured further down; any other right way is right here.

Sentence of the text → check:

    A linear layer, out = inp w + b, with the gradient of w           → test_output
    no `__call__` and no `backward`                                   → test_by_hand
    **Rule: no autograd** until the last exercise opens it            → test_by_hand
    the gradients of `inp` and `b` are as before                      → test_gradients
    w.g[i, j] = Σ_b inp[b, i] · out.g[b, j]                           → test_gradients
    hidden graders try more shapes, float64, views of other tensors   → test_tensors
    `__init__` saves `w` and `b` as `self.w` and `self.b`             → test_saved
    second batches, and two objects at once                           → test_turns
"""

from helpers import LinearLayer, any_tensors, by_hand, gradients, in_turns, output

from foundations.authoring import check, fail, other_name, tried_on_either


def saved(names, w, b):
    """Linear(w, b)"""
    layer = names["Linear"](w, b)
    # A name of the object itself, or one that its class gives: a property may well return it.
    names = {*vars(layer), *(name for name in ("w", "b") if hasattr(layer, name))}
    return {own: sorted(each for each in names if getattr(layer, each) is given) for own, given in (("w", w), ("b", b))}


class TestLinear(LinearLayer):
    test_output = output("called on its input, it gives inp w + b", points=0.1, gate=True)
    test_by_hand = by_hand(
        "forward and bwd are its own, the rest is Module's; no autograd", on_module=True, points=0.2, gate=True
    )
    test_gradients = gradients("the three gradients: inp.g, w.g and b.g", "inp.g", "w.g", "b.g", points=0.3)
    test_tensors = any_tensors("float64, views of other tensors, and nothing else is changed", points=0.2)
    test_turns = in_turns("two layers side by side, and a second batch", points=0.1)

    @check("w and b are saved as self.w and self.b", points=0.1)
    @tried_on_either
    def test_saved(self):
        found = self.student.probe(saved, self.normal(3, 2), self.normal(2))
        for name, saved_as in found.items() if isinstance(found, dict) else ():
            if name not in saved_as:
                text = f"Linear(w, b) does not save {name} as self.{name}, for the layers that build on it"
                fail("value", text, diagnosis=other_name(name, saved_as))
