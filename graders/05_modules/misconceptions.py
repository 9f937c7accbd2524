"""What learners get wrong in 05_modules, as code that runs.

A class's name is the misconception's id, its docstring the hint. A hint leads and does not tell: it says where to look,
or which question to ask.
"""

# ruff: noqa: PLR0917 - parameters of what runs in the student process are positional, and name its arguments

from typing import Any

import torch
from torch import nn

from foundations.grading.misconceptions import battery, misconception

# ---- what the notebook gives, and sound classes for those that stand on them


def relu(x):
    return x.clamp_min(0.0)


def lin(x, w, b):
    return x @ w + b


def mse(output, targ):
    return (output.squeeze(-1) - targ).pow(2).mean()


#: The notebook has weights of these names and sizes, for whoever takes them instead of the arguments.
w1, b1, w2, b2 = torch.ones(784, 50), torch.zeros(50), torch.ones(50, 1), torch.zeros(1)


class Layer:
    """The type of a list of layers."""

    def __call__(self, inp):
        raise NotImplementedError

    def backward(self):
        raise NotImplementedError


class Relu(Layer):
    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g


class Lin(Layer):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, lin(inp, self.w, self.b)
        return self.out

    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = self.inp.t() @ self.out.g
        self.b.g = self.out.g.sum(0)


class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return mse(inp, targ)

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / self.inp.shape[0]


class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out

    def forward(self, *args):
        raise NotImplementedError("no forward")

    def backward(self):
        self.bwd(self.out, *self.args)


class ReLU(Module):
    def forward(self, inp):
        return relu(inp)

    def bwd(self, out, inp):
        inp.g = (inp > 0) * out.g


class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return lin(inp, self.w, self.b)

    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0)
        self.b.g = out.g.sum(0)


class MSE(Module):
    def forward(self, inp, targ):
        return mse(inp, targ)

    def bwd(self, out, inp, targ):
        inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]


# ---- batteries: how far a class comes, and what it leaves behind


def a_layers_life(names, *args):
    """a layer made, called and sent back beside another; then once more"""
    *tensors, form, kind = args
    made = names[kind]
    size = len(tensors) // 3
    first, other, third = tensors[:size], tensors[size : 2 * size], tensors[2 * size :]
    params, inputs, upstream = form
    seen, stage = [], "made"
    try:
        layer = made(*[first[place] for place in params])
        neighbour = made(*[other[place] for place in params])
        stage = "called"
        out = layer(*[first[place] for place in inputs])
        seen.append(out)
        between = neighbour(*[other[place] for place in inputs])
        stage = "sent back"
        if upstream:
            out.g, between.g = first[upstream], other[upstream]
        layer.backward()
        seen.append([hasattr(layer, "g"), *[one.grad is None for one in first]])
        neighbour.backward()
        stage = "called again"
        last = layer(*[third[place] for place in inputs])
        seen.append(last)
        stage = "sent back again"
        if upstream:
            last.g = third[upstream]
        layer.backward()
    except Exception as error:
        about = " about g" if getattr(error, "name", None) == "g" else ""
        seen.append(f"not {stage}: {type(error).__name__}{about}")
    return seen


def network_life(names, *args):
    """a network made, called and sent back twice; then one of layers that only say who is asked"""
    x, w1, b1, w2, b2, targ, third, third_targ, kind = args
    made = names[kind]
    seen, stage = [], "made"
    try:
        network = made(w1, b1, w2, b2)
        stage = "called"
        seen.append(network(x, targ))
        stage = "sent back"
        network.backward()
        stage = "called again"
        seen.append(network(third, third_targ))
        stage = "sent back again"
        network.backward()
    except Exception as error:
        # Of errors of one kind, those of the notebook's own weights say so: no other weights have its number of pixels.
        seen.append(f"not {stage}: {type(error).__name__}" + " 784" * ("784" in str(error)))
    space = next((each.__globals__ for each in vars(made).values() if hasattr(each, "__globals__")), names)
    asked = []

    class Recorder:
        def __init__(self, *params):
            self.name = "".join(name for name, one in (("first ", w1), ("last ", w2)) if params and params[0] is one)

        def __call__(self, *args):
            asked.append(f"{self.name}{type(self).__name__} called on {len(args)}")
            return args[0]

        def forward(self, *args):
            asked.append(f"{self.name}{type(self).__name__} sent forward")
            return args[0]

        def backward(self):
            asked.append(f"{self.name}{type(self).__name__} sent back")

    layers = ("Lin", "Relu", "Mse") if kind == "Model" else ("Linear", "ReLU", "MSE")
    kept = {name: space[name] for name in layers if name in space}
    space.update({name: type(name, (Recorder,), {}) for name in layers})
    try:
        network = made(w1, b1, w2, b2)
        network(x, targ)
        network.backward()
    except Exception as error:
        asked.append(type(error).__name__)
    finally:
        for name in layers:
            del space[name]
        space.update(kept)
    return [*seen, asked]


def module_life(names, a, b, c, upstream, other_upstream):
    """layers made from Module, how far they come, and what they remember"""
    made: Any = names["Module"]

    class Mixed(made):
        def forward(self, a, b):
            return a * b - b

        def bwd(self, out, a, b):
            a.g, b.g = out.g * b, out.g * (a - 1)

    class One(made):
        def forward(self, *args):
            self.runs = getattr(self, "runs", 0) + 1
            return args[0] * 3

        def bwd(self, *args):
            self.given = args

    seen, stage = [], "made"
    try:
        layer, neighbour = Mixed(), Mixed()
        stage = "called"
        out = layer(a, b)
        seen.append(out)
        neighbour(b, c)
        stage = "sent back"
        out.g = upstream
        layer.backward()
        stage = "called again"
        last = layer(b, c)
        stage = "sent back again"
        last.g = other_upstream
        layer.backward()
    except Exception as error:
        about = " about g" if getattr(error, "name", None) == "g" else ""
        seen.append(f"not {stage}: {type(error).__name__}{about}")
    try:
        one = One()
        got = one(a, b)
        seen.append([got, one.runs, hasattr(one, "out"), len(getattr(one, "args", ()))])
        one.backward()
        seen.append(["output" if each is got else type(each).__name__ for each in one.given])
    except Exception as error:
        seen.append(type(error).__name__)
    try:
        seen.append(made().forward(a) is None)
    except Exception as error:
        seen.append(type(error).__name__)
    return seen


def torch_life(names, x, targ, w1, b1, w2, b2):
    """a network by torch.nn: its parameters, its loss, its gradients"""
    seen: list[Any] = []
    stage = "made"
    try:
        network = names["TorchNetwork"](w1.shape[0], w1.shape[1], 1)
        wide = names["TorchNetwork"](w1.shape[0], w1.shape[1], 2)
        seen.append([[tuple(one.shape) for one in each.parameters()] for each in (network, wide)])
        own = {name: one for name, one in vars(network).items() if not name.startswith("_") or type(one) is not dict}
        holders = [tuple(one.values()) if isinstance(one, dict) else one for one in own.values()]
        holders = [one for one in holders if isinstance(one, list | tuple)]
        seen.append(any(isinstance(each, torch.nn.Module) for one in holders for each in one))
        if not list(network.parameters()):
            return seen  # nobody can give it weights, and its own are other ones every time
        hooked = []
        network.register_forward_hook(lambda *_: hooked.append(True))
        own = {tuple(one.shape): one for one in (w1.t(), b1, w2.t(), b2)}
        with torch.no_grad():
            for one in network.parameters():
                one.copy_(own.get(tuple(one.shape), torch.ones(())))
        stage = "called"
        loss = network(x, targ)
        seen.append(loss.detach() if isinstance(loss, torch.Tensor) else type(loss).__name__)
        seen.append([bool(hooked), *[one.grad is None for one in network.parameters()]])
        stage = "sent back"
        loss.backward()
        seen.extend(one.grad for one in network.parameters())
    except Exception as error:
        seen.append(f"not {stage}: {type(error).__name__}")
    return seen


