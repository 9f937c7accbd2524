"""Hidden checks of ``lin_grad(inp, out, w, b)``: three gradients, each of the shape of its tensor.

Sentence of the text → check:

    Set three gradients: `inp.g`, `w.g` and `b.g`.                  → test_shapes
    square matrices would hide a slip                               → test_shapes
    `b.g` has the shape of `b`.                                     → test_sizes_of_one
    The values in `out` are not needed at all.                      → test_views
    it is **written, never added to**                               → test_old
    `t.g` has the shape and the dtype of `t`                        → test_dtype
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
    sizes_of_one,
    unchanged_inputs,
    values,
    views,
)


def alone(names, inp, out, w, b):
    """lin_grad(inp, out, w, b)"""
    tensors = inp, w, b
    before = [getattr(tensor, "g", None) for tensor in tensors]
    try:
        returned = names["lin_grad"](inp, out, w, b)
    except Exception:
        # The order of the lines makes no difference to the mistake.
        for tensor, old in zip(tensors, before, strict=True):
            vars(tensor).pop("g", None)
            if old is not None:
                tensor.g = old
        raise
    unset = [getattr(tensor, "g", None) is old for tensor, old in zip(tensors, before, strict=True)]
    # If no .g is new, the returned value and .grad are only used to name the mistake.
    return (returned, [tensor.grad for tensor in tensors]) if all(unset) else None


def gradients(inp, upstream, w):
    """∂L/∂inp, ∂L/∂w and ∂L/∂b in float64, each entry by its written sum; no matrix product, no transpose."""
    (rows, n_in), n_out = inp.shape, w.shape[1]
    x, g, v = inp.tolist(), upstream.tolist(), w.tolist()
    for_inp = [[sum(g[n][j] * v[i][j] for j in range(n_out)) for i in range(n_in)] for n in range(rows)]
    for_w = [[sum(x[n][i] * g[n][j] for n in range(rows)) for j in range(n_out)] for i in range(n_in)]
    for_b = [sum(g[n][j] for n in range(rows)) for j in range(n_out)]
    return [torch.tensor(gradient, dtype=torch.float64) for gradient in (for_inp, for_w, for_b)]


class TestLinGrad(Exercise):
    #: (N, n_in, n_out); a square lets a wrong product run.
    sizes = ((4, 3, 2), (4, 3, 2), (5, 2, 4), (3, 3, 3), (2, 5, 3))
    allowed = Rule(
        about="writing the three gradients of a linear layer yourself, by the chain rule",
        allow=all_but("autograd"),
        numbers=True,
    )
    caller = alone

    def inputs(self, n, n_in, n_out, dtype=torch.float32):
        inp, w, b = (self.normal(*shape, dtype=dtype) for shape in ((n, n_in), (n_in, n_out), (n_out,)))
        out = (inp[:, :, None] * w).sum(1) + b
        out.g = self.normal(n, n_out, dtype=dtype)
        return inp, out, w, b

    def expected(self, inp, out, w, b):
        upstream = out.g.double()
        found = confirmed(
            lambda x, v, c: ((x @ v + c) * upstream).sum(),
            [inp, w, b],
            gradients(inp.double(), upstream, w.double()),
        )
        return {place: gradient.to(inp.dtype) for place, gradient in zip(("inp.g", "w.g", "b.g"), found, strict=True)}

    def scale(self, inp, out, w, b):
        # As many products of numbers around 1 are summed as there are rows or columns.
        return float(max(*inp.shape, *w.shape))

    test_shapes = values("the three gradients for many shapes", points=1.4, gate=True)
    test_rule = rule("no autograd", points=0.4, gate=True)
    test_sizes_of_one = sizes_of_one(
        "a batch of one, one input, one output", [(1, 3, 2), (5, 3, 1), (4, 1, 3), (1, 1, 1)], points=0.4
    )
    test_old = old_values("old values in .g make no difference", points=0.7)
    test_dtype = dtypes("the dtype of the gradients follows the tensors", points=0.4)
    test_views = views("tensors that are views of others", points=0.4)
    test_clean = unchanged_inputs(
        "nothing but the three gradients is changed",
        also=lambda self: [self.inputs(4, 3, 2, dtype=torch.float64)],  # of which .double() is no copy
        points=0.3,
    )
