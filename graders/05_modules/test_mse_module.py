"""Hidden checks of ``MSE``: the loss on ``Module``, forward and bwd alone.

Sentence of the text → check:

    `forward(inp, targ)` returns the loss, of shape ()                → test_output
    no `__call__` and no `backward`                                   → test_by_hand
    **Rule: no autograd** until the last exercise opens it            → test_by_hand
    bwd: inp.g = 2 (inp - targ) / N, (N, 1)                           → test_gradient
    hidden graders try more shapes, float64, views of other tensors   → test_tensors
    second batches, and two objects at once                           → test_turns
"""

from helpers import Loss, any_tensors, by_hand, gradients, in_turns, output

EXERCISE = "MSE"


class TestMSE(Loss):
    test_output = output("called on predictions and targets, it gives the mean squared error", points=0.1, gate=True)
    test_by_hand = by_hand(
        "forward and bwd are its own, the rest is Module's; no autograd", on_module=True, points=0.2, gate=True
    )
    test_gradient = gradients("backward() sets inp.g to 2 (inp - targ) / N, of inp's shape", points=0.3)
    test_tensors = any_tensors("float64, views of other tensors, and nothing else is changed", points=0.3)
    test_turns = in_turns("two losses side by side, and a second batch", points=0.1)