def _made(generator, *shapes):
    return [torch.randn(*shape, generator=generator) for shape in shapes]


def _poisoned(generator, tensors):
    for one in tensors:
        one.g = torch.randn(one.shape, generator=generator)
    return tensors


@battery("Relu", caller=a_layers_life)
def relus(generator):
    return _relus(generator, "Relu")


@battery("ReLU", caller=a_layers_life)
def relus_on_module(generator):
    return _relus(generator, "ReLU")


def _relus(generator, kind):
    lives: list[tuple[Any, ...]] = []
    for first, other, third in (((4, 3), (2, 3), (4, 3)), ((1, 2), (3, 1), (5, 2)), ((3, 3), (3, 3), (3, 3))) * 2:
        tensors = _made(generator, first, first, other, other, third, third)
        tensors[0].view(-1)[0] = 0.0
        if len(lives) % 2:
            _poisoned(generator, tensors[::2])
        lives.append((*tensors, [[], [0], 1], kind))
    return lives


@battery("Lin", caller=a_layers_life)
def lins(generator):
    return _lins(generator, "Lin")


@battery("Linear", caller=a_layers_life)
def lins_on_module(generator):
    return _lins(generator, "Linear")


@battery("LinearEinsum", caller=a_layers_life)
def lins_by_einsum(generator):
    return _lins(generator, "LinearEinsum")


@battery("LinearMatmul", caller=a_layers_life)
def lins_by_matmul(generator):
    return _lins(generator, "LinearMatmul")


def _lins(generator, kind):
    lives: list[tuple[Any, ...]] = []
    for n, n_in, n_out in ((4, 3, 2), (1, 3, 2), (3, 3, 3), (5, 4, 1), (2, 5, 3), (6, 2, 4)):
        shapes = (n, n_in), (n_in, n_out), (n_out,), (n, n_out)
        others = (n + 1, n_out), (n_out, n_in), (n_in,), (n + 1, n_in)
        tensors = [*_made(generator, *shapes), *_made(generator, *others)]
        if len(lives) % 2:
            _poisoned(generator, tensors[:3])
        inp, upstream = _made(generator, shapes[0], shapes[3])
        lives.append((*tensors, inp, None, None, upstream, [[1, 2], [0], 3], kind))
    return lives


@battery("Mse", caller=a_layers_life)
def mses(generator):
    return _mses(generator, "Mse")


@battery("MSE", caller=a_layers_life)
def mses_on_module(generator):
    return _mses(generator, "MSE")


def _mses(generator, kind):
    lives = []
    for n in (4, 3, 2, 5, 6, 7):
        tensors = _made(generator, (n, 1), (n,), (n + 1, 1), (n + 1,), (n, 1), (n,))
        if n % 2:
            _poisoned(generator, tensors[::2])
        lives.append((*tensors, [[], [0, 1], 0], kind))
    return lives


@battery("Model", caller=network_life, form="own")
def models(generator):
    return _networks(generator, "Model")


@battery("Network", caller=network_life, form="own")
def networks(generator):
    return _networks(generator, "Network")


def _networks(generator, kind):
    lives = []
    for n, n_in, nh in ((4, 3, 2), (3, 3, 3), (2, 4, 5), (5, 2, 3)):
        x, w1, b1, w2, b2, targ = _made(generator, (n, n_in), (n_in, nh), (nh,), (nh, 1), (1,), (n,))
        third, third_targ = _made(generator, (n + 1, n_in), (n + 1,))
        lives.append((x, w1, b1.abs() + 0.5, w2, b2, targ, third, third_targ, kind))
    return lives


@battery("Module", caller=module_life)
def modules(generator):
    return [tuple(_made(generator, *[shape] * 5)) for shape in ((4, 3), (2, 2), (3,), (1, 5))]


@battery("TorchNetwork", caller=torch_life)
def torch_networks(generator):
    lives = []
    for n, n_in, nh in ((4, 3, 2), (5, 4, 3), (3, 2, 4), (6, 5, 2)):
        x, targ, w1, b1, w2, b2 = _made(generator, (n, n_in), (n,), (n_in, nh), (nh,), (nh, 1), (1,))
        lives.append((x, targ, w1, b1.abs() + 0.5, w2, b2))
    return lives


# --- Relu ----------------------------------------------------------------------------------------------------------


@misconception("Relu", kind=19)
class relu_layer_forgets_its_return:
    """Whoever calls the layer wants something back. What does your __call__ give, after all it has saved?"""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)

    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g


@misconception("Relu")
class relu_layer_returns_a_second_output:
    """The gradient arrives on the tensor that you returned. Is that the very one that you saved, or another with equal
    numbers?
    """

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return relu(inp)

    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g


@misconception("Relu", kind=9)
class relu_layer_masks_by_the_gradient:
    """A ReLU is open or shut by what went in, not by the sign of what comes back. What do you compare with 0?"""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.out.g > 0) * self.out.g


@misconception("Relu", kind=4)
class relu_layer_sends_the_value_back:
    """Change nothing but out.g: does your answer change? A value went forward; its gradient has to come back."""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0) * self.out


@misconception("Relu", kind=4)
class relu_layer_sends_only_the_slope:
    """0 or 1 is the ReLU's own slope. What arrived from above must be in it, too: the chain rule multiplies."""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0).to(self.inp.dtype)


@misconception("Relu", kind=9)
class relu_layer_is_open_at_zero:
    """Look at an input of exactly 0. On which side of your comparison does it fall, and what did we agree on in 04?"""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.inp >= 0) * self.out.g


@misconception("Relu", kind=4)
class relu_layer_keeps_the_gradient_for_itself:
    """The layer before will look at the .g of its own output, which is your input. On what have you put yours?"""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.g = (self.inp > 0) * self.out.g


@misconception("Relu", kind=4)
class relu_layer_writes_to_grad:
    """.grad is PyTorch's letter box, and nobody in our network looks there. What is ours called?"""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.grad = (self.inp > 0) * self.out.g


@misconception("Relu", kind=13)
class relu_layer_adds_to_the_old_gradient:
    """Put any number into .g before the layer goes back: is it gone afterwards? Each batch starts anew."""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = getattr(self.inp, "g", 0) + (self.inp > 0) * self.out.g


@misconception("Relu", kind=12)
class relu_layer_remembers_its_first_call:
    """Call your layer on a second batch. Which of the two does it remember?"""

    def __call__(self, inp):
        if not hasattr(self, "inp"):
            self.inp = inp
        self.out = relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g


@misconception("Relu", kind=12)
class relu_layer_shares_its_memory:
    """Make two layers and call both. What lies on the class belongs to all its objects; where do you save?"""

    def __call__(self, inp):
        type(self).inp, type(self).out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g


@misconception("Relu", kind=19)
class relu_layer_with_single_underscores:
    """Python finds the method behind layer(inp) by its exact name. How many underscores stand on each side of yours?"""

    def _call_(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g


@misconception("Relu", kind=19)
class relu_layer_hides_its_backward:
    """backward() is called with nothing in its brackets. Does your method want something? And is self.backward still
    that method once the layer was called, or an attribute of its name?
    """

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        self.backward = inp > 0  # type: ignore[method-assign]  # the mistake
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g


@misconception("Relu", kind=12)
class relu_layer_forgets_self:
    """backward has no arguments, so a bare name in it is one of the notebook. How does it reach what was saved?"""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        inp.g = (inp > 0) * out.g  # type: ignore[name-defined]  # noqa: F821 - the mistake


@misconception("Relu", kind=13)
class relu_layer_clips_its_input:
    """Print the input after the call. A method whose name ends with an underscore changes the tensor that it is called
    on.
    """

    def __call__(self, inp):
        self.mask = inp > 0
        self.inp, self.out = inp, inp.clamp_min_(0.0).clone()
        return self.out

    def backward(self):
        self.inp.g = self.mask * self.out.g


@misconception("Relu", kind=13)
class relu_layer_blots_the_arriving_gradient:
    """out.g belongs to the output; others may still want it. Print it before and after: who has put zeros into it?"""

    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = self.out.g
        self.inp.g[self.inp <= 0] = 0.0


# --- Lin -----------------------------------------------------------------------------------------------------------


class _Lin:
    """A linear layer that sets nothing by itself."""

    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, lin(inp, self.w, self.b)
        return self.out

    def set(self, inp_g, w_g, b_g):
        self.inp.g, self.w.g, self.b.g = inp_g, w_g, b_g


@misconception("Lin", kind=19)
class lin_layer_with_single_underscores:
    """Lin(w, b) looks for a method that takes two arguments when an object is made. Is its name spelt right?"""

    def _init_(self, w, b):
        self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, lin(inp, self.w, self.b)
        return self.out


@misconception("Lin", kind=2)
class lin_layer_gives_each_row_a_bias_gradient(_Lin):
    """b was added to every row, so every row has a say in one gradient of b's shape. How do several become one?"""

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.inp.t() @ self.out.g, self.out.g)


