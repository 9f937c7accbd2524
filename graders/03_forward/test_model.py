"""Hidden checks of ``model(xb, params)``: lin → relu → lin, shape (N, 1).

It may call the notebook's own ``lin`` and ``relu``: each check is tried on right versions of them first.

Sentence of the text → check:

    Chain the parts: lin → relu → lin.                          → test_value
    `params` is a list `[w1, b1, w2, b2]`. Use these four       → test_value
    One ReLU, between the layers.                               → test_value
    The prediction itself may be negative.                      → test_value
    The result has the shape `(N, 1)`.                          → test_value
    For one image it is `(1, 1)`.                               → test_thin
    The dtype is that of the inputs                             → test_dtype
    xb: (N, n_in); params: [w1 (n_in, nh), b1 (nh,)             → test_views
    and nothing is changed                                      → test_clean
"""

import torch
from helpers import FLOATS

from foundations.authoring import (
    Exercise,
    changes_input,
    check,
    difference,
    dtypes,
    fail,
    sizes_of_one,
    tried_on_either,
    values,
    views,
)


class TestModel(Exercise):
    #: (N, n_in, nh); squares hide transposes.
    sizes = ((4, 3, 2), (4, 3, 2), (5, 2, 6), (5, 3, 1), (3, 3, 3), (2, 7, 4))

    def inputs(self, n, n_in, nh, dtype=torch.float32):
        shapes = (n_in, nh), (nh,), (nh, 1), (1,)
        return self.normal(n, n_in, dtype=dtype), [self.normal(*shape, dtype=dtype) for shape in shapes]

    def expected(self, xb, params):
        w1, b1, w2, b2 = (param.double() for param in params)
        hidden = torch.addmm(b1, xb.double(), w1)
        return torch.addmm(b2, torch.where(hidden > 0, hidden, 0.0), w2).to(xb.dtype)

    def scale(self, xb, params):
        return 10.0 * max(1.0, float(xb.abs().mean()))  # some ten numbers around 1 are added up for each output

    def large(self):
        xb, params = self.inputs(4, 3, 5)
        return [(1000 * xb, params)]

    test_value = values("lin → relu → lin for networks of many sizes, shape (N, 1)", also=large, points=1.1, gate=True)
    test_thin = sizes_of_one("a batch of one image", [(1, 3, 2), (1, 4, 1), (1, 1, 1), (1, 3, 3)], points=0.3)
    test_dtype = dtypes("the dtype of the result follows the inputs", dtypes=FLOATS, points=0.2)
    test_views = views("inputs that are views of others", points=0.2)

    @check("images and weights are left as they were, and a second call starts afresh", points=0.2)
    @tried_on_either
    def test_clean(self):
        for call in self.try_each([self.inputs(4, 3, 2) for _ in range(2)]):
            call.must_leave_inputs()
            before, left = call.args[1], call.args_after[1]
            after = left if isinstance(left, list) and len(left) == 4 else [None] * 4
            for name, one, other in zip(("w1", "b1", "w2", "b2"), before, after, strict=True):
                if difference(other, one, subject=name, relative=1e-30):
                    text = f"{call.subject} changed {name} of params; training needs it as it was"
                    fail("mutation", text, diagnosis=changes_input("params"))
