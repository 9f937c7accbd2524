"""Hidden checks of ``Network``: the same network out of layers that build on ``Module``.

It may be a Module itself, as the stub suggests, or a plain class with ``__call__`` and ``backward``.

Sentence of the text → check:

    `network(x, targ)` gives the loss                                 → test_output
    **Rule: no autograd** until the last exercise opens it            → test_by_hand
    `network.backward()` sets all gradients                           → test_last
    bwd sets .g of x, w1, b1, w2 and b2                               → test_first
    bwd sets .g of x, w1, b1, w2 and b2                               → test_input
    hidden graders try more shapes, float64, views of other tensors   → test_tensors
    second batches, and two objects at once                           → test_turns
"""

from helpers import WholeNetwork


class TestNetwork(WholeNetwork):
    """All checks are those of a network."""