@misconception("Lin", kind=2)
class lin_layer_averages_the_bias_gradient(_Lin):
    """Is a factor of N missing in b.g? The mean over the batch was taken once already, by the loss."""

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.inp.t() @ self.out.g, self.out.g.mean(0))


@misconception("Lin", kind=2)
class lin_layer_sums_the_bias_gradient_to_one_number(_Lin):
    """b has one entry for each unit; yours is a single number. Over which axis, and only over which, do you sum?"""

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.inp.t() @ self.out.g, self.out.g.sum())


@misconception("Lin", kind=5)
class lin_layer_weight_gradient_lies_on_its_side(_Lin):
    """w.g has w's shape, (inputs, outputs). Read the shape of your product from left to right."""

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.out.g.t() @ self.inp, self.out.g.sum(0))


@misconception("Lin", kind=5)
class lin_layer_goes_back_through_w_unturned(_Lin):
    """(N, n_out) has to become (N, n_in). Does w as it lies do that? A square w would hide the answer."""

    def backward(self):
        self.set(self.out.g @ self.w, self.inp.t() @ self.out.g, self.out.g.sum(0))


@misconception("Lin", kind=19)
class lin_layer_calls_a_property(_Lin):
    """.t is a method and wants brackets; .T is none, and a tensor cannot be called. Which one have you mixed up?"""

    def backward(self):
        self.set(self.out.g @ self.w.T(), self.inp.T() @ self.out.g, self.out.g.sum(0))


@misconception("Lin", kind=6)
class lin_layer_multiplies_entry_by_entry(_Lin):
    """Between inp and out.g you need a matrix product; * goes entry by entry, and stretches what does not fit."""

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.inp.t() * self.out.g, self.out.g.sum(0))


@misconception("Lin", kind=4)
class lin_layer_sends_values_back(_Lin):
    """Change nothing but out.g: do your gradients change? What the output holds is not what arrives at it."""

    def backward(self):
        self.set(self.out @ self.w.t(), self.inp.t() @ self.out, self.out.sum(0))


@misconception("Lin", kind=11)
class lin_layer_takes_its_output_for_its_input(_Lin):
    """For w.g you need what went into the layer. Which saved tensor came before the product, and which after?"""

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.out.t() @ self.out.g, self.out.g.sum(0))


@misconception("Lin", kind=13)
class lin_layer_adds_up_over_batches(_Lin):
    """Send the same batch twice. If w.g doubles, something of the first time is still in it."""

    def backward(self):
        of_w = getattr(self.w, "g", 0) + self.inp.t() @ self.out.g
        of_b = getattr(self.b, "g", 0) + self.out.g.sum(0)
        self.set(self.out.g @ self.w.t(), of_w, of_b)


@misconception("Lin")
class lin_layer_forgets_the_bias_gradient(_Lin):
    """Count the tensors that go into inp w + b. For how many of them do you set .g?"""

    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = self.inp.t() @ self.out.g


@misconception("Lin")
class lin_layer_forgets_the_input_gradient(_Lin):
    """Your own parameters have their gradients. What will the layer before you go by?"""

    def backward(self):
        self.w.g = self.inp.t() @ self.out.g
        self.b.g = self.out.g.sum(0)


@misconception("Lin", kind=1)
class lin_layer_divides_by_the_batch(_Lin):
    """The loss is a mean, and its 1/N has come down with out.g already. How often does it have to be divided by N?"""

    def backward(self):
        n = self.inp.shape[0]
        self.set(self.out.g @ self.w.t(), self.inp.t() @ self.out.g / n, self.out.g.sum(0) / n)


@misconception("Lin", kind=7)
class lin_layer_multiplies_the_sums(_Lin):
    """First multiply image by image, then add up. A product of two sums mixes the pixels of one image with the gradient
    of another.
    """

    def backward(self):
        of_w = self.inp.sum(0).unsqueeze(-1) * self.out.g.sum(0)
        self.set(self.out.g @ self.w.t(), of_w, self.out.g.sum(0))


@misconception("Lin", kind=12)
class lin_layer_loses_its_weights(_Lin):
    """After backward, what is in self.w: the weights, or their gradient? Call the layer once more and you will see."""

    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w = self.inp.t() @ self.out.g
        self.b = self.out.g.sum(0)


@misconception("Lin", kind=12)
class lin_layer_shares_its_weights(_Lin):
    """Make two layers with different weights, then call the first. Whose weights does it use? Look at where you save
    them.
    """

    def __init__(self, w, b):
        type(self).w, type(self).b = w, b

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.inp.t() @ self.out.g, self.out.g.sum(0))


@misconception("Lin", kind=4)
class lin_layer_writes_to_grad(_Lin):
    """In .grad looks PyTorch, and nobody else. Under which name do the other layers look for their gradients?"""

    def backward(self):
        self.inp.grad = self.out.g @ self.w.t()
        self.w.grad, self.b.grad = self.inp.t() @ self.out.g, self.out.g.sum(0)


@misconception("Lin", kind=7)
class lin_layer_gives_all_inputs_one_gradient(_Lin):
    """All rows of your w.g are equal. Row i belongs to pixel i: does it not matter how bright that pixel was?"""

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.out.g.sum(0).expand_as(self.w).clone(), self.out.g.sum(0))


@misconception("Lin", kind=12)
class lin_layer_remembers_its_first_call(_Lin):
    """Call your layer on a second batch. Which of the two batches is in w.g?"""

    def __call__(self, inp):
        out = lin(inp, self.w, self.b)
        if not hasattr(self, "inp"):
            self.inp, self.out = inp, out
        return out

    def backward(self):
        self.set(self.out.g @ self.w.t(), self.inp.t() @ self.out.g, self.out.g.sum(0))


# --- Mse -----------------------------------------------------------------------------------------------------------


class _Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ, self.out = inp, targ, mse(inp, targ)
        return self.out


@misconception("Mse", kind=1)
class mse_layer_forgets_the_mean(_Mse):
    """The loss is a mean. Of how many terms, and where is that number in your gradient?"""

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1)


@misconception("Mse", kind=1)
class mse_layer_forgets_the_two(_Mse):
    """Exactly half of what it should be: what does the derivative of a square bring along?"""

    def backward(self):
        self.inp.g = (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / self.inp.shape[0]


@misconception("Mse", kind=3)
class mse_layer_stretches_the_targets(_Mse):
    """Print the shape of your difference for four rows. Is it (4, 1), or was an axis invented?"""

    def backward(self):
        self.inp.g = 2 * (self.inp - self.targ) / self.inp.shape[0]


@misconception("Mse", kind=3)
class mse_layer_stretches_the_loss_as_well:
    """(N, 1) minus (N,) gives an error to no one and (N, N) to you. Print the shape before you square."""

    def __call__(self, inp, targ):
        self.inp, self.targ, self.out = inp, targ, (inp - targ).pow(2).mean()
        return self.out

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / self.inp.shape[0]


@misconception("Mse")
class mse_layer_loses_the_last_axis(_Mse):
    """The numbers are right. A gradient has the shape of its tensor: compare .shape of the two."""

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ) / self.inp.shape[0]


