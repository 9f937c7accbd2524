"""Hidden checks of ``trace_einsum(m)``: one letter twice, and none that is left.

Sentence of the text → check:

    the sum of the diagonal, $\\sum_i m_{ii}$                   → test_value
    **Rule: `torch.einsum`**, no loop, and no other product     → test_rule
    The letters do the work                                     → test_rule
    the values that einsum gives are the values that you return → test_rule
    no loop, and no other product                               → test_growth
    dtypes stay what they are                                   → test_dtype
    of a square matrix → shape `()`                             → test_clean
    dtypes stay what they are, and so do the inputs             → test_clean
"""

import torch
from helpers import NO_GROWTH, whole_numbers
from products import typical

from foundations.authoring import Exercise, Rule, all_but, dtypes, runs, scales_as, together, unchanged_inputs, values


class TestTraceEinsum(Exercise):
    #: (n, 1, 1) for an (n, n) matrix.
    sizes = ((3, 1, 1), (3, 1, 1), (2, 1, 1), (4, 1, 1), (7, 1, 1))
    allowed = Rule(
        about="saying with the letters of einsum that row and column are the same, and that it is summed",
        allow=all_but("numpy", "list round trip"),
    )

    def inputs(self, n, *_, dtype=torch.float32):
        return (self.normal(n, n, dtype=dtype),)

    def expected(self, m):
        """Return the sum in float64, rounded once."""
        return torch.tensor(sum(m[i, i].item() for i in range(m.shape[0])), dtype=torch.float64).to(m.dtype)

    def scale(self, m):
        return len(m) * typical(m)

    def odd(self):
        cancels = torch.diag(torch.tensor([2.0, -2.0])) + self.normal(2, 2).fill_diagonal_(0)
        return [(m,) for m in (self.normal(1, 1), torch.zeros(3, 3), cancels)]

    def layouts(self):
        return [(m,) for m in (self.normal(3, 3).t(), self.normal(6, 3)[::2], self.normal(1, 3).expand(3, 3))]

    test_value = values(
        "square matrices of many sizes", also=lambda self: [(1e-3 * self.normal(3, 3),)], points=0.3, gate=True
    )
    test_rule = runs("einsum", "by einsum", alone=True, whole=True, points=0.2, gate=True)
    test_growth = scales_as(
        "no loop over the diagonal",
        NO_GROWTH,
        (2, 1, 1),
        "one einsum walks down the whole diagonal",
        points=0.2,
    )
    test_dtype = dtypes("the dtype of the result follows the input", also=whole_numbers, points=0.1)
    test_clean = together(
        values("one entry, zeros, and a diagonal that cancels", only=odd),
        unchanged_inputs("views; the input is left alone, and a second call starts afresh", also=layouts),
        points=0.2,
    )
