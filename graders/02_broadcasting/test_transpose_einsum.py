"""Hidden checks of ``transpose_einsum(m)``: the same letters in another order.

Sentence of the text → check:

    t[j, i] = m[i, j]                                           → test_value
    **Rule: `torch.einsum`**, no loop, and no other product     → test_rule
    the values that einsum gives are the values that you return → test_rule
    `t()`, `diagonal()`, `trace()` and the like stay out of it  → test_rule
    dtypes stay what they are                                   → test_dtype
    shape `(n, k)` → `(k, n)`                                   → test_clean
    dtypes stay what they are, and so do the inputs             → test_clean
"""

import torch
from helpers import whole_numbers

from foundations.authoring import (
    Exercise,
    Rule,
    all_but,
    dtypes,
    runs,
    sizes_of_one,
    together,
    unchanged_inputs,
    values,
)

#: Operations that turn a matrix without letters.
TURNS = ("t", "T", "mT", "H", "mH", "adjoint", "transpose", "swapaxes", "swapdims", "permute", "movedim", "moveaxis")


class TestTransposeEinsum(Exercise):
    sizes = ((2, 3), (2, 3), (4, 2), (3, 3), (5, 4))
    allowed = Rule(
        about="writing the axes in another order with the letters of einsum",
        allow=all_but("numpy", "list round trip"),
    )

    def inputs(self, n, k, dtype=torch.float32):
        return (self.normal(n, k, dtype=dtype),)

    def expected(self, m):
        """Return the turned matrix, entry by entry."""
        n, k = m.shape
        return torch.tensor([[m[i, j].item() for i in range(n)] for j in range(k)], dtype=m.dtype)

    def layouts(self):
        views = self.normal(3, 2).t(), self.normal(4, 6)[::2, 1::2], self.normal(1, 3).expand(2, 3)
        return [(m,) for m in (*views, self.normal(3, 3))]

    test_value = values("matrices of many shapes", points=0.3, gate=True)
    test_rule = runs("einsum", "by einsum", without=TURNS, points=0.2, gate=True)
    test_dtype = dtypes("the dtype does not change", also=whole_numbers, points=0.2)
    test_clean = together(
        sizes_of_one("sizes of 1", [(1, 3), (3, 1), (1, 1)]),
        unchanged_inputs("views; the input is left alone, and a second call starts afresh", also=layouts),
        points=0.3,
    )