@misconception("Mse")
class mse_layer_points_the_wrong_way(_Mse):
    """A prediction that is too large should have a positive gradient. Which of the two do you subtract?"""

    def backward(self):
        self.inp.g = 2 * (self.targ - self.inp.squeeze(-1)).unsqueeze(-1) / self.inp.shape[0]


@misconception("Mse")
class mse_layer_waits_for_a_gradient(_Mse):
    """Who would have put a .g on the loss? It is the last in the row, and the way back begins with it."""

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / self.inp.shape[0] * self.out.g


@misconception("Mse", kind=4)
class mse_layer_gives_the_targets_a_gradient(_Mse):
    """The targets are what they are; nobody wants to change them. Which of the two saved tensors gets the gradient?"""

    def backward(self):
        self.targ.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / self.inp.shape[0]


@misconception("Mse", kind=1)
class mse_layer_sums_the_loss:
    """Put the same batch in twice, one below the other. Should the loss double? Look at its first letter, M."""

    def __call__(self, inp, targ):
        self.inp, self.targ, self.out = inp, targ, (inp.squeeze(-1) - targ).pow(2).sum()
        return self.out

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1)


@misconception("Mse", kind=19)
class mse_layer_forgets_its_return:
    """The loss was calculated, and then? Somebody wants to read it."""

    def __call__(self, inp, targ):
        self.inp, self.targ, self.out = inp, targ, mse(inp, targ)

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / self.inp.shape[0]


@misconception("Mse", kind=1)
class mse_layer_divides_by_the_batch_twice(_Mse):
    """Your gradient is too small by a factor that grows with the batch. How many divisions by N are in it, and how many
    in the loss?
    """

    def backward(self):
        n = self.inp.shape[0]
        self.inp.g = 2 / n * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / n


@misconception("Mse", kind=4)
class mse_layer_writes_to_grad(_Mse):
    """.grad is where PyTorch keeps gradients. Where does the layer before the loss look for the one of its output?"""

    def backward(self):
        self.inp.grad = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / self.inp.shape[0]


@misconception("Mse", kind=18)
class mse_layer_squeezes_every_axis(_Mse):
    """With one image every axis has size 1, and a squeeze that names none takes them all. Which one did you mean?"""

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze() - self.targ.squeeze()).unsqueeze(-1) / self.inp.shape[0]


@misconception("Mse", kind=13)
class mse_layer_subtracts_within_its_input(_Mse):
    """Are the predictions still predictions after backward? A squeezed tensor shares its memory with the one it came
    from, and -= writes into it.
    """

    def backward(self):
        gaps = self.inp.squeeze(-1)
        gaps -= self.targ
        self.inp.g = 2 * gaps.unsqueeze(-1) / self.inp.shape[0]


# --- Model ---------------------------------------------------------------------------------------------------------


class _Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]
        self.loss = Mse()

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(x, targ)


@misconception("Model", kind=11)
class model_forgets_to_ask_the_loss(_Model):
    """The last linear layer reads the gradient of its output. Who was to put it there?"""

    def backward(self):
        for each in reversed(self.layers):
            each.backward()


@misconception("Model", kind=11)
class model_goes_back_in_forward_order(_Model):
    """Each layer needs what the one after it leaves behind. Which layer is the first of yours to be asked?"""

    def backward(self):
        self.loss.backward()
        for each in self.layers:
            each.backward()


@misconception("Model", kind=11)
class model_asks_the_loss_last(_Model):
    """Follow the black numbers of the picture: with which layer does the way back begin?"""

    def backward(self):
        for each in reversed(self.layers):
            each.backward()
        self.loss.backward()


@misconception("Model", kind=11)
class model_turns_its_list_round(_Model):
    """The first batch is fine and the second is not. In which order do your layers stand after backward?"""

    def backward(self):
        self.loss.backward()
        self.layers.reverse()
        for each in self.layers:
            each.backward()


@misconception("Model", kind=19)
class model_skips_the_first_layer(_Model):
    """A slice leaves out the index that it stops at. Which layer is never asked?"""

    def backward(self):
        self.loss.backward()
        for each in self.layers[:0:-1]:
            each.backward()


@misconception("Model", kind=(12, 19))
class model_overwrites_its_loss:
    """self.loss was a layer when the model was made. What is it after the first call: a layer, or a number?"""

    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]
        self.loss = Mse()

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        self.loss = self.loss(x, targ)
        return self.loss

    def backward(self):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Model", kind=11)
class model_gives_everyone_the_input(_Model):
    """Every layer works on what the one before has given. What do all of yours work on?"""

    def __call__(self, x, targ):
        for each in self.layers:
            out = each(x)
        return self.loss(out, targ)

    def backward(self):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Model", kind=19)
class model_forgets_its_return(_Model):
    """The layers are called and the loss is too; then the value is lost. What does __call__ give back?"""

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Model")
class model_returns_its_predictions(_Model):
    """One number is asked for, of shape (). What shape has yours, and which layer was not called last?"""

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        self.loss(x, targ)
        return x

    def backward(self):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Model")
class model_leaves_out_the_relu:
    """Two linear layers in a row are one linear layer. What stood between them?"""

    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Lin(w2, b2)]
        self.loss = Mse()

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Model")
class model_ends_with_a_relu:
    """Can your model predict a negative number? Count the ReLUs in the picture."""

    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2), Relu()]
        self.loss = Mse()

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Model", kind=12)
class model_takes_the_weights_of_the_notebook:
    """Names that are no arguments are looked up in the notebook. Whose weights are in your layers: those you were
    given?
    """

    def __init__(self, *params):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]
        self.loss = Mse()

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Model")
class model_swaps_predictions_and_targets(_Model):
    """Your loss takes two things, and only one of them has an axis at the end. In which order do you hand them over?"""

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(targ, x)

    def backward(self):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Model", kind=11)
class model_goes_back_through_new_layers:
    """A new object remembers nothing. Are the layers that go back the very ones that were called?"""

    def __init__(self, w1, b1, w2, b2):
        self.params = w1, b1, w2, b2

    def parts(self):
        w1, b1, w2, b2 = self.params
        return [Lin(w1, b1), Relu(), Lin(w2, b2)], Mse()

    def __call__(self, x, targ):
        layers, loss = self.parts()
        for each in layers:
            x = each(x)
        return loss(x, targ)

    def backward(self):
        layers, loss = self.parts()
        loss.backward()
        for each in reversed(layers):
            each.backward()


# --- Module --------------------------------------------------------------------------------------------------------


@misconception("Module", kind=19)
class module_with_single_underscores:
    """A layer made from yours cannot be called. By which exact name does Python look for what happens then?"""

    def _call_(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out

    def forward(self, *args):
        raise NotImplementedError("no forward")

    def backward(self):
        self.bwd(self.out, *self.args)


@misconception("Module", kind=19)
class module_misspells_forward:
    """Read the names of your methods aloud, letter by letter. Every layer defines forward; whom do you call?"""

    def __call__(self, *args):
        self.args = args
        self.out = self.foward(*args)
        return self.out

    def foward(self, *args):
        raise NotImplementedError("no forward")

    def backward(self):
        self.bwd(self.out, *self.args)


class _Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out

    def forward(self, *args):
        raise NotImplementedError("no forward")

    def backward(self):
        self.bwd(self.out, *self.args)


@misconception("Module", kind=19)
class module_forgets_its_return(_Module):
    """forward gave something and you saved it. What does whoever called the layer get?"""

    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)


@misconception("Module", kind=11)
class module_runs_forward_twice(_Module):
    """Count how often forward runs in one call. Two runs give two tensors, and only one of them gets the gradient."""

    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.forward(*args)


