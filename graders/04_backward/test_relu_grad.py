"""Hidden checks of ``relu_grad(inp, out)``: inp.g = (inp > 0) · out.g, and 0 at exactly 0.

Sentence of the text → check:

    `inp`, `out`, `out.g` and `inp.g` all have the same shape, whatever it is. → test_shapes
    all have the same shape, whatever it is                                    → test_views
    `out` is what `relu(inp)` gave, and `out.g` has come from above.           → test_all_alike
    The slope at exactly 0 is 0, by convention.                                → test_zeros
    The function also has to serve `relu_shifted` of 03                        → test_shifted
    it is **written, never added to**                                          → test_old
    `t.g` has the shape and the dtype of `t`                                   → test_dtype
    above all, `out.g` is not yours to change                                  → test_clean
    **Rule: no autograd.**                                                     → test_rule
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


def alone(names, inp, out):
    """relu_grad(inp, out)"""
    before = getattr(inp, "g", None)
    returned = names["relu_grad"](inp, out)
    # If inp.g is not new, the returned value and .grad are only used to name the mistake.
    return (returned, inp.grad) if getattr(inp, "g", None) is before else None


class TestReluGrad(Exercise):
    sizes = ((4, 3), (4, 3), (1, 3), (5, 1), (3, 3), (6,), (2, 3, 4))
    allowed = Rule(
        about="writing the gradient of ReLU yourself, by the chain rule", allow=all_but("autograd"), numbers=True
    )
    caller = alone

    def inputs(self, *shape, dtype=torch.float32):
        return self.sent_back(self.normal(*shape, dtype=dtype))

    def sent_back(self, inp, shift=0.0):
        """Return ``inp`` and its ReLU, shifted down, which has a gradient."""
        out = inp.clamp_min(0.0) - shift
        out.g = self.normal(*inp.shape, dtype=inp.dtype)
        return inp, out

    def expected(self, inp, out):
        """Return the gradient by the convention of the text: the slope is 1 above 0, and 0 everywhere else."""
        flat = zip(inp.reshape(-1).tolist(), out.g.reshape(-1).tolist(), strict=True)
        gradient = torch.tensor([g if x > 0 else 0.0 for x, g in flat], dtype=torch.float64).reshape(inp.shape)
        weights = out.g.double()
        # The other two methods need a derivative, so they look at numbers of the same signs away from 0.
        away = torch.where(inp > 0, inp.double() + 0.01, inp.double() - 0.01)
        confirmed(lambda x: (x.clamp_min(0.0) * weights).sum(), [away], [gradient])
        return {"inp.g": gradient.to(inp.dtype)}

    def scale(self, inp, out):
        return 1.0

    def tiny(self):
        """Any number above 0 passes, however small."""
        return self.sent_back(self.normal(4, 3) * 10.0 ** -torch.arange(2.0, 38.0, 3.0).view(4, 3))

    def alike(self):
        """No entry is smallest because it was stopped, and none is largest because it passed."""
        return [self.sent_back(sign * (self.normal(4, 3).abs() + 0.1)) for sign in (1.0, -1.0)]

    def zeros(self):
        for shape in ((4, 3), (3, 3), (1, 5)):
            inp = self.normal(*shape)
            inp.view(-1)[::2] = 0.0
            inp.view(-1)[2::4] = -0.0
            yield self.sent_back(inp)

    def shifted(self):
        for shape in ((4, 3), (3, 5)):
            inp = self.normal(*shape) / 2
            inp[0, :2] = torch.tensor([0.25, 0.5])  # they pass, although the output is not above 0 any more
            yield self.sent_back(inp, shift=0.5)

    def expanded(self):
        """Return tensors whose rows share memory, and some of shape ()."""
        inp, out = self.sent_back(self.normal(1, 3).expand(4, 3))
        out.g = self.normal(4, 1).expand(4, 3)
        return [(inp, out), self.inputs(), self.inputs()]

    test_shapes = values(
        "the gradient for many shapes",
        also=lambda self: [self.tiny()],
        points=0.6,
        gate=True,
    )
    test_rule = rule("no autograd", points=0.2, gate=True)
    test_all_alike = values("every entry positive, or none", only=alike, points=0.2)
    test_zeros = values("at exactly 0 the slope is 0", only=zeros, points=0.4)
    test_shifted = values("relu_shifted has the same slopes", only=shifted, points=0.4)
    test_old = old_values("an old value in inp.g makes no difference", points=0.4)
    test_dtype = dtypes("the dtype of the gradient follows inp", points=0.2)
    test_views = views("tensors that are views of others", also=expanded, points=0.2)
    test_clean = unchanged_inputs(
        "nothing but inp.g is changed, above all not out.g",
        also=lambda self: [self.inputs(4, 3, dtype=torch.float64)],
        points=0.4,
    )
