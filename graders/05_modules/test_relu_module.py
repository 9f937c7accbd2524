"""Hidden checks of ``ReLU``: the same layer on ``Module``, forward and bwd alone.

Sentence of the text → check:

    `forward(inp)` returns the output                                 → test_output
    no `__call__` and no `backward`                                   → test_by_hand
    **Rule: no autograd** until the last exercise opens it            → test_by_hand
    `bwd(out, inp)` sets `inp.g`                                      → test_gradient
    inp.g (N, n), and 0 where inp is 0                                → test_gradient
    hidden graders try more shapes, float64, views of other tensors   → test_tensors
    second batches, and two objects at once                           → test_turns
"""

from helpers import ReluLayer, any_tensors, by_hand, gradients, in_turns, output

EXERCISE = "ReLU"


class TestReLU(ReluLayer):
    test_output = output("called on its input, it gives max(0, x)", points=0.1, gate=True)
    test_by_hand = by_hand(
        "forward and bwd are its own, the rest is Module's; no autograd", on_module=True, points=0.2, gate=True
    )
    test_gradient = gradients("backward() passes the gradient on where the input was above 0, only there", points=0.4)
    test_tensors = any_tensors("float64, views of other tensors, and nothing else is changed", points=0.2)
    test_turns = in_turns("two layers side by side, and a second batch", points=0.1)