@misconception("Module", kind=4)
class module_hands_out_a_copy(_Module):
    """The numbers agree, but bwd finds no .g. Is the tensor that was returned the one that was saved?"""

    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out.clone()

    def forward(self, *args):
        raise NotImplementedError("no forward")


@misconception("Module", kind=4)
class module_saves_copies(_Module):
    """bwd sets .g on the tensors that it is given. Are these the caller's own, or copies that nobody else knows?"""

    def __call__(self, *args):
        self.args = tuple(one.clone() for one in args)
        self.out = self.forward(*args)
        return self.out


@misconception("Module")
class module_takes_one_argument(_Module):
    """ReLU is called on one tensor and the loss on two. How many does your __call__ take?"""

    def __call__(self, inp):
        self.args = (inp,)
        self.out = self.forward(inp)
        return self.out


@misconception("Module", kind=11)
class module_saves_its_first_argument_alone(_Module):
    """What is self.args after a call on two tensors, and what does a star in front of a single tensor do?"""

    def __call__(self, *args):
        self.args = args[0]
        self.out = self.forward(*args)
        return self.out


@misconception("Module")
class module_packs_the_arguments(_Module):
    """forward wants tensors, and yours gets one tuple. What does a star do in a call?"""

    def __call__(self, *args):
        self.args = args
        self.out = self.forward(args)
        return self.out


@misconception("Module")
class module_hands_bwd_a_tuple(_Module):
    """How many arguments does bwd get from you if the layer was called on two tensors? It should be three."""

    def backward(self):
        self.bwd(self.out, self.args)


@misconception("Module", kind=11)
class module_hands_the_output_over_last(_Module):
    """bwd(out, *args): which comes first? A layer of one input would take one for the other, without an error."""

    def backward(self):
        self.bwd(*self.args, self.out)


@misconception("Module", kind=4)
class module_keeps_the_output_from_bwd(_Module):
    """bwd starts from the gradient of the output. Among what you hand to it, where is the output?"""

    def backward(self):
        self.bwd(*self.args)


@misconception("Module", kind=19)
class module_hides_forward(_Module):
    """After the first call, what is self.forward: still a method? The second call will tell you."""

    def __call__(self, *args):
        self.args = args
        self.forward = self.forward(*args)  # type: ignore[method-assign]  # the mistake
        self.out = self.forward
        return self.out


@misconception("Module", kind=19)
class module_hides_bwd(_Module):
    """backward() is called with nothing in its brackets. Does yours want more? And what it calls is bwd: is self.bwd
    still a method after a call, or an attribute of its name?
    """

    def __call__(self, *args):
        self.args = args
        self.out = self.bwd = self.forward(*args)
        return self.out


@misconception("Module")
class module_has_nothing_to_say(_Module):
    """A layer whose forward is missing should stop with an error that says so. What does yours do: nothing?"""

    def forward(self, *args):
        pass


@misconception("Module")
class module_returns_the_exception(_Module):
    """An exception that is returned is a value like any other. Which word makes it stop the program?"""

    def forward(self, *args):
        return NotImplementedError


@misconception("Module")
class module_raises_the_wrong_thing(_Module):
    """NotImplemented is a value for comparisons, and no exception. What is the exception called?"""

    def forward(self, *args):
        raise NotImplemented  # type: ignore[misc]  # noqa: F901 - the mistake


@misconception("Module", kind=12)
class module_saves_on_the_class(_Module):
    """Call two layers, then send the first one back. Whose input does it find? Look at where you save."""

    def __call__(self, *args):
        type(self).args = args
        type(self).out = self.forward(*args)
        return self.out


@misconception("Module", kind=12)
class module_remembers_its_first_call(_Module):
    """Call one layer on two batches. Which one is in self.args afterwards, and which should be?"""

    def __call__(self, *args):
        if not hasattr(self, "args"):
            self.args = args
        self.out = self.forward(*args)
        return self.out


# --- ReLU ----------------------------------------------------------------------------------------------------------


@misconception("ReLU", kind=19)
class relu_on_module_misspells_forward(Module):
    """Module calls forward, and finds only its own. Compare the names of your methods with that, letter by letter."""

    def foward(self, inp):
        return relu(inp)

    def bwd(self, out, inp):
        inp.g = (inp > 0) * out.g


@misconception("ReLU", symptom="structure")
class relu_on_module_does_it_all_itself(Module):
    """What is left for Module to do? Take out of the class what Module does for every layer."""

    def __call__(self, inp):
        self.args = (inp,)
        self.out = self.forward(inp)
        return self.out

    def forward(self, inp):
        return relu(inp)

    def bwd(self, out, inp):
        inp.g = (inp > 0) * out.g


@misconception("ReLU")
class relu_on_module_looks_for_inp(Module):
    """In exercise 1 you saved self.inp; who saves it now, and under which name? bwd may not need to look at self at
    all.
    """

    def forward(self, inp):
        return relu(inp)

    def bwd(self, out, inp):
        self.inp.g = (self.inp > 0) * self.out.g


@misconception("ReLU", kind=19)
class relu_on_module_forgets_its_return(Module):
    """Module saves what forward gives. What does yours give?"""

    def forward(self, inp):
        self.result = relu(inp)

    def bwd(self, out, inp):
        inp.g = (inp > 0) * out.g


@misconception("ReLU", kind=11)
class relu_on_module_swaps_out_and_inp(Module):
    """In which order does Module hand things to bwd? Compare with the order of your parameters."""

    def forward(self, inp):
        return relu(inp)

    def bwd(self, inp, out):
        inp.g = (inp > 0) * out.g


@misconception("ReLU", kind=4)
class relu_on_module_returns_the_gradient(Module):
    """Module throws away what bwd returns. Where will the layer before look for the gradient?"""

    def forward(self, inp):
        return relu(inp)

    def bwd(self, out, inp):
        return (inp > 0) * out.g


@misconception("ReLU", kind=19)
class relu_on_module_hides_bwd(Module):
    """You have saved something on self under the name of a method. Which of the two does Module find now?"""

    def forward(self, inp):
        self.bwd = inp > 0  # type: ignore[method-assign]  # the mistake
        return relu(inp)

    def bwd(self, out, inp):
        inp.g = (inp > 0) * out.g


@misconception("ReLU", kind=9)
class relu_on_module_is_open_at_zero(Module):
    """An input of exactly 0: does your mask let its gradient through? In 04 we agreed on an answer."""

    def forward(self, inp):
        return relu(inp)

    def bwd(self, out, inp):
        inp.g = (inp >= 0) * out.g


@misconception("ReLU", kind=4)
class relu_on_module_sends_the_value_back(Module):
    """The mask is right. What do you multiply it with: the output, or the gradient that has arrived at the output?"""

    def forward(self, inp):
        return relu(inp)

    def bwd(self, out, inp):
        inp.g = (inp > 0) * out


@misconception("ReLU", kind=13)
class relu_on_module_blots_the_arriving_gradient(Module):
    """*= writes into the tensor on its left. Whose gradient is that, and is it still what it was after bwd?"""

    def forward(self, inp):
        return relu(inp)

    def bwd(self, out, inp):
        out.g *= inp > 0
        inp.g = out.g


# --- Linear --------------------------------------------------------------------------------------------------------


class _Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return lin(inp, self.w, self.b)

    def set(self, inp, inp_g, w_g, b_g):
        inp.g, self.w.g, self.b.g = inp_g, w_g, b_g


@misconception("Linear", kind=2)
class linear_forgets_the_batch_sum(_Linear):
    """w.g has w's shape; yours has one axis more, one sheet for each image. What happens to the sheets?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), inp.unsqueeze(-1) * out.g.unsqueeze(1), out.g.sum(0))


@misconception("Linear", kind=2)
class linear_sums_over_the_inputs(_Linear):
    """Which of the three axes of your stack is the batch? Sum over that one."""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(1), out.g.sum(0))


@misconception("Linear", kind=1)
class linear_averages_the_sheets(_Linear):
    """Your w.g is too small by a factor that is the size of the batch. Does the formula say mean, or Σ?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp.unsqueeze(-1) * out.g.unsqueeze(1)).mean(0), out.g.sum(0))


