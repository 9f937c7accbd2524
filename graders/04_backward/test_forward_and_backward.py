"""Hidden checks of ``forward_and_backward(inp, targ, params)``: one forward and one backward pass.

``stand_ins.py`` replaces ``mse_grad``, ``relu_grad`` and ``lin_grad`` while it runs, so that an earlier mistake costs
nothing here. If that fails, the notebook's own three are tried: an answer that uses the values they return, or calls
their parameters by other names, is right too. The notebook's own ``w1`` to ``b2`` are replaced by tensors of fitting
shapes, so that an answer that reads these instead of ``params`` is found out.

Sentence of the text → check:

    The `.g` of these four and of `inp` are set                                  → test_networks
    on these very tensors and not on copies                                      → test_dtype
    It works with what it is given                                               → test_networks
    inp: (N, n_in), targ: (N,)                                                   → test_sizes_of_one
    It returns the loss, a tensor of shape `()`.                                 → test_loss
    Every call starts afresh                                                     → test_old
    what stands in any `.g` beforehand makes no difference, and no value changes → test_old
    no value changes                                                             → test_clean
    `t.g` has the shape and the dtype of `t`                                     → test_dtype
    **Rule: no autograd.**                                                       → test_rule
"""

import torch

from foundations.authoring import (
    Call,
    Exercise,
    Rule,
    Trial,
    all_but,
    as_views,
    check,
    confirmed,
    dtypes,
    must_be_none,
    old_values,
    read_trace_for,
    sizes_of_one,
    unchanged_inputs,
    values,
)


def with_other_weights(names, inp, targ, w1, b1, w2, b2, times):  # noqa: PLR0917 - .g is seen on arguments alone
    """forward_and_backward(inp, targ, (w1, b1, w2, b2))"""
    from foundations.worker.stand_ins import rebound

    others = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    tensors = inp, w1, b1, w2, b2
    before = [getattr(tensor, "g", None) for tensor in tensors]
    try:
        with rebound(names, **{name: torch.full_like(tensor, 0.5) for name, tensor in others.items()}):
            for _ in range(times):
                loss = names["forward_and_backward"](inp, targ, (w1, b1, w2, b2))
        return loss
    except Exception:
        # Gradients that were set before the exception make no difference to the mistake.
        for tensor, old in zip(tensors, before, strict=True):
            vars(tensor).pop("g", None)
            if old is not None:
                tensor.g = old
        raise


def called(names, inp, targ, w1, b1, w2, b2):  # noqa: PLR0917 - as above
    """forward_and_backward(inp, targ, (w1, b1, w2, b2))"""
    return names["forward_and_backward"](inp, targ, (w1, b1, w2, b2))


def whole_loss(inp, targ, *params):
    """The written formula, without any of the functions that the notebook gives."""
    w1, b1, w2, b2 = params
    hidden = (inp[:, :, None] * w1).sum(1) + b1
    out = (hidden * (hidden > 0) * w2[:, 0]).sum(1) + b2
    return ((out - targ) ** 2).sum() / len(targ)


def gradients(inp, targ, *params):
    """The chain rule, entry by entry: of inp, w1, b1, w2, b2."""
    w1, b1, w2, b2 = params
    hidden = (inp[:, :, None] * w1).sum(1) + b1
    passed = hidden * (hidden > 0)
    out = (passed * w2[:, 0]).sum(1) + b2
    g_out = 2 * (out - targ) / len(targ)
    g_hidden = g_out[:, None] * w2[:, 0] * (hidden > 0)
    return [
        (g_hidden[:, None, :] * w1).sum(2),
        (inp[:, :, None] * g_hidden[:, None, :]).sum(0),
        g_hidden.sum(0),
        (passed * g_out[:, None]).sum(0)[:, None],
        g_out.sum(0, keepdim=True),
    ]


