"""Hidden checks of ``frobenius_norm(m)``: sqrt of the sum of all squares, without ``norm`` and ``pow``.

Sentence of the text → check:

    ‖A‖_F = sqrt(Σᵢ Σⱼ aᵢⱼ²)                  → test_norm
    any entry. Squared: the entry times itself → test_signs
    no `norm`, no `pow` and no `**`            → test_rule
    a tensor of shape `()`                     → test_dtype
    It has the dtype of the input              → test_dtype
    m: (rows, columns)                         → test_views
    and the input is left as it is             → test_clean
"""

import torch
from helpers import FLOATS

from foundations.authoring import Exercise, Rule, all_but, dtypes, rule, unchanged_inputs, values, views


class TestFrobeniusNorm(Exercise):
    sizes = ((2, 3), (2, 3), (4, 2), (3, 3), (1, 5), (5, 1), (7, 9))
    allowed = Rule(
        about="translating the formula yourself: a product of m with itself, a sum, a square root",
        allow=all_but("norm", "pow", "numpy"),
        numbers=True,
    )

    def inputs(self, n, m, dtype=torch.float32):
        return (self.normal(n, m, dtype=dtype),)

    def expected(self, m):
        wide = m.double()
        return (wide * wide).sum().sqrt().to(m.dtype)

    def scale(self, m):
        return None if m.any() else 1.0

    def must_be_right(self, call, *, dtype=False):
        """Accept a Python number, too, except where the dtype is asked for."""
        expected = self.expected(*call.args)
        call.must_return(expected, numbers=not dtype, dtype=dtype, scale=self.scale(*call.args))

    def other_magnitudes(self):
        """Make a matrix with a negative sum, and one of large numbers."""
        return [(self.normal(2, 4) - 5,), (1e4 * self.normal(2, 3),)]

    def signs(self):
        for m in (-self.normal(2, 3).abs(), torch.zeros(2, 2), self.normal(1, 1), torch.diag(self.normal(3))):
            yield (m,)
        yield (-torch.eye(2),)
        yield (1e-4 * self.normal(3, 2),)  # next to which no number that was added is small

    test_norm = values("the norm of matrices of many shapes", also=other_magnitudes, points=1.5, gate=True)
    test_rule = rule("no norm and no power", points=0.5, gate=True)
    test_signs = values("negative entries, zeros, very small ones and a single entry", only=signs, points=0.5)
    test_dtype = dtypes("a tensor of shape (), of the dtype of the input", dtypes=FLOATS, sizes=(3, 4), points=0.5)
    test_views = views(
        "matrices that are views of others", also=lambda self: [(self.normal(1, 3).expand(4, 3),)], points=0.5
    )
    test_clean = unchanged_inputs("the input is left as it was, and a second call starts afresh", points=0.5)
