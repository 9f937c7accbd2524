"""Hidden checks of ``softmax_cross_entropy_grad(logits, targ)``: logits.g = (softmax − one-hot) / N.

Sentence of the text → check:

    write the gradient of the loss into `logits.g`                  → test_gradient
    one-hot(targ)) / N                                              → test_gradient
    `logits.g` has the shape and the dtype of `logits`.             → test_dtype
    **Rule: as before**, and no autograd.                           → test_rule
    It holds for scores of ±1000 as well.                           → test_stability
    logits: (N, C), floating, and targ: (N,), int64                 → test_views
    What was there before is replaced.                              → test_clean
    The values of `logits` are left as they are                     → test_clean
"""

import math

import torch
from helpers import Scores

from foundations.authoring import Rule, all_but, confirmed, dtypes, rule, unchanged_inputs, values, views


class TestGradient(Scores):
    allowed = Rule(
        about="writing the gradient yourself: shares minus a one-hot row, by a largest score, exp and a sum",
        allow=all_but("torch.nn", "autograd", "numpy"),
        numbers=True,
    )

    def expected(self, logits, targ):
        """Return the gradient by the written formula, entry by entry in Python's own floats."""
        rows = []
        for scores, right in zip(logits.double().tolist(), targ.tolist(), strict=True):
            powers = [math.exp(z - max(scores)) for z in scores]
            total = math.fsum(powers)
            rows.append([(power / total - (column == right)) / len(targ) for column, power in enumerate(powers)])
        (gradient,) = confirmed(
            lambda z: torch.nn.functional.cross_entropy(z, targ), [logits], [torch.tensor(rows, dtype=torch.float64)]
        )
        return {"logits.g": gradient.to(logits.dtype)}

    def scale(self, logits, targ):
        # Shares of scores of size 1000 may be rounded as these are, to some 1e-4 in float32.
        return max(1 / len(targ), float(logits.abs().max()) / 1000)

    test_gradient = values("the gradient for batches of many shapes", also=Scores.used, points=1.7, gate=True)
    test_rule = rule("nothing ready-made, no autograd", points=0.3, gate=True)
    test_stability = values("scores of any size, and rows of different sizes", only=Scores.large, points=0.7)
    test_dtype = dtypes(
        "the gradient has the dtype of the scores",
        also=lambda self: [
            self.inputs(*sizes, dtype=dtype) for sizes in ((1, 4), (3, 3)) for dtype in (torch.float64, torch.float16)
        ],
        points=0.3,
    )
    test_views = views("scores that are views of others", also=Scores.expanded, points=0.3)
    test_clean = unchanged_inputs(
        "an old .g is replaced, and the scores are left as they were", only=Scores.used, points=0.7
    )
