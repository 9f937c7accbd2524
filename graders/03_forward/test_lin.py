"""Hidden checks of ``lin(x, w, b)``: x w + b, w stored as (n_in, n_out).

Sentence of the text → check:

    To every row of their product the layer adds its two biases.                → test_value
    The weight has the shape `(n_in, n_out)`, so that it can be multiplied      → test_value
    (N, n_in), w: (n_in, n_out), b: (n_out,)                                    → test_thin
    The result has the dtype of the inputs                                      → test_dtype
    and the inputs are left as they are                                         → test_clean
    **Rule: no ready-made layer**                                               → test_rule
"""

import torch
from helpers import FLOATS

from foundations.authoring import (
    Exercise,
    Rule,
    all_but,
    dtypes,
    rule,
    sizes_of_one,
    together,
    unchanged_inputs,
    values,
    views,
)


class TestLin(Exercise):
    #: (N, n_in, n_out); squares hide transposes.
    sizes = ((4, 3, 2), (4, 3, 2), (5, 2, 4), (5, 3, 1), (3, 3, 3), (2, 4, 4))
    allowed = Rule(
        about="writing a layer yourself: a matrix product and a sum", allow=all_but("torch.nn"), numbers=True
    )

    def inputs(self, n, n_in, n_out, dtype=torch.float32):
        return tuple(self.normal(*shape, dtype=dtype) for shape in ((n, n_in), (n_in, n_out), (n_out,)))

    def expected(self, x, w, b):
        return torch.addmm(b.double(), x.double(), w.double()).to(x.dtype)

    def scale(self, x, w, b):
        return float(torch.addmm(b.abs(), x.abs(), w.abs()).max())

    def small_and_large(self):
        for size in (1e-2, 1e2):
            x, w, b = self.inputs(3, 4, 2)
            yield size * x, size * w, size * size * b

    def expanded(self):
        x, w, b = self.inputs(2, 2, 1)
        return [(x, w.expand(2, 2), b.expand(2))]

    test_value = values("x w + b for layers of many shapes", also=small_and_large, points=0.5, gate=True)
    test_rule = rule("a matrix product and a sum, no ready-made layer", points=0.1, gate=True)
    test_thin = sizes_of_one(
        "sizes of 1, a batch of one image among them",
        [(1, 3, 2), (1, 3, 1), (3, 1, 2), (1, 1, 1), (1, 3, 3)],
        points=0.1,
    )
    test_dtype = dtypes("the dtype of the result follows the inputs", dtypes=FLOATS, points=0.1)
    test_clean = together(
        unchanged_inputs(
            "inputs are left as they were, and a second call starts afresh", only=[(2, 3, 2), (2, 3, 2), (1, 2, 3)]
        ),
        views("inputs that are views of others", also=expanded),
        points=0.2,
    )
