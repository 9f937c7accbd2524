"""Hidden checks of ``forward_and_backward(inp, targ, params)``: the whole way there and back.

``mse_grad``, ``relu_grad`` and ``lin_grad`` of the notebook are exchanged for right ones while it runs, so that a slip
in an earlier exercise costs nothing here; and the notebook's own ``w1`` to ``b2`` for tensors of fitting shapes, so
that who reads those instead of ``params`` is told so. Both are put back. Where that fails, the notebook's own three are
tried: who uses what they return, or calls their parameters by names of their own, is right as well.
"""

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed
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


#: What stands in the place of the three above when the source is read: a rule broken there has cost its marks already.
PIECES = "\n".join(f"def {piece}(*args, **named): ..." for piece in ("mse_grad", "relu_grad", "lin_grad"))


def with_right_pieces(names, inp, targ, w1, b1, w2, b2, times, own):  # noqa: PLR0917 - .g is seen on arguments alone
    """forward_and_backward(inp, targ, (w1, b1, w2, b2))"""

    def by_autograd(result, tensors, upstream):
        with torch.enable_grad():
            twins = [tensor.detach().clone().requires_grad_() for tensor in tensors]
            result(*twins).backward(upstream)
        for tensor, twin in zip(tensors, twins, strict=True):
            tensor.g = twin.grad

    def mse_grad(inp, targ):
        by_autograd(lambda z: torch.nn.functional.mse_loss(z.flatten(), targ), [inp], None)

    def relu_grad(inp, out):
        by_autograd(torch.nn.functional.relu, [inp], out.g)

    def lin_grad(inp, out, w, b):
        by_autograd(lambda x, v, c: torch.addmm(c, x, v), [inp, w, b], out.g)

    others = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    exchanged: dict[str, object] = {name: torch.full_like(tensor, 0.5) for name, tensor in others.items()}
    if not own:
        exchanged.update(mse_grad=mse_grad, relu_grad=relu_grad, lin_grad=lin_grad)
    kept = {name: names[name] for name in exchanged if name in names}
    tensors = inp, w1, b1, w2, b2
    before = [getattr(tensor, "g", None) for tensor in tensors]
    names.update(exchanged)
    try:
        for _ in range(times):
            loss = names["forward_and_backward"](inp, targ, (w1, b1, w2, b2))
        return loss
    except Exception:
        # How far it came makes no difference to what went wrong.
        for tensor, old in zip(tensors, before, strict=True):
            vars(tensor).pop("g", None)
            if old is not None:
                tensor.g = old
        raise
    finally:
        for name in exchanged:
            names.pop(name, None)
        names.update(kept)


def with_blank_pieces(names, inp, targ, w1, b1, w2, b2):  # noqa: PLR0917 - as above
    """forward_and_backward(inp, targ, (w1, b1, w2, b2))"""

    def blank(*tensors, **named):
        for tensor in (*tensors, *named.values()):
            if not hasattr(tensor, "g"):
                tensor.g = torch.zeros_like(tensor)

    pieces = "mse_grad", "relu_grad", "lin_grad"
    kept = {name: names[name] for name in pieces if name in names}
    names.update(dict.fromkeys(pieces, blank))
    try:
        return names["forward_and_backward"](inp, targ, (w1, b1, w2, b2))
    finally:
        for name in pieces:
            names.pop(name, None)
        names.update(kept)


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

    def __init__(self, student, matrix, confirmed):
        self.student, self.matrix, self.confirmed = student, matrix, confirmed

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
        return self.confirmed(lambda x, *rest: whole_loss(x, targ, *rest), [inp, *params], found)

    def must_be_right(self, tensors, *, times=1, dtype=False):
        expected = self.expected(tensors)
        # Each is a sum of products of the others' size, and may be small itself.
        scale = 1.0 + 4 * max(float(gradient.abs().max()) for gradient in expected)

        def look(call):
            for place, gradient in zip((0, 2, 3, 4, 5), expected, strict=True):
                call.must_set(place, "g", gradient.to(tensors[0].dtype), scale=scale, dtype=dtype)

        return self.either(tensors, look, times)

    def either(self, tensors, look, times=1):
        """The call that ``look`` is content with: with right pieces, or else with the notebook's own.

        Where it is content with neither, what counts is how the function did with right ones.
        """
        seen = self.student.observations
        start = len(seen)
        call = self.student.call(*tensors, times, False, caller=with_right_pieces)
        try:
            look(call)
            return call
        except CheckFailed:
            tried = len(seen)
            try:
                other = self.student.call(*tensors, times, True, trace=True, caller=with_right_pieces)
                look(other)
                # A piece of the notebook's that does the work of them all by autograd is no piece.
                must_be_none(read_trace_for(RULE, other.trace or {}))
            except CheckFailed:
                del seen[tried:]
            else:
                del seen[start:tried]
                return other
            raise


@check("all five gradients for networks of many sizes", points=1.1, gate=True)
def test_networks(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for sizes in SHAPES:
        at.must_be_right(at.network(*sizes))


@check("no autograd", points=0.3, gate=True)
def test_rule(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    # With blank pieces no gradient is right, and other checks look at these; what is set has to follow from the call.
    trial = Trial(at.network, lambda call: call.must_not_raise(), with_blank_pieces)
    student.must_obey(RULE, trial, SHAPES, sources=[*student.sources, PIECES])


@check("the loss is returned, as a tensor of shape ()", points=0.3)
def test_loss(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for sizes, dtype in [*((sizes, torch.float32) for sizes in SHAPES[1:]), (SHAPES[0], torch.float64)]:
        tensors = at.network(*sizes, dtype)
        expected = whole_loss(*(tensor.double() for tensor in tensors)).to(dtype)
        at.either(tensors, lambda call, loss=expected: call.must_return(loss, scale=20.0))


@check("a batch of one image, one hidden unit", points=0.3)
def test_sizes_of_one(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for sizes in [(1, 3, 2), (4, 2, 1), (3, 1, 2), (1, 1, 1)]:
        at.must_be_right(at.network(*sizes))


@check("what stood in any .g before makes no difference, and nothing adds up", points=0.5)
def test_stale(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for _ in range(2):
        tensors = at.network(4, 3, 2)
        for tensor in tensors:
            tensor.g = matrix(*tensor.shape)
        at.must_be_right(tensors)
    at.must_be_right(at.network(4, 3, 2), times=2)


@check("the dtype of the gradients follows the tensors", points=0.3)
def test_dtype(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for dtype in (torch.float64, torch.float32):
        at.must_be_right(at.network(4, 3, 2, dtype), dtype=True)


@check("inputs, targets and parameters keep their values", points=0.2)
def test_clean(student, matrix, confirmed):
    at = _Desk(student, matrix, confirmed)
    for _ in range(2):
        tensors = at.network(4, 3, 2)
        tensors[1].g = matrix(4)
        call = at.must_be_right(tensors)
        call.must_leave_inputs(setting=[(place, "g") for place in (0, 2, 3, 4, 5)])
