"""Hidden checks of ``TorchNetwork``: the network by ``torch.nn``, its parameters registered, gradients by autograd."""

# ruff: noqa: PLR0917 - parameters of what runs in the student process are positional, and name its arguments

import torch

from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check

#: (N, n_in, nh), with one output. A parameter is told by its shape, so n_in and nh differ from each other and from 1.
SIZES = ((4, 3, 2), (4, 3, 2), (1, 3, 2), (5, 4, 3), (3, 2, 4))


def registered(names, n_in, nh, n_out):
    """TorchNetwork(n_in, nh, n_out).parameters()"""
    network = names["TorchNetwork"](n_in, nh, n_out)
    known = len(list(torch.nn.Module.parameters(network))) if isinstance(network, torch.nn.Module) else None
    return [tuple(one.shape) for one in network.parameters()], known


def trained(names, x, targ, w1, b1, w2, b2, step):
    """TorchNetwork(n_in, nh, 1)(x, targ), with given weights"""
    made = names["TorchNetwork"]
    if made.forward is torch.nn.Module.forward and "__call__" not in vars(made):
        # nn.Module's own raises NotImplementedError, as a stub does: say that this is none.
        raise AttributeError("TorchNetwork has no forward of its own")
    network = made(w1.shape[0], w1.shape[1], 1)
    if x.dtype == torch.float64:
        network = network.double()
    # (out, in) as nn.Linear keeps them, or (in, out) where somebody made nn.Parameters as we did.
    own = {tuple(w1.t().shape): w1.t(), tuple(w1.shape): w1, tuple(b1.shape): b1, (1, len(b1)): w2.t()}
    own |= {tuple(w2.shape): w2, (1,): b2}
    with torch.no_grad():
        for one in network.parameters():
            one.copy_(own[tuple(one.shape)])
    if step == "hook":
        seen = []
        network.register_forward_hook(lambda *_: seen.append(True))
        network(x, targ)
        return seen == [True]
    loss = network(x, targ)
    if step == "early":
        return [one.grad is None for one in network.parameters()]
    if step == "backward":
        loss.backward()
        for one in network.parameters():
            into = {1: {len(b1): b1, 1: b2}, 2: {b1.shape[0]: w1, 1: w2}}[one.dim()]
            if one.dim() == 1:
                into[len(one)].g = one.grad
            elif set(one.shape) == set(w1.shape):
                w1.g = one.grad if one.shape == w1.shape else one.grad.t()
            else:
                w2.g = one.grad if one.shape == w2.shape else one.grad.t()
        network.zero_grad()
        network(x.flip(0), targ.flip(0)).backward()
        x.again = next(one.grad for one in network.parameters() if tuple(one.shape) == tuple(b2.shape))
    return loss.detach()


def tensors(matrix, n, n_in, nh, dtype=torch.float32):
    """x, targ, w1, b1, w2, b2, these four as the student's own network has them."""
    shapes = (n, n_in), (n,), (n_in, nh), (nh,), (nh, 1), (1,)
    x, targ, w1, b1, w2, b2 = (matrix(*shape, dtype=dtype) for shape in shapes)
    return x, targ, w1, b1.abs() + 0.5, w2, b2


def reference(x, targ, w1, b1, w2, b2):
    """The loss and, by place, the gradients of w1, b1, w2 and b2: by formula, in float64 and rounded once."""
    dtype = x.dtype
    x, targ, w1, b1, w2, b2 = (one.double() for one in (x, targ, w1, b1, w2, b2))
    first = x @ w1 + b1
    hidden = torch.where(first > 0, first, 0.0)
    gaps = (hidden @ w2 + b2).reshape(-1) - targ
    of_out = 2 / len(targ) * gaps.reshape(-1, 1)
    of_first = torch.where(first > 0, of_out * w2.reshape(1, -1), 0.0)
    slopes = {2: x.t() @ of_first, 3: of_first.sum(0), 4: hidden.t() @ of_out, 5: of_out.sum(0)}
    return (gaps * gaps).sum().div(len(targ)).to(dtype), {place: one.to(dtype) for place, one in slopes.items()}


def must_have_four(student, n_in, nh, n_out):
    call = student.call(n_in, nh, n_out, caller=registered)
    call.must_not_raise()
    found, known = call.value if isinstance(call.value, tuple | list) and len(call.value) == 2 else ([], 0)
    if known is None:
        raise CheckFailed(Finding("value", f"TorchNetwork({n_in}, {nh}, {n_out}) is no nn.Module"))
    if len(found) == 4 and known != 4:
        text = f"{known} of the tensors that TorchNetwork({n_in}, {nh}, {n_out}).parameters() gives are registered"
        raise CheckFailed(Finding("value", f"{text}; another parameters() does not tell nn.Module of them"))
    if len(found) != 4:
        text = f"TorchNetwork({n_in}, {nh}, {n_out}).parameters() gives {len(found)} tensors; two linear layers have 4"
        raise CheckFailed(Finding("value", text))
    if sorted(sorted(shape) for shape in found) != sorted([sorted((n_in, nh)), [nh], sorted((nh, n_out)), [n_out]]):
        text = f"the parameters of TorchNetwork({n_in}, {nh}, {n_out}) have the shapes {', '.join(map(str, found))}"
        raise CheckFailed(Finding("shape", text))


@check("parameters() has the weights and biases of two linear layers", points=0.4, gate=True)
def test_registered(student):
    must_have_four(student, 5, 4, 1)


@check("called on a batch and its targets, it gives the loss", points=0.4, gate=True)
def test_loss(student, matrix):
    for sizes in SIZES:
        given = tensors(matrix, *sizes)
        student.call(*given, "forward", caller=trained).must_return(reference(*given)[0], scale=10.0)


@check("autograd's gradients are those of your own network", points=0.4)
def test_gradients(student, matrix):
    for sizes in SIZES:
        given = tensors(matrix, *sizes)
        call = student.call(*given, "backward", caller=trained)
        for place, slope in reference(*given)[1].items():
            call.must_set(place, "g", slope, scale=10.0)


@check("after zero_grad(), the next batch starts afresh", points=0.2)
def test_again(student, matrix):
    given = tensors(matrix, 4, 3, 2)
    call = student.call(*given, "backward", caller=trained)
    call.must_set(0, "again", reference(*given)[1][5], scale=10.0)


@check("the loss is only calculated: backward() is the caller's", points=0.2)
def test_early(student, matrix):
    call = student.call(*tensors(matrix, 4, 3, 2), "early", caller=trained)
    call.must_not_raise()
    if call.value != [True] * 4:
        raise CheckFailed(Finding("value", f"{call.subject}: the parameters have gradients before anybody asked"))


@check("nh and n_out are those of the arguments", points=0.2)
def test_sizes(student):
    for sizes in ((3, 4, 2), (2, 7, 5)):
        must_have_four(student, *sizes)


@check("it is forward that you wrote, and nn.Module that calls it", points=0.1)
def test_forward(student, matrix):
    call = student.call(*tensors(matrix, 4, 3, 2), "hook", caller=trained)
    call.must_not_raise()
    if call.value is not True:
        text = "a forward hook sees nothing of the call: nn.Module's own __call__ did not run"
        raise CheckFailed(Finding("value", f"{call.subject}: {text}"))


@check("float64, and batches that are left as they were", points=0.1)
def test_clean(student, matrix):
    given = tensors(matrix, 4, 3, 2, torch.float64)
    call = student.call(*given, "forward", caller=trained)
    call.must_return(reference(*given)[0], scale=10.0)
    call.must_leave_inputs()
