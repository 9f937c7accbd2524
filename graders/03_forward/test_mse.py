"""Hidden checks of ``mse(output, targ)``: the mean of the squared differences of (N, 1) and (N,).

Sentence of the text → check:

    squares it so that no sign can cancel another, and averages                 → test_value
    `output` is `(N, 1)`, `targ` is `(N,)`                                      → test_value
    the result is a tensor of shape `()`                                        → test_value
    It works for a batch of one.                                                → test_thin
    Where the two do not fit, one target for four predictions, say              → test_mismatch
    Nothing of size N × N is made on the way                                    → test_memory
    float64 in, float64 out                                                     → test_dtype
    the inputs are left as they are                                             → test_clean
    **Rule: no ready-made loss**                                                → test_rule
"""

import torch

from foundations.authoring import (
    Exercise,
    Rule,
    all_but,
    dtypes,
    memory,
    refuses,
    rule,
    sizes_of_one,
    together,
    unchanged_inputs,
    values,
    views,
)

#: A batch of that many; a table of all pairs would hold its square.
BATCH = 160


class TestMse(Exercise):
    sizes = ((4,), (4,), (5,), (3,), (2,), (7,))
    allowed = Rule(
        about="writing the loss yourself: a difference, a square, a mean", allow=all_but("torch.nn"), numbers=True
    )

    def inputs(self, n, dtype=torch.float32):
        return self.normal(n, 1, dtype=dtype), 3 * self.normal(n, dtype=dtype) + 1

    def expected(self, output, targ):
        difference = output.double()[:, 0] - targ.double()
        return (difference.dot(difference) / len(targ)).to(output.dtype)

    def scale(self, output, targ):
        return float(output.square().mean() + targ.square().mean())  # a small loss is the difference of larger numbers

    def small_and_large(self):
        return [(size * self.normal(5, 1), size * self.normal(5)) for size in (1e-2, 1e2)]

    def misfits(self):
        for rows, columns, targets in [(4, 1, 1), (1, 1, 3), (4, 1, 3), (3, 3, 3), (2, 3, 3), (2, 3, 6)]:
            why = f"output is ({rows}, {columns}), and there are {targets} targets"
            yield (self.normal(rows, columns), self.normal(targets)), why

    test_value = values("the mean of the squared differences", also=small_and_large, points=0.6, gate=True)
    test_rule = rule("a difference, a square, a mean: no ready-made loss", points=0.2, gate=True)
    test_thin = sizes_of_one("a batch of one", [(1,), (1,)], points=0.3)
    #: On the way from (N, 1) and (N,) to a mean, a tensor may hold some copies side by side.
    test_memory = memory(
        "N differences, never a table of N × N",
        (BATCH,),
        8 * BATCH,
        f"{BATCH} differences were to be averaged",
        points=0.3,
    )
    test_mismatch = refuses("shapes that do not fit are refused with an assertion", misfits, points=0.3)
    test_dtype = together(
        # A fifth is rounded in float32, and a fourth is not.
        dtypes("the dtype of the result follows the inputs", sizes=(5,)),
        views("inputs that are views of others", also=lambda self: [(self.normal(4, 1), self.normal(1).expand(4))]),
        points=0.2,
    )
    test_clean = unchanged_inputs(
        "the inputs are left as they were, and a second call starts afresh", only=[(3,), (3,), (1,)], points=0.1
    )
