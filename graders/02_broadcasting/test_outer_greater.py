"""Hidden checks of ``outer_greater(u, v)``: whether u[i] > v[j], for all pairs, without a loop.

Sentence of the text → check:

    the result has shape `(n, m)`: `u[i]` belongs in row i       → test_comparison
    all answers to "is $u_i > v_j$?"                             → test_comparison
    **Rule: a column meets a row.**                              → test_rule
    no product of the library's (`torch.outer`, `einsum`, `@` …) → test_rule
    No loop, no list                                             → test_growth
    `outer_greater` gives booleans                               → test_bool
    u: (n,) and v: (m,), of one dtype  →  (n, m), bool           → test_clean
    The inputs are left as they are                              → test_clean
"""

import torch
from helpers import AllPairs

from foundations.authoring import (
    CheckFailed,
    Exercise,
    Finding,
    check,
    describe,
    rule,
    scales_as,
    together,
    unchanged_inputs,
    values,
)


class TestOuterGreater(AllPairs):
    sizes = ((5, 1, 4), (5, 1, 4), (6, 1, 3), (5, 1, 5), (4, 1, 7))

    def normal(self, *shape, dtype=torch.float32):
        """Return few different numbers, so that many pairs are equal."""
        return super().normal(*shape).mul(1.5).round().to(dtype)

    def inputs(self, n, _, m, dtype=torch.float32):
        u, v = super().inputs(n, 1, m, dtype=dtype)
        v[0] = u[0]
        return u, v

    def expected(self, u, v):
        return torch.tensor([[x > y for y in v.tolist()] for x in u.tolist()])

    def close(self, n, m, dtype=torch.float32):
        """Make vectors of which one has the next numbers of the dtype, below and above, of an entry of the other."""
        u, v = (Exercise.normal(self, size, dtype=torch.float64).abs().add(0.5).to(dtype) for size in (n, m))
        v[0], v[-1] = (torch.nextafter(u[1], torch.full_like(u[1], end)) for end in (0.0, 9.0))
        return u, v

    def others(self):
        yield from (self.inputs(n, 1, m, dtype) for n, m, dtype in [(1, 4, torch.float64), (4, 1, torch.int64)])
        yield self.close(4, 3, torch.float64)
        large = torch.tensor([1, 3, 0]) + (1 << 25)  # float32 holds every fourth number there
        yield large, large[:2]

    test_comparison = values(
        "all comparisons of vectors of many lengths, equal entries among them",
        also=lambda self: [self.close(3, 4)],
        points=0.3,
        gate=True,
    )
    test_rule = rule(
        "a column and a row, no product of the library's, and no trip out of PyTorch", points=0.1, gate=True
    )
    test_growth = scales_as(
        "no loop over the entries of u or v",
        *AllPairs.no_loop,
        "one elementwise comparison answers for all pairs, however long u and v are",
        points=0.3,
    )

    @check("the answers are booleans", points=0.1)
    def test_bool(self):
        call = self.call(*self.inputs(4, 1, 3))
        call.must_not_raise()
        if not isinstance(call.value, torch.Tensor) or call.value.dtype != torch.bool:
            text = f"{call.subject} gave {describe(call.value)}; answers to > are bool"
            raise CheckFailed(Finding("dtype", text))

    test_clean = together(
        values("vectors of one entry, and other dtypes", only=AllPairs.ones, also=others),
        unchanged_inputs(
            "vectors that are parts of others; inputs are left alone, and a second call starts afresh",
            also=AllPairs.parts,
        ),
        points=0.2,
    )
