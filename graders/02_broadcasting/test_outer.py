"""Hidden checks of ``outer(u, v)``: all products of two vectors, without a loop.

Sentence of the text → check:

    the result has shape `(n, m)`: `u[i]` belongs in row i       → test_product
    **Rule: a column meets a row.**                              → test_rule
    no product of the library's (`torch.outer`, `einsum`, `@` …) → test_rule
    No loop, no list                                             → test_growth
    `outer` keeps the dtype of its inputs                        → test_dtype
    `u` has shape `(n,)`, `v` has shape `(m,)`                   → test_clean
    The inputs are left as they are                              → test_clean
"""

import torch
from helpers import AllPairs, whole_numbers
from products import typical

from foundations.authoring import dtypes, rule, scales_as, together, unchanged_inputs, values


class TestOuter(AllPairs):
    sizes = ((3, 1, 4), (3, 1, 4), (4, 1, 2), (3, 1, 3), (2, 1, 5))

    def expected(self, u, v):
        products = [[x * y for y in v.tolist()] for x in u.tolist()]
        return torch.tensor(products, dtype=torch.float64).to(u.dtype)

    def scale(self, u, v):
        return typical(u) * typical(v)

    def other_magnitudes(self):
        for size in (1e-3, 1e3):
            yield [size * vector for vector in self.inputs(3, 1, 4)]

    test_product = values("all products of vectors of many lengths", also=other_magnitudes, points=0.3, gate=True)
    test_rule = rule("a column and a row, and no product of the library's", points=0.1, gate=True)
    test_growth = scales_as(
        "no loop over the entries of u or v",
        *AllPairs.no_loop,
        "one elementwise operation makes all the products, however long u and v are",
        points=0.3,
    )
    test_dtype = dtypes("the dtype of the result follows the inputs", also=whole_numbers, points=0.1)
    test_clean = together(
        values("vectors of one entry", only=AllPairs.ones),
        unchanged_inputs(
            "vectors that are parts of others; inputs are left alone, and a second call starts afresh",
            also=AllPairs.parts,
        ),
        points=0.2,
    )
