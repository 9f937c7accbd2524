"""Hidden checks of ``Model``: four layers in a row, forward, and backward in reverse.

Sentence of the text → check:

    `model(x, targ)` goes through the layers and returns the loss     → test_output
    **Rule: no autograd** until the last exercise opens it            → test_by_hand
    `model.backward()` starts at the loss                             → test_last
    and walks the layers in reverse                                   → test_first
    backward() sets .g of x, w1, b1, w2 and b2                        → test_input
    hidden graders try more shapes, float64, views of other tensors   → test_tensors
    A model is used for many batches                                  → test_turns
"""

from helpers import WholeNetwork


class TestModel(WholeNetwork):
    """All checks are those of a network."""