class Network(Exercise):
    #: (N, n_in, nh)
    sizes = ((4, 3, 2), (4, 3, 2), (5, 2, 4), (3, 3, 3))
    allowed = Rule(
        about="going backward through the network yourself, box by box", allow=all_but("autograd"), numbers=True
    )
    caller = with_other_weights

    def inputs(self, n, n_in, nh, dtype=torch.float32, times=1):
        """Return tensors of which no hidden unit is so near to 0 that rounding, or a small step, turns its switch."""
        shapes = (n, n_in), (n,), (n_in, nh), (nh,), (nh, 1), (1,)
        while True:
            tensors = [self.normal(*shape, dtype=dtype) for shape in shapes]
            if float((tensors[0] @ tensors[2] + tensors[3]).abs().min()) > 1e-3:
                return *tensors, times

    def call(self, *args):
        call = self.student.call(*args, trace=self.student.form == "own", caller=with_other_weights)
        # A piece of the notebook's that does the work of all by autograd is not a piece.
        must_be_none(read_trace_for(self.allowed, call.trace or {}))
        return call

    def try_each(self, cases, *, dtype=False):
        for args in cases:
            call = self.call(*args)
            self.must_be_right(call, dtype=dtype)
            yield call


class TestGradients(Network):
    def expected(self, inp, targ, w1, b1, w2, b2, times):  # noqa: PLR0917 - their names are places
        dtype = inp.dtype
        inp, targ, *params = (tensor.double() for tensor in (inp, targ, w1, b1, w2, b2))
        found = confirmed(lambda x, *rest: whole_loss(x, targ, *rest), [inp, *params], gradients(inp, targ, *params))
        return {
            f"{name}.g": gradient.to(dtype)
            for name, gradient in zip(("inp", "w1", "b1", "w2", "b2"), found, strict=True)
        }

    def scale(self, *args):
        # Each is a sum of products of the others' size, and may be small itself.
        return 1.0 + 4 * max(float(gradient.abs().max()) for gradient in gradients(*args[:6]))

    def used(self):
        """Every tensor has an old .g; and two passes over one network."""
        args = self.inputs(4, 3, 2)
        for tensor in args[:6]:
            tensor.g = self.normal(*tensor.shape)
        return [args, self.inputs(4, 3, 2, times=2)]

    def targets_with_gradient(self):
        """Return a batch whose targets have a .g; and one in float64, of which ``.double()`` is no copy."""
        args = self.inputs(4, 3, 2)
        args[1].g = self.normal(4)
        return [args, self.inputs(4, 3, 2, dtype=torch.float64)]

    test_networks = values("all five gradients for networks of many sizes", points=1.1, gate=True)

    @check("no autograd", points=0.3, gate=True)
    def test_rule(self):
        # With blank pieces no gradient is right, and other checks look at these; what is set has to follow from the
        # call.
        trial = Trial(lambda *sizes: self.inputs(*sizes)[:6], Call.must_not_raise, called)
        with self.student.using("blank"):
            self.student.must_obey(self.allowed, trial, self.sizes, self.sources_alone)

    test_sizes_of_one = sizes_of_one(
        "a batch of one image, one hidden unit", [(1, 3, 2), (4, 2, 1), (3, 1, 2), (1, 1, 1)], points=0.3
    )
    test_old = old_values("old values in .g make no difference, and gradients do not add up", also=used, points=0.5)
    # Two fifths are rounded in float32, and two fourths are not.
    test_dtype = dtypes(
        "the dtype of the gradients follows the tensors, also of views",
        sizes=(5, 2, 4),
        also=lambda self: as_views(self.inputs(4, 3, 2)),
        points=0.3,
    )
    test_clean = unchanged_inputs(
        "inputs, targets and parameters keep their values", also=targets_with_gradient, points=0.2
    )


class TestLoss(Network):
    def expected(self, *args):
        return whole_loss(*(tensor.double() for tensor in args[:6])).to(args[0].dtype)

    def scale(self, *args):
        return 20.0

    test_loss = dtypes(
        "the loss is returned, as a tensor of shape ()",
        also=lambda self: [self.inputs(*sizes) for sizes in self.sizes[1:]],
        points=0.3,
    )
