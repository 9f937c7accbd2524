"""The batches of scores on which the loss of 06_training and its gradient are tried."""

import torch

from foundations.authoring import Exercise


class Scores(Exercise):
    """Scores ``logits`` (N, C) and right classes ``targ`` (N,)."""

    #: (N, C): one row, a square, one class, and as many classes as there are digits.
    sizes = ((4, 3), (4, 3), (5, 2), (1, 3), (3, 3), (2, 5), (7, 10), (3, 1))

    def inputs(self, n, c, dtype=torch.float32):
        return 2 * self.normal(n, c, dtype=dtype), self.classes(n, c)

    def classes(self, n, c):
        """Return n whole numbers from 0 to c − 1."""
        return torch.randint(c, (n,), generator=self.generator)

    def large(self):
        """Scores of ±1000, in all rows or in some; and gaps within a row, up to one that no share can express."""
        rows = torch.tensor([[1000.0], [0.0], [-1000.0], [300.0]])
        for offsets in (rows[:1].expand(4, 1), rows, -rows[:1].expand(4, 1), rows[1:]):
            yield self.normal(len(offsets), 3) + offsets, self.classes(len(offsets), 3)
        for gap in (30.0, 120.0, 1500.0):
            yield torch.tensor([[0.0, gap], [gap, 0.0]]), torch.tensor([0, 0])

    def expanded(self):
        return [(self.normal(1, 3).expand(4, 3), self.classes(4, 3))]

    def used(self):
        """Scores with the gradient of another batch; some in float64, of which ``.double()`` is no copy."""
        sizes = (3, 2), (3, 2), (4, 3), (1, 3), (2, 5), (3, 1)
        for (n, c), dtype in [*((each, torch.float32) for each in sizes), ((4, 3), torch.float64)]:
            logits, targ = self.inputs(n, c, dtype=dtype)
            logits.g = 5 * self.normal(n, c, dtype=dtype)
            yield logits, targ
