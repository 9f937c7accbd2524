"""Hidden checks of ``softmax_cross_entropy(logits, targ)``: the mean loss, for scores of any size.

Sentence of the text → check:

    The mean loss of a batch, for scores of any size.                       → test_loss
    the **mean** over the N rows                                            → test_loss
    No `softmax`, `log_softmax` or `logsumexp`, nothing out of `torch.nn`   → test_rule
    Scores of ±1000 are no problem                                          → test_stability
    when one row has large scores and another has small ones                → test_stability
    A `:` in place of it would give whole columns, N × N numbers.           → test_memory
    The result is a tensor of shape `()`                                    → test_dtype
    in the dtype of the logits                                              → test_dtype
    `logits` has shape `(N, C)`, `targ` has shape `(N,)`                    → test_views
    The logits are left as they are.                                        → test_clean
"""

import math

import torch
from helpers import Scores

from foundations.authoring import Rule, all_but, dtypes, memory, rule, unchanged_inputs, values, views


class TestLoss(Scores):
    allowed = Rule(
        about="writing softmax and its logarithm yourself: a largest score, exp, a sum, log",
        allow=all_but("torch.nn", "numpy"),
        numbers=True,
    )
    numbers = True

    def expected(self, logits, targ):
        """Return the loss, row by row in Python's own floats."""
        rows = []
        for scores, right in zip(logits.double().tolist(), targ.tolist(), strict=True):
            largest = max(scores)
            rows.append(largest + math.log(math.fsum(math.exp(z - largest) for z in scores)) - scores[right])
        return torch.tensor(math.fsum(rows) / len(rows), dtype=logits.dtype)

    def scale(self, logits, targ):
        # Scores of size 1000 are rounded to some 1e-4 in float32, and so may be what is computed from them.
        return max(2.0, float(logits.abs().max()) / 50)

    test_loss = values("the loss of batches of many shapes", points=1.1, gate=True)
    test_rule = rule("nothing ready-made", points=0.4, gate=True)
    test_stability = values("scores of any size, and rows of different sizes", only=Scores.large, points=1.1)
    # Some copies of the scores side by side. A table of all pairs of rows holds more, and its mean can be right.
    test_memory = memory(
        "N losses, never a table of N × N", (160, 3), 8 * 3 * 160, "160 losses were to be averaged", points=0.4
    )
    # A fifth is rounded in float32, and a fourth is not.
    test_dtype = dtypes(
        "a tensor of shape (), of the dtype of the scores",
        sizes=(5, 3),
        also=lambda self: [self.inputs(5, 3, dtype=torch.float16)],
        points=0.4,
    )
    test_views = views("scores that are views of others", also=Scores.expanded, points=0.3)
    test_clean = unchanged_inputs(
        "the arguments and their .g are left as they were, and a second call starts afresh",
        only=Scores.used,
        points=0.3,
    )