@misconception("Linear", kind=5)
class linear_turns_the_sheets(_Linear):
    """Inputs run down a sheet, outputs run across. Which of the two tensors got its new axis at the end?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp.unsqueeze(1) * out.g.unsqueeze(-1)).sum(0), out.g.sum(0))


@misconception("Linear", kind=6)
class linear_puts_both_axes_in_one_place(_Linear):
    """A column times a row makes a sheet; a row times a row does not. Where does each new axis go?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp.unsqueeze(1) * out.g.unsqueeze(1)).sum(0), out.g.sum(0))


@misconception("Linear", kind=4)
class linear_sends_values_back(_Linear):
    """out comes into bwd as a tensor with a letter box. Have you read the letter, or used the box?"""

    def bwd(self, out, inp):
        self.set(inp, out @ self.w.t(), (inp.unsqueeze(-1) * out.unsqueeze(1)).sum(0), out.sum(0))


@misconception("Linear")
class linear_keeps_its_weights_in_args(Module):
    """self.args is where Module saves the arguments of a call. What else have you put there, and what is left of it?"""

    def __init__(self, w, b):
        self.args = w, b

    def forward(self, inp):
        return lin(inp, *self.args)

    def bwd(self, out, inp):
        w, b = self.args
        inp.g, w.g, b.g = out.g @ w.t(), inp.t() @ out.g, out.g.sum(0)


@misconception("Linear", kind=19)
class linear_with_single_underscores(Module):
    """Linear(w, b) says that it takes no arguments. Which method takes them, and how is its name spelt?"""

    def _init_(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return lin(inp, self.w, self.b)

    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), inp.t() @ out.g, out.g.sum(0)


@misconception("Linear", kind=13)
class linear_adds_up_over_batches(_Linear):
    """Two batches, one after the other: is the first one still in your gradients? They replace, they do not add."""

    def bwd(self, out, inp):
        of_w = getattr(self.w, "g", 0) + (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0)
        self.set(inp, out.g @ self.w.t(), of_w, getattr(self.b, "g", 0) + out.g.sum(0))


@misconception("Linear", symptom="structure")
class linear_brings_its_own_backward(_Linear):
    """Which method does Module look for in a layer? Yours has another name, and hides one of Module's."""

    def backward(self):
        (inp,) = self.args
        self.set(inp, self.out.g @ self.w.t(), inp.t() @ self.out.g, self.out.g.sum(0))


@misconception("Linear", kind=2)
class linear_gives_each_row_a_bias_gradient(_Linear):
    """There is one b for the whole batch, and your b.g has a row for each image. How do they become one?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0), out.g)


@misconception("Linear", kind=2)
class linear_sums_the_bias_gradient_to_one_number(_Linear):
    """A sum without an axis leaves one number. How many does b hold, and over which axis alone is to be summed?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0), out.g.sum())


@misconception("Linear", kind=2)
class linear_averages_the_bias_gradient(_Linear):
    """w.g is right, and b.g is too small by the size of the batch. Both have Σ over the batch in their formulas."""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0), out.g.mean(0))


@misconception("Linear", kind=5)
class linear_goes_back_through_w_unturned(_Linear):
    """(N, n_out) is to become (N, n_in). Write the shape of w beside it: does w fit as it lies?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w, (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0), out.g.sum(0))


@misconception("Linear", kind=6)
class linear_multiplies_entry_by_entry(_Linear):
    """Every input has to meet every output of its image. In your product each input meets how many?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp * out.g).sum(0), out.g.sum(0))


