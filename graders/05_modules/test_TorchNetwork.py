"""Hidden checks of ``TorchNetwork``: the network by ``torch.nn``, its parameters registered, gradients by autograd.

Sentence of the text → check:

    `parameters()` has four tensors: both layers are registered       → test_registered
    `forward(x, targ)` returns the loss                               → test_loss
    Gradients are autograd's                                          → test_gradients
    are **added** to what is there                                    → test_gradients
    `zero_grad()` clears them                                         → test_gradients
    calling `loss.backward()` is left to whoever wants gradients      → test_call
    `nn.Module` has a `__call__` that calls it                        → test_call
    Float64 weights and inputs give a float64 loss                    → test_call
    n_in, nh, n_out: the numbers of inputs, hidden units and outputs  → test_sizes
"""

# ruff: noqa: PLR0917 - parameters of functions that run in the student process are positional, and name its arguments

import torch
from helpers import network

from foundations.authoring import RETURN, Exercise, check, compare_shapes, fail, not_reached, values


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
    if step == "twice":
        network(x, targ).backward()
    if step in {"backward", "twice"}:
        loss.backward()
        # One that autograd does not reach has no gradient, and none is passed on.
        for one in [each for each in network.parameters() if each.grad is not None]:
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


class TestTorchNetwork(Exercise):
    #: (N, n_in, nh), with one output. A parameter is known by its shape, so n_in and nh are different and above 1.
    sizes = ((4, 3, 2), (4, 3, 2), (1, 3, 2), (5, 4, 3), (3, 2, 4))
    caller = trained

    def inputs(self, n, n_in, nh, dtype=torch.float32, step="forward"):
        shapes = (n, n_in), (n,), (n_in, nh), (nh,), (nh, 1), (1,)
        x, targ, w1, b1, w2, b2 = (self.normal(*shape, dtype=dtype) for shape in shapes)
        return x, targ, w1, b1.abs() + 0.5, w2, b2, step

    def expected(self, x, targ, w1, b1, w2, b2, step):
        """Return the loss and the gradients of the parameters, calculated in float64."""
        found = network(*(one.double() for one in (x, w1, b1, w2, b2, targ)))
        del found["x.g"]
        found["x.again"] = found["b2.g"]
        if step == "twice":
            found |= {place: 2 * found[place] for place in ("w1.g", "b1.g", "w2.g", "b2.g")}
        found = found if step in {"backward", "twice"} else {RETURN: found[RETURN]}
        return {place: value.to(x.dtype) for place, value in found.items()}

    def scale(self, *args):
        return 10.0

    def must_be_right(self, call, *, dtype=False):
        if call.error is None and call.args[-1] in {"backward", "twice"}:
            for place in (2, 3, 4, 5):
                if call.attributes[place].get("g") is None:
                    text = f"{call.subject}, then backward(): {call.names[place]} has no gradient"
                    fail("value", text, diagnosis=not_reached(call.names[place]))
        super().must_be_right(call, dtype=dtype)

    def sent_back(self):
        return [*(self.inputs(*sizes, step="backward") for sizes in self.sizes), self.inputs(4, 3, 2, step="twice")]

    def must_have_four(self, n_in, nh, n_out):
        call = self.student.call(n_in, nh, n_out, caller=registered)
        call.must_not_raise()
        made = f"TorchNetwork({n_in}, {nh}, {n_out})"
        found, known = call.value if isinstance(call.value, tuple | list) and len(call.value) == 2 else ([], 0)
        if known is None:
            fail("value", f"{made} is not an nn.Module")
        if len(found) == 4 and known != 4:
            text = f"{known} of the tensors that {made}.parameters() gives are registered"
            fail("value", f"{text}; another parameters() does not tell nn.Module of them")
        if len(found) != 4:
            text = f"{made}.parameters() gives {len(found)} tensors; two linear layers have 4"
            expected = (n_in, nh), (nh,), (nh, n_out), (n_out,)
            fail("value", text, diagnosis=compare_shapes(found, expected) if found else None)
        if sorted(sorted(shape) for shape in found) != sorted([sorted((n_in, nh)), [nh], sorted((nh, n_out)), [n_out]]):
            fail("shape", f"the parameters of {made} have the shapes {', '.join(map(str, found))}")

    @check("parameters() has the weights and biases of two linear layers", points=0.4, gate=True)
    def test_registered(self):
        self.must_have_four(5, 4, 1)

    test_loss = values("called on a batch and its targets, it gives the loss", points=0.4, gate=True)
    test_gradients = values(
        "autograd's gradients are those of your own network, are added, and are new after zero_grad()",
        only=sent_back,
        points=0.6,
    )

    @check("nn.Module calls your forward, which only calculates the loss, in float64 too", points=0.4)
    def test_call(self):
        call = self.call(*self.inputs(4, 3, 2, step="early"))
        call.must_not_raise()
        if call.value != [True] * 4:
            fail("value", f"{call.subject}: the parameters have gradients before anybody asked")
        call = self.call(*self.inputs(4, 3, 2, step="hook"))
        call.must_not_raise()
        if call.value is not True:
            text = "a forward hook sees nothing of the call: nn.Module's own __call__ did not run"
            fail("value", f"{call.subject}: {text}")
        for call in self.try_each([self.inputs(4, 3, 2, dtype=torch.float64)], dtype=True):
            call.must_leave_inputs()

    @check("nh and n_out are those of the arguments", points=0.2)
    def test_sizes(self):
        for sizes in ((3, 4, 2), (2, 7, 5)):
            self.must_have_four(*sizes)
