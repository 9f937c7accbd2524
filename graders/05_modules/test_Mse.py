"""Hidden checks of ``Mse``: the loss as a plain class.

Sentence of the text → check:

    `__call__(inp, targ)` saves both, and returns the loss, of shape ()   → test_output
    **Rule: no autograd** until the last exercise opens it                → test_by_hand
    inp.g = 2 (inp - targ) / N                                            → test_gradient
    `inp.g` has the shape of `inp`, (N, 1)                                → test_gradient
    backward() needs no gradient from above                               → test_gradient
    hidden graders try more shapes, float64, views of other tensors       → test_tensors
    second batches, and two objects at once                               → test_turns
"""

from helpers import Loss, any_tensors, by_hand, gradients, in_turns, output


class TestMse(Loss):
    test_output = output("called on predictions and targets, it gives the mean squared error", points=0.1, gate=True)
    test_by_hand = by_hand("no autograd", points=0.1, gate=True)
    test_gradient = gradients("backward() sets inp.g to 2 (inp - targ) / N, of inp's shape", points=0.4)
    test_tensors = any_tensors("float64, views of other tensors, and nothing else is changed", points=0.3)
    test_turns = in_turns("two losses side by side, and a second batch", points=0.1)