@misconception("Linear", kind=7)
class linear_gives_all_inputs_one_gradient(_Linear):
    """All rows of your w.g are equal: one gradient for all the inputs. Which tensor of the formula is not in it?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), out.g.sum(0).expand_as(self.w).clone(), out.g.sum(0))


@misconception("Linear", kind=11)
class linear_takes_its_output_for_its_input(_Linear):
    """bwd is given the output and the input. Which of the two was multiplied with w on the way forward?"""

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (out.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0), out.g.sum(0))


@misconception("Linear", kind=19)
class linear_forgets_its_return(_Linear):
    """Module saves what forward gives, and hands it on. What does yours give?"""

    def forward(self, inp):
        lin(inp, self.w, self.b)

    def bwd(self, out, inp):
        self.set(inp, out.g @ self.w.t(), (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0), out.g.sum(0))


# --- MSE -----------------------------------------------------------------------------------------------------------


class _Loss(Module):
    def forward(self, inp, targ):
        return mse(inp, targ)


@misconception("MSE")
class mse_on_module_leaves_no_room_for_out(_Loss):
    """Module hands the output to every bwd, also to one that has no use for it. How many parameters has yours?"""

    def bwd(self, inp, targ):
        inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]


@misconception("MSE", kind=11)
class mse_on_module_takes_out_last(_Loss):
    """Module counts on your parameters being in its order. Which one comes first?"""

    def bwd(self, inp, targ, out):
        inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(targ)


@misconception("MSE")
class mse_on_module_waits_for_a_gradient(_Loss):
    """The other layers multiply by what arrives from above. What arrives at the loss?"""

    def bwd(self, out, inp, targ):
        inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0] * out.g


@misconception("MSE", kind=1)
class mse_on_module_forgets_the_mean(_Loss):
    """Your gradient is N times too large. What did the loss do with the N squares?"""

    def bwd(self, out, inp, targ):
        inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1)


@misconception("MSE", kind=3)
class mse_on_module_stretches_the_targets(_Loss):
    """Predictions lie in a column, targets in a row. What shape does their difference get?"""

    def bwd(self, out, inp, targ):
        inp.g = 2 * (inp - targ) / inp.shape[0]


@misconception("MSE")
class mse_on_module_loses_the_last_axis(_Loss):
    """inp came as (N, 1), and its gradient is (N,). What has to be put back?"""

    def bwd(self, out, inp, targ):
        inp.g = 2 * (inp.squeeze(-1) - targ) / inp.shape[0]


@misconception("MSE", kind=1)
class mse_on_module_forgets_the_two(_Loss):
    """A factor is missing, the same for every row: differentiate the square once more."""

    def bwd(self, out, inp, targ):
        inp.g = (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]


@misconception("MSE", symptom="structure")
class mse_on_module_does_it_all_itself(_Loss):
    """Which of your methods does Module have already? Those can go."""

    def backward(self):
        inp, targ = self.args
        inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]

    def bwd(self, out, inp, targ):
        self.backward()


@misconception("MSE", kind=1)
class mse_on_module_divides_by_the_batch_twice(_Loss):
    """Too small, and the more so the larger the batch is. Where do you divide by N, and where once more?"""

    def bwd(self, out, inp, targ):
        inp.g = 2 / len(targ) * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(targ)


@misconception("MSE", kind=4)
class mse_on_module_gives_the_targets_a_gradient(_Loss):
    """The targets are given, and nothing before them wants a gradient. On which of the two arguments is it missing?"""

    def bwd(self, out, inp, targ):
        targ.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]


@misconception("MSE", kind=18)
class mse_on_module_squeezes_every_axis(_Loss):
    """In a batch of one, how many axes does a bare squeeze() leave? Say which one is to go."""

    def bwd(self, out, inp, targ):
        inp.g = 2 * (inp.squeeze() - targ.squeeze()).unsqueeze(-1) / inp.shape[0]


@misconception("MSE", kind=13)
class mse_on_module_subtracts_within_inp(_Loss):
    """What does inp hold after bwd? A squeezed tensor and the one it came from are two views of the same numbers."""

    def bwd(self, out, inp, targ):
        gaps = inp.squeeze(-1)
        gaps -= targ
        inp.g = 2 * gaps.unsqueeze(-1) / inp.shape[0]


@misconception("MSE", kind=19)
class mse_on_module_forgets_its_return(Module):
    """The loss was calculated in forward. Who gets to see it?"""

    def forward(self, inp, targ):
        mse(inp, targ)

    def bwd(self, out, inp, targ):
        inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]


# --- Network -------------------------------------------------------------------------------------------------------


class _Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Linear(w1, b1), ReLU(), Linear(w2, b2)]
        self.loss = MSE()

    def forward(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(x, targ)

    def bwd(self, out, x, targ):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


@misconception("Network", kind=19)
class network_calls_a_layer_out(Module):
    """One of your layers has a name that Module uses itself. What lies under that name once the network was called?"""

    def __init__(self, w1, b1, w2, b2):
        self.hidden, self.act, self.out, self.loss = Linear(w1, b1), ReLU(), Linear(w2, b2), MSE()

    def forward(self, x, targ):
        return self.loss(self.out(self.act(self.hidden(x))), targ)

    def bwd(self, out, x, targ):
        for each in (self.loss, self.out, self.act, self.hidden):
            each.backward()


@misconception("Network", kind=11)
class network_goes_around_the_call(_Network):
    """It is __call__ that remembers, and forward that calculates. Which of the two do you use on your layers?"""

    def forward(self, x, targ):
        for each in self.layers:
            x = each.forward(x)
        return self.loss.forward(x, targ)


@misconception("Network", kind=11)
class network_forgets_to_ask_the_loss(_Network):
    """Where does the first gradient come from? None of the layers in your list can make it."""

    def bwd(self, out, x, targ):
        for each in reversed(self.layers):
            each.backward()


@misconception("Network", kind=11)
class network_goes_back_in_forward_order(_Network):
    """The first linear layer is asked first. Has anybody put a gradient on its output by then?"""

    def bwd(self, out, x, targ):
        self.loss.backward()
        for each in self.layers:
            each.backward()


@misconception("Network", kind=11)
class network_turns_its_list_round(_Network):
    """Use the network twice. Does reverse() give you another list, or does it change the one you have?"""

    def bwd(self, out, x, targ):
        self.loss.backward()
        self.layers.reverse()
        for each in self.layers:
            each.backward()


@misconception("Network")
class network_calls_bwd_itself(_Network):
    """Layers know what they were called on. Which of their methods needs to be told nothing?"""

    def bwd(self, out, x, targ):
        self.loss.bwd()  # type: ignore[call-arg]  # the mistake
        for each in reversed(self.layers):
            each.bwd()


@misconception("Network", kind=19)
class network_skips_the_first_layer(_Network):
    """w2 has its gradient and w1 has none. Where does your slice end?"""

    def bwd(self, out, x, targ):
        self.loss.backward()
        for each in self.layers[:0:-1]:
            each.backward()


@misconception("Network", kind=19)
class network_forgets_its_return(_Network):
    """Module returns what your forward gives. After the last layer was called, does forward give anything?"""

    def forward(self, x, targ):
        for each in self.layers:
            x = each(x)
        self.loss(x, targ)


@misconception("Network")
class network_returns_its_predictions(_Network):
    """forward(x, targ) is to give the loss, one number. What do you do with targ?"""

    def forward(self, x, targ):
        for each in self.layers:
            x = each(x)
        self.loss(x, targ)
        return x


@misconception("Network")
class network_leaves_out_the_relu(_Network):
    """Is there anything in your network that a single linear layer could not do?"""

    def __init__(self, w1, b1, w2, b2):
        self.layers = [Linear(w1, b1), Linear(w2, b2)]
        self.loss = MSE()


@misconception("Network", kind=12)
class network_takes_the_weights_of_the_notebook(Module):
    """Your network was made with four tensors. Whose weights are in its layers: these, or those of the notebook?"""

    def __init__(self, *params):
        self.layers, self.loss = [Linear(w1, b1), ReLU(), Linear(w2, b2)], MSE()

    def forward(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(x, targ)

    def bwd(self, out, x, targ):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()


# --- LinearEinsum --------------------------------------------------------------------------------------------------


class _Faster(Linear):
    def set(self, inp, out, w_g):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), w_g, out.g.sum(0)


@misconception("LinearEinsum", kind=(5, 10))
class einsum_layer_turns_the_result(_Faster):
    """The letters after the arrow are the axes of the result, in their order. Which comes first in w?"""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,bj->ji", inp, out.g))


@misconception("LinearEinsum", kind=(2, 10))
class einsum_layer_keeps_the_batch(_Faster):
    """Your w.g has three axes. Which letter may not be after the arrow, so that it is summed over?"""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,bj->bij", inp, out.g))


@misconception("LinearEinsum", kind=(7, 10))
class einsum_layer_sums_each_alone(_Faster):
    """The pixels of an image belong to the gradient of the same image. What tells einsum to walk two axes together?"""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,cj->ij", inp, out.g))


@misconception("LinearEinsum", kind=10)
class einsum_layer_spells_a_plain_product(_Faster):
    """These are the letters of a @ b. Read yours off the formula of w.g: which axis do inp and out.g have in common?"""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("ik,kj->ij", inp, out.g))


@misconception("LinearEinsum")
class einsum_layer_sets_nothing_but_w(_Faster):
    """Your bwd takes the place of Linear's, all of it. Which gradients did that one set?"""

    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->ij", inp, out.g)


@misconception("LinearEinsum", kind=4)
class einsum_layer_sends_values_back(_Faster):
    """What goes into the einsum: the output of the layer, or what has come back to it?"""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,bj->ij", inp, out))


@misconception("LinearEinsum", symptom="rule: einsum")
class einsum_layer_uses_something_else(_Faster):
    """The numbers are right and no letters are in sight. What would the sum over the batch look like in Einstein's
    notation?
    """

    def bwd(self, out, inp):
        self.set(inp, out, inp.t() @ out.g)


@misconception("LinearEinsum", symptom=("memory", "speed", "growth"))
class einsum_layer_still_makes_every_sheet(_Faster):
    """One sheet for each image is still made, in a stack or one by one. Let the sum happen inside the einsum: which
    letter decides that?
    """

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,bj->bij", inp, out.g).sum(0))


@misconception("LinearEinsum", kind=2)
class einsum_layer_gives_each_row_a_bias_gradient(_Faster):
    """Letters would be of help for b as well: which one is summed over, so that one number for each output is left?"""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,bj->ij", inp, out.g))
        self.b.g = out.g


@misconception("LinearEinsum", kind=1)
class einsum_layer_divides_by_the_batch(_Faster):
    """Does Σ say anything of a division? The 1/N of the loss has come down with out.g already."""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,bj->ij", inp, out.g) / len(inp))


@misconception("LinearEinsum", kind=7)
class einsum_layer_gives_all_inputs_one_gradient(_Faster):
    """The letter of the inputs is not after your arrow, so they were added up, and all rows of w.g are alike."""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,bj->j", inp, out.g).expand_as(self.w).clone())


@misconception("LinearEinsum", kind=13)
class einsum_layer_adds_up_over_batches(_Faster):
    """Send two batches through, one after the other. What of the first one is still in w.g?"""

    def bwd(self, out, inp):
        self.set(inp, out, getattr(self.w, "g", 0) + torch.einsum("bi,bj->ij", inp, out.g))


# --- LinearMatmul --------------------------------------------------------------------------------------------------


@misconception("LinearMatmul", kind=5)
class matmul_layer_forgets_to_turn(_Faster):
    """(N, n_in) and (N, n_out): the inner sizes do not agree. Which of the two has to be turned?"""

    def bwd(self, out, inp):
        self.set(inp, out, inp @ out.g)


@misconception("LinearMatmul", kind=5)
class matmul_layer_turns_the_other(_Faster):
    """Both orders can be multiplied, and only one gives w's shape. Write the shape of your product beside that of w."""

    def bwd(self, out, inp):
        self.set(inp, out, out.g.t() @ inp)


