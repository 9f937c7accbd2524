"""Hidden checks of ``forward_and_backward(inp, targ, params)``: one forward and one backward pass.

``stand_ins.py`` replaces ``mse_grad``, ``relu_grad`` and ``lin_grad`` while it runs, so that an earlier mistake costs
nothing here. If that fails, the notebook's own three are tried: an answer that uses the values they return, or calls
their parameters by other names, is right too. The notebook's own ``w1`` to ``b2`` are replaced by tensors of fitting
shapes, so that an answer that reads these instead of ``params`` is found out.
"""

import torch
from helpers import confirmed

from foundations.analysis.torch_operations import all_but
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule, must_be_none, read_trace_for
from foundations.grading.student import Trial

RULE = Rule(
    about="going backward through the network yourself, box by box",
    allow=all_but("autograd"),
    numbers=True,
)

#: (N, n_in, nh). No two sizes of the first ones agree; the first comes twice, so that what was kept of the call
#: before shows.
SHAPES = [(4, 3, 2), (4, 3, 2), (5, 2, 4), (3, 3, 3)]


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
    """The chain rule in float64, entry by entry: of inp, w1, b1, w2, b2."""
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


class _Desk:
    """Makes networks, calls the student's function, and compares with three witnesses."""

    def __init__(self, student, matrix):
        self.student, self.matrix = student, matrix

    def network(self, n, n_in, nh, dtype=torch.float32):
        """Tensors for one call. No hidden unit is so near to 0 that rounding, or a small step, turns its switch."""
        shapes = (n, n_in), (n,), (n_in, nh), (nh,), (nh, 1), (1,)
        while True:
            tensors = [self.matrix(*shape, dtype=dtype) for shape in shapes]
            if float((tensors[0] @ tensors[2] + tensors[3]).abs().min()) > 1e-3:
                return tensors

    def expected(self, tensors):
        inp, targ, *params = (tensor.double() for tensor in tensors)
        found = gradients(inp, targ, *params)
        return confirmed(lambda x, *rest: whole_loss(x, targ, *rest), [inp, *params], found)

    def must_be_right(self, tensors, *, times=1, dtype=False):
        expected = self.expected(tensors)
        # Each is a sum of products of the others' size, and may be small itself.
        scale = 1.0 + 4 * max(float(gradient.abs().max()) for gradient in expected)

        def look(call):
            for place, gradient in zip((0, 2, 3, 4, 5), expected, strict=True):
                call.must_set(place, "g", gradient.to(tensors[0].dtype), scale=scale, dtype=dtype)

        return self.either(tensors, look, times)

    def either(self, tensors, look, times=1):
        """The call that ``look`` accepts: with right pieces, or else with the notebook's own."""

        def attempt(*, trace=False):
            call = self.student.call(*tensors, times, trace=trace, caller=with_other_weights)
            look(call)
            return call

        def with_own_pieces():
            call = attempt(trace=True)
            # A piece of the notebook's that does the work of all by autograd is not a piece.
            must_be_none(read_trace_for(RULE, call.trace or {}))
            return call

        return self.student.on_either(attempt, own=with_own_pieces)


@check("all five gradients for networks of many sizes", points=1.1, gate=True)
def test_networks(student, matrix):
    at = _Desk(student, matrix)
    for sizes in SHAPES:
        at.must_be_right(at.network(*sizes))


@check("no autograd", points=0.3, gate=True)
def test_rule(student, matrix):
    at = _Desk(student, matrix)
    # With blank pieces no gradient is right, and other checks look at these; what is set has to follow from the call.
    trial = Trial(at.network, lambda call: call.must_not_raise(), called)
    # The source is read without the three pieces: a rule that is broken there has cost its points already.
    with student.using("blank"):
        student.must_obey(RULE, trial, SHAPES, sources=[*student.sources, student.stand_ins.stubs])


@check("the loss is returned, as a tensor of shape ()", points=0.3)
def test_loss(student, matrix):
    at = _Desk(student, matrix)
    for sizes, dtype in [*((sizes, torch.float32) for sizes in SHAPES[1:]), (SHAPES[0], torch.float64)]:
        tensors = at.network(*sizes, dtype)
        expected = whole_loss(*(tensor.double() for tensor in tensors)).to(dtype)
        at.either(tensors, lambda call, loss=expected: call.must_return(loss, scale=20.0))


@check("a batch of one image, one hidden unit", points=0.3)
def test_sizes_of_one(student, matrix):
    at = _Desk(student, matrix)
    for sizes in [(1, 3, 2), (4, 2, 1), (3, 1, 2), (1, 1, 1)]:
        at.must_be_right(at.network(*sizes))


@check("old values in .g make no difference, and gradients do not add up", points=0.5)
def test_stale(student, matrix):
    at = _Desk(student, matrix)
    for _ in range(2):
        tensors = at.network(4, 3, 2)
        for tensor in tensors:
            tensor.g = matrix(*tensor.shape)
        at.must_be_right(tensors)
    at.must_be_right(at.network(4, 3, 2), times=2)


@check("the dtype of the gradients follows the tensors", points=0.3)
def test_dtype(student, matrix):
    at = _Desk(student, matrix)
    for dtype in (torch.float64, torch.float32):
        at.must_be_right(at.network(4, 3, 2, dtype), dtype=True)


@check("inputs, targets and parameters keep their values", points=0.2)
def test_clean(student, matrix):
    at = _Desk(student, matrix)
    for _ in range(2):
        tensors = at.network(4, 3, 2)
        tensors[1].g = matrix(4)
        call = at.must_be_right(tensors)
        call.must_leave_inputs(setting=[(place, "g") for place in (0, 2, 3, 4, 5)])
