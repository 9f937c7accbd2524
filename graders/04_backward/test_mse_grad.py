"""Hidden checks of ``mse_grad(inp, targ)``: inp.g = 2 (inp − targ) / N, of shape (N, 1).

Sentence of the text → check:

    `inp` has shape `(N, 1)` and so has `inp.g`                     → test_batches
    The difference of the two has `N` numbers.                      → test_batches
    It works for a single image as well, `N = 1`.                   → test_one
    it is **written, never added to**                               → test_old
    `t.g` has the shape and the dtype of `t`                        → test_dtype
    `targ` has shape `(N,)`                                         → test_views
    nothing else is changed, neither values nor anybody else's `.g` → test_clean
    **Rule: no autograd.**                                          → test_rule
"""

import torch

from foundations.authoring import (
    Exercise,
    Rule,
    all_but,
    confirmed,
    dtypes,
    old_values,
    rule,
    unchanged_inputs,
    values,
    views,
)


def alone(names, inp, targ):
    """mse_grad(inp, targ)"""
    before = getattr(inp, "g", None)
    returned = names["mse_grad"](inp, targ)
    # If inp.g is not new, the returned value and .grad are only used to name the mistake.
    return (returned, inp.grad) if getattr(inp, "g", None) is before else None


def loss(inp, targ):
    """The written formula L = (1/N) Σ (inp[n, 0] − targ[n])², one term after the other."""
    return sum((inp[n, 0] - targ[n]) ** 2 for n in range(len(targ))) / len(targ)


class TestMseGrad(Exercise):
    sizes = ((4,), (4,), (5,), (3,), (2,))
    allowed = Rule(
        about="writing the gradient of the mean squared error yourself, by the chain rule",
        allow=all_but("autograd"),
        numbers=True,
    )
    caller = alone

    def inputs(self, n, dtype=torch.float32):
        return self.normal(n, 1, dtype=dtype), self.normal(n, dtype=dtype)

    def expected(self, inp, targ):
        rows = [[2 * (x - y) / len(targ)] for (x,), y in zip(inp.tolist(), targ.tolist(), strict=True)]
        wide = targ.double()
        (gradient,) = confirmed(lambda x: loss(x, wide), [inp], [torch.tensor(rows, dtype=torch.float64)])
        return {"inp.g": gradient.to(inp.dtype)}

    def scale(self, inp, targ):
        return 4.0 / len(targ)  # two numbers around 1 are subtracted, and their difference may be small

    def targets_with_gradient(self):
        """Return a batch whose targets have a .g; and one in float64, of which ``.double()`` is no copy."""
        inp, targ = self.inputs(4)
        targ.g = self.normal(4)
        return [(inp, targ), self.inputs(4, dtype=torch.float64)]

    test_batches = values("the gradient for batches of many sizes", points=0.9, gate=True)
    test_rule = rule("no autograd", points=0.3, gate=True)
    test_one = values("a batch of one image", only=[(1,), (1,)], points=0.3)
    test_old = old_values("an old value in inp.g makes no difference", points=0.6)
    # Two fifths are rounded in float32, and two fourths are not.
    test_dtype = dtypes("the dtype of the gradient follows inp", sizes=(5,), points=0.3)
    test_views = views(
        "tensors that are views of others",
        also=lambda self: [(self.normal(3, 1), self.normal(1).expand(3))],
        points=0.3,
    )
    test_clean = unchanged_inputs("nothing but inp.g is changed", also=targets_with_gradient, points=0.3)
