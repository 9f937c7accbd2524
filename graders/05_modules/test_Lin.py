"""Hidden checks of ``Lin``: a linear layer that is a plain class.

Sentence of the text → check:

    A linear layer, out = inp w + b, and its way back                 → test_output
    **Rule: no autograd** until the last exercise opens it            → test_by_hand
    `backward` writes **three** gradients                             → test_input
    Each has the shape of the tensor it belongs to                    → test_weights
    Gradients *replace* what was there from the batch before          → test_weights
    into the `.g` of the input, of `w` and of `b`                     → test_bias
    hidden graders try more shapes, float64, views of other tensors   → test_tensors
    Nothing but the three `.g` is changed                             → test_tensors
    second batches, and two objects at once                           → test_turns
"""

from helpers import LinearLayer, any_tensors, by_hand, gradients, in_turns, output


class TestLin(LinearLayer):
    test_output = output("called on its input, it gives inp w + b", points=0.2, gate=True)
    test_by_hand = by_hand("no autograd", points=0.2, gate=True)
    test_input = gradients("inp.g: the gradient for the layer before", "inp.g", points=0.3)
    test_weights = gradients("w.g: the gradient of the weights", "w.g", points=0.3)
    test_bias = gradients("b.g: the gradient of the bias", "b.g", points=0.3)
    test_tensors = any_tensors("float64, views of other tensors, and nothing else is changed", points=0.3)
    test_turns = in_turns("two layers side by side, and a second batch", points=0.4)
