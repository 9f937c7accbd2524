"""Hidden checks of ``bmm_einsum(a, b)``: a batch of matrix products, one letter more than a single one.

Sentence of the text → check:

    c[n, i, j] = Σₖ a[n, i, k] · b[n, k, j]                     → test_product
    **Rule: `torch.einsum`**, no loop, and no other product     → test_rule
    the values that einsum gives are the values that you return → test_rule
    no loop, and no other product                               → test_growth
    dtypes stay what they are                                   → test_dtype
    shapes `(N, i, k)` and `(N, k, j)` → `(N, i, j)`            → test_clean
    dtypes stay what they are, and so do the inputs             → test_clean
"""

import torch
from helpers import NO_GROWTH, whole_numbers
from products import typical

from foundations.authoring import (
    Exercise,
    Rule,
    all_but,
    dtypes,
    runs,
    scales_as,
    sizes_of_one,
    together,
    unchanged_inputs,
    values,
)


class TestBmmEinsum(Exercise):
    #: (N, k, j, i), all different first; then square matrices, in which transposes hide.
    sizes = ((2, 4, 5, 3), (2, 4, 5, 3), (3, 5, 4, 2), (4, 2, 3, 5), (3, 3, 3, 3), (2, 2, 2, 2))
    allowed = Rule(
        about="giving the batch a letter of its own in einsum",
        allow=all_but("matrix product", "numpy", "list round trip"),
    )

    def inputs(self, batch, k, j, i=2, dtype=torch.float32):
        return self.normal(batch, i, k, dtype=dtype), self.normal(batch, k, j, dtype=dtype)

    def expected(self, a, b):
        return torch.stack([left @ right for left, right in zip(a, b, strict=True)])

    def scale(self, a, b):
        return a.shape[2] * typical(a) * typical(b)

    def other_magnitudes(self):
        for size in (1e-3, 1e3):
            yield [size * tensor for tensor in self.inputs(2, 4, 2, 3)]

    def layouts(self):
        yield self.normal(2, 4, 3).transpose(1, 2), self.normal(2, 4, 2)
        yield self.normal(1, 3, 2).expand(2, 3, 2), self.normal(4, 2, 3)[::2]

    test_product = values("batches of products of many shapes", also=other_magnitudes, points=0.3, gate=True)
    test_rule = runs("einsum", "einsum, and no other product", alone=True, points=0.2, gate=True)
    test_growth = scales_as(
        "no loop over the batch",
        NO_GROWTH,
        (2, 3, 2),
        "one einsum does the whole batch",
        points=0.2,
    )
    test_dtype = dtypes("the dtype of the result follows the inputs", also=whole_numbers, points=0.1)
    test_clean = together(
        sizes_of_one("sizes of 1, a batch of one too", [(1, 3, 4, 2), (3, 4, 1, 1), (2, 1, 2, 3), (1, 1, 1, 1)]),
        unchanged_inputs("views; inputs are left alone, and a second call starts afresh", also=layouts),
        points=0.2,
    )