@misconception("LinearMatmul", kind=6)
class matmul_layer_multiplies_entry_by_entry(_Faster):
    """* has no sum in it. Which operator multiplies row by column?"""

    def bwd(self, out, inp):
        self.set(inp, out, inp.t() * out.g)


@misconception("LinearMatmul", kind=19)
class matmul_layer_calls_a_property(_Faster):
    """One way to write the transpose takes brackets, the other does not. A tensor is not callable: which is yours?"""

    def bwd(self, out, inp):
        self.set(inp, out, inp.T() @ out.g)


@misconception("LinearMatmul")
class matmul_layer_sets_nothing_but_w(_Faster):
    """w has its gradient. What about the other two tensors that went into the output?"""

    def bwd(self, out, inp):
        self.w.g = inp.t() @ out.g


@misconception("LinearMatmul", kind=4)
class matmul_layer_sends_values_back(_Faster):
    """Which of the two is in your product, out or out.g? Change out.g and see whether w.g follows."""

    def bwd(self, out, inp):
        self.set(inp, out, inp.t() @ out)


@misconception("LinearMatmul", symptom="rule: einsum")
class matmul_layer_calls_einsum(_Faster):
    """That was the exercise before. Behind these letters stands a product of two matrices: which ones?"""

    def bwd(self, out, inp):
        self.set(inp, out, torch.einsum("bi,bj->ij", inp, out.g))


@misconception("LinearMatmul", symptom=("memory", "speed", "growth"))
class matmul_layer_still_makes_every_sheet(_Faster):
    """A product for each image and a sum afterwards is what Linear does. One product of matrices has that sum inside:
    over which of its sizes?
    """

    def bwd(self, out, inp):
        self.set(inp, out, (inp.unsqueeze(-1) @ out.g.unsqueeze(1)).sum(0))


@misconception("LinearMatmul", kind=2)
class matmul_layer_gives_each_row_a_bias_gradient(_Faster):
    """w.g has lost the batch in the product. Where does b.g lose it?"""

    def bwd(self, out, inp):
        self.set(inp, out, inp.t() @ out.g)
        self.b.g = out.g


@misconception("LinearMatmul", kind=1)
class matmul_layer_divides_by_the_batch(_Faster):
    """A matrix product adds up and does not average. Who has taken the mean over the batch already?"""

    def bwd(self, out, inp):
        self.set(inp, out, inp.t() @ out.g / len(inp))


@misconception("LinearMatmul", kind=7)
class matmul_layer_gives_all_inputs_one_gradient(_Faster):
    """A matrix of ones forgets which pixel was bright. What stands on the left of the product in the formula?"""

    def bwd(self, out, inp):
        self.set(inp, out, torch.ones_like(inp).t() @ out.g)


@misconception("LinearMatmul", kind=13)
class matmul_layer_adds_up_over_batches(_Faster):
    """PyTorch adds to .grad, and has zero_grad() for that. What does our .g do with what was there before?"""

    def bwd(self, out, inp):
        self.set(inp, out, getattr(self.w, "g", 0) + inp.t() @ out.g)


# --- TorchNetwork --------------------------------------------------------------------------------------------------


@misconception("TorchNetwork")
class torch_network_keeps_its_layers_in_a_list(nn.Module):
    """nn.Module notes down Modules and parameters that it is given as attributes. Does it look into a plain list,
    or into a dict?
    """

    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]

    def forward(self, x, targ):
        for each in self.layers:
            x = each(x)
        return mse(x, targ)


@misconception("TorchNetwork")
class torch_network_keeps_plain_tensors(nn.Module):
    """A tensor that requires a gradient is not yet a parameter. Which class of torch.nn makes one of it, or brings its
    own?
    """

    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.w1, self.b1 = torch.randn(n_in, nh, requires_grad=True), torch.zeros(nh, requires_grad=True)
        self.w2, self.b2 = torch.randn(nh, n_out, requires_grad=True), torch.zeros(n_out, requires_grad=True)

    def forward(self, x, targ):
        return mse(relu(x @ self.w1 + self.b1) @ self.w2 + self.b2, targ)


@misconception("TorchNetwork", kind=19)
class torch_network_forgets_the_parent(nn.Module):
    """Before it can note anything down, nn.Module has to open its books. Who calls its __init__ once you write your
    own?
    """

    def __init__(self, n_in, nh, n_out):
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return mse(self.layers(x), targ)


class _Torch(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))


@misconception("TorchNetwork", kind=19)
class torch_network_misspells_forward(_Torch):
    """nn.Module says that forward is missing, and you have written it. Letter by letter: have you?"""

    def foward(self, x, targ):
        return mse(self.layers(x), targ)


@misconception("TorchNetwork")
class torch_network_returns_its_predictions(_Torch):
    """forward is given targets: what for? It should end with one number."""

    def forward(self, x, targ):
        return self.layers(x)


@misconception("TorchNetwork", kind=3)
class torch_network_stretches_the_targets(_Torch):
    """(N, 1) and (N,) once more: what is the shape of the difference before it is squared?"""

    def forward(self, x, targ):
        return (self.layers(x) - targ).pow(2).mean()


@misconception("TorchNetwork", kind=19)
class torch_network_forgets_its_return(_Torch):
    """Whoever calls the network gets None, and None has no backward. What does forward end with?"""

    def forward(self, x, targ):
        self.loss = mse(self.layers(x), targ)


@misconception("TorchNetwork", kind=13)
class torch_network_goes_back_by_itself(_Torch):
    """Look at the gradients right after the call. Nobody has asked for them yet, and when somebody does, they are added
    once more.
    """

    def forward(self, x, targ):
        loss = mse(self.layers(x), targ)
        loss.backward(retain_graph=True)
        return loss


@misconception("TorchNetwork")
class torch_network_turns_the_loss_into_a_number(_Torch):
    """A Python number has forgotten how it was calculated. From what shall autograd go back?"""

    def forward(self, x, targ):
        return mse(self.layers(x), targ).item()


@misconception("TorchNetwork")
class torch_network_cuts_the_loss_off(_Torch):
    """The value is right and backward has nothing to go back through. Where was the recording switched off, or cut?"""

    def forward(self, x, targ):
        return mse(self.layers(x), targ).detach()


@misconception("TorchNetwork", kind=1)
class torch_network_sums_the_squares(_Torch):
    """Your loss grows with the batch. What does the M in MSE stand for?"""

    def forward(self, x, targ):
        return (self.layers(x).squeeze(-1) - targ).pow(2).sum()


@misconception("TorchNetwork")
class torch_network_writes_its_own_call(_Torch):
    """nn.Module's __call__ does more than call forward: hooks, for one. Which of the two methods is yours to write?"""

    def __call__(self, x, targ):
        return mse(self.layers(x), targ)


@misconception("TorchNetwork")
class torch_network_leaves_out_the_relu(nn.Module):
    """Which of the three parts has no parameters, so that nobody misses it when they are counted?"""

    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return mse(self.layers(x), targ)


@misconception("TorchNetwork", kind=15)
class torch_network_swaps_in_and_out(nn.Module):
    """nn.Linear is made with (inputs, outputs), although it keeps its weight as (outputs, inputs). Which did you write
    first?
    """

    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(nh, n_in), nn.ReLU(), nn.Linear(n_out, nh))

    def forward(self, x, targ):
        return mse(self.layers(x), targ)


@misconception("TorchNetwork")
class torch_network_has_no_bias(nn.Module):
    """Two weights and two more: which half of the four parameters is missing?"""

    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh, bias=False), nn.ReLU(), nn.Linear(nh, n_out, bias=False))

    def forward(self, x, targ):
        return mse(self.layers(x), targ)


@misconception("TorchNetwork")
class torch_network_always_has_one_output(nn.Module):
    """You are given three numbers. Which one do you never use?"""

    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, 1))

    def forward(self, x, targ):
        return mse(self.layers(x), targ)
