"""Hidden checks of ``Model``: four layers in a row, forward, and backward in reverse.

Sentence of the text → check:

    `model(x, targ)` goes through the layers and returns the loss     → test_output
    **Rule: no autograd** until the last exercise opens it            → test_by_hand
    `model.backward()` starts at the loss                             → test_last
    and walks the layers in reverse                                   → test_first
    backward() sets .g of x, w1, b1, w2 and b2                        → test_input
    hidden graders try more shapes, float64, views of other tensors   → test_tensors
    A model is used for many batches                                  → test_turns
    makes the layers once                                             → test_layers
"""

from helpers import WholeNetwork, in_turns

from foundations.authoring import check, fail, tried_on_either


def keeps_its_layers(names, *args):
    """Whether a second call of a model makes no object of Lin."""
    import gc

    *tensors, plan = args
    own, made = dict(zip(plan["names"], tensors, strict=True)), names["Lin"]

    def living():
        return {id(one) for one in gc.get_objects() if made in type(one).__mro__}

    before = living()
    model = names["Model"](*[own[name] for name in plan["made_with"]])
    found = []
    for _ in range(2):
        model(*[own[name] for name in plan["called_with"]])
        found.append(living() - before)
    return found[0] == found[1]


class TestModel(WholeNetwork):
    """The checks of a network, one of which is divided in two."""

    test_turns = in_turns("two networks side by side, and a second batch", points=0.2)

    @check("the layers are made once, with the model", points=0.1)
    @tried_on_either
    def test_layers(self):
        if self.student.probe(keeps_its_layers, *self.inputs(4, 3, 2)) is False:
            fail("value", "each call of the model makes new layers", symptom="new layers")
