"""Hidden checks of ``Relu``: a layer that is a plain class.

Sentence of the text → check:

    `__call__` saves input and output on `self`, and returns the output    → test_output
    **Rule: no autograd** until the last exercise opens it                 → test_by_hand
    inp.g = out.g where inp > 0, else 0                                    → test_gradient
    At exactly 0 the gradient is 0, as in 04                               → test_gradient
    hidden graders try more shapes, float64, views of other tensors        → test_tensors
    Inputs, and the gradient in `out.g`, are left as they are              → test_tensors
    second batches, and two objects at once                                → test_turns
"""

from helpers import ReluLayer, any_tensors, by_hand, gradients, in_turns, output


class TestRelu(ReluLayer):
    test_output = output("called on its input, it gives max(0, x)", points=0.1, gate=True)
    test_by_hand = by_hand("no autograd", points=0.1, gate=True)
    test_gradient = gradients("backward() passes the gradient on where the input was above 0, only there", points=0.3)
    test_tensors = any_tensors("float64, views of other tensors, and nothing else is changed", points=0.3)
    test_turns = in_turns("two layers side by side, and a second batch", points=0.2)
