"""Known mistakes of 05_modules, as changes of the solutions.

A name is the mistake's id. A hint guides and does not give the answer away: it points to a place, or asks a question.
"""

# ruff: noqa: PLR0917 - parameters of functions that run in the student process are positional, and name its arguments

from functools import partial
from typing import Any

import torch

from foundations.authoring import battery, mistake

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


def relus_of(kind, generator):
    lives: list[tuple[Any, ...]] = []
    for first, other, third in (((4, 3), (2, 3), (4, 3)), ((1, 2), (3, 1), (5, 2)), ((3, 3), (3, 3), (3, 3))) * 2:
        tensors = _made(generator, first, first, other, other, third, third)
        tensors[0].view(-1)[0] = 0.0
        if len(lives) % 2:
            _poisoned(generator, tensors[::2])
        lives.append((*tensors, [[], [0], 1], kind))
    return lives


def lins_of(kind, generator):
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


def mses_of(kind, generator):
    lives = []
    for n in (4, 3, 2, 5, 6, 7):
        tensors = _made(generator, (n, 1), (n,), (n + 1, 1), (n + 1,), (n, 1), (n,))
        if n % 2:
            _poisoned(generator, tensors[::2])
        lives.append((*tensors, [[], [0, 1], 0], kind))
    return lives


def networks_of(kind, generator):
    lives = []
    for n, n_in, nh in ((4, 3, 2), (3, 3, 3), (2, 4, 5), (5, 2, 3)):
        x, w1, b1, w2, b2, targ = _made(generator, (n, n_in), (n_in, nh), (nh,), (nh, 1), (1,), (n,))
        third, third_targ = _made(generator, (n + 1, n_in), (n + 1,))
        lives.append((x, w1, b1.abs() + 0.5, w2, b2, targ, third, third_targ, kind))
    return lives


def of_each(inputs, *kinds, caller=a_layers_life, form="right"):
    """Mark ``inputs(kind, generator)`` as the battery of each of ``kinds``."""
    return [battery(kind, caller=caller, form=form)(partial(inputs, kind)) for kind in kinds]


relus, relus_on_module = of_each(relus_of, "Relu", "ReLU")
lins, lins_on_module, lins_by_einsum, lins_by_matmul = of_each(lins_of, "Lin", "Linear", "LinearEinsum", "LinearMatmul")
mses, mses_on_module = of_each(mses_of, "Mse", "MSE")
models, networks = of_each(networks_of, "Model", "Network", caller=network_life, form="own")


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


# --- Relu -------------------------------------------------------------------------------------------------------------

relu_layer_forgets_its_return = mistake(
    "Relu",
    ("        return self.out\n", ""),
    kind=19,
    hint="Whoever calls the layer wants something back. What does your __call__ give, after all it has saved?",
)
relu_layer_returns_a_second_output = mistake(
    "Relu",
    ("return self.out", "return relu(inp)"),
    hint="""The gradient arrives on the tensor that you returned. Is that the very one that you saved, or another
    with equal numbers?""",
)
relu_layer_masks_by_the_gradient = mistake(
    "Relu",
    ("self.inp > 0", "self.out.g > 0"),
    kind=9,
    hint="A ReLU is open or shut by what went in, not by the sign of what comes back. What do you compare with 0?",
)
relu_layer_sends_the_value_back = mistake(
    "Relu",
    ("* self.out.g", "* self.out"),
    kind=4,
    hint="Change nothing but out.g: does your answer change? A value went forward; its gradient has to come back.",
)
relu_layer_sends_only_the_slope = mistake(
    "Relu",
    ("(self.inp > 0) * self.out.g", "(self.inp > 0).to(self.inp.dtype)"),
    kind=4,
    hint="0 or 1 is the ReLU's own slope. What arrived from above must be in it, too: the chain rule multiplies.",
)
relu_layer_is_open_at_zero = mistake(
    "Relu",
    ("self.inp > 0", "self.inp >= 0"),
    kind=9,
    hint="""Look at an input of exactly 0. On which side of your comparison does it fall, and what did we agree on
    in 04?""",
)
relu_layer_keeps_the_gradient_for_itself = mistake(
    "Relu",
    ("self.inp.g =", "self.g ="),
    kind=4,
    hint="""The layer before will look at the .g of its own output, which is your input. On what have you put yours?""",
)
relu_layer_writes_to_grad = mistake(
    "Relu",
    ("self.inp.g =", "self.inp.grad ="),
    kind=4,
    hint=".grad is PyTorch's letter box, and nobody in our network looks there. What is ours called?",
)
relu_layer_adds_to_the_old_gradient = mistake(
    "Relu",
    ("self.inp.g = ", 'self.inp.g = getattr(self.inp, "g", 0) + '),
    kind=13,
    hint="Put any number into .g before the layer goes back: is it gone afterwards? Each batch starts anew.",
)
relu_layer_remembers_its_first_call = mistake(
    "Relu",
    ("self.inp = inp", 'self.inp = getattr(self, "inp", inp)'),
    kind=12,
    hint="Call your layer on a second batch. Which of the two does it remember?",
)
relu_layer_shares_its_memory = mistake(
    "Relu",
    ("self.inp = inp", "type(self).inp = inp"),
    ("self.out = relu", "type(self).out = relu"),
    kind=12,
    hint="Make two layers and call both. What lies on the class belongs to all its objects; where do you save?",
)
relu_layer_with_single_underscores = mistake(
    "Relu",
    ("__call__", "_call_"),
    kind=19,
    hint="""Python finds the method behind layer(inp) by its exact name. How many underscores stand on each side of
    yours?""",
)
relu_layer_hides_its_backward = mistake(
    "Relu",
    ("return self.out", "self.backward = inp > 0\n        return self.out"),
    kind=19,
    hint="""backward() is called with nothing in its brackets. Does your method want something? And is self.backward
    still that method once the layer was called, or an attribute of its name?""",
)
relu_layer_forgets_self = mistake(
    "Relu",
    ("self.inp.g = (self.inp > 0) * self.out.g", "inp.g = (inp > 0) * out.g"),
    kind=12,
    hint="""backward has no arguments, so a bare name in it is one of the notebook. How does it reach what was
    saved?""",
)
relu_layer_clips_its_input = mistake(
    "Relu",
    ("self.inp = inp", "self.inp, self.mask = inp, inp > 0"),
    ("relu(inp)", "inp.clamp_min_(0.0).clone()"),
    ("(self.inp > 0)", "self.mask"),
    kind=13,
    hint="""Print the input after the call. A method whose name ends with an underscore changes the tensor that it
    is called on.""",
)
relu_layer_blots_the_arriving_gradient = mistake(
    "Relu",
    ("(self.inp > 0) * self.out.g", "self.out.g\n        self.inp.g[self.inp <= 0] = 0.0"),
    kind=13,
    hint="""out.g belongs to the output; others may still want it. Print it before and after: who has put zeros into
    it?""",
)


# --- Lin --------------------------------------------------------------------------------------------------------------

lin_layer_with_single_underscores = mistake(
    "Lin",
    ("__init__", "_init_"),
    kind=19,
    hint="Lin(w, b) looks for a method that takes two arguments when an object is made. Is its name spelt right?",
)
lin_layer_gives_each_row_a_bias_gradient = mistake(
    "Lin",
    ("self.out.g.sum(0)", "self.out.g"),
    kind=2,
    hint="""b was added to every row, so every row has a say in one gradient of b's shape. How do several become
    one?""",
)
lin_layer_averages_the_bias_gradient = mistake(
    "Lin",
    (".sum(0)", ".mean(0)"),
    kind=2,
    hint="Is a factor of N missing in b.g? The mean over the batch was taken once already, by the loss.",
)
lin_layer_sums_the_bias_gradient_to_one_number = mistake(
    "Lin",
    (".sum(0)", ".sum()"),
    kind=2,
    hint="""b has one entry for each unit; yours is a single number. Over which axis, and only over which, do you
    sum?""",
)
lin_layer_weight_gradient_lies_on_its_side = mistake(
    "Lin",
    ("self.inp.t() @ self.out.g", "self.out.g.t() @ self.inp"),
    kind=5,
    hint="w.g has w's shape, (inputs, outputs). Read the shape of your product from left to right.",
)
lin_layer_goes_back_through_w_unturned = mistake(
    "Lin",
    ("self.w.t()", "self.w"),
    kind=5,
    hint="(N, n_out) has to become (N, n_in). Does w as it lies do that? A square w would hide the answer.",
)
lin_layer_calls_a_property = mistake(
    "Lin",
    ("self.w.t()", "self.w.T()"),
    ("self.inp.t()", "self.inp.T()"),
    kind=19,
    hint=""".t is a method and wants brackets; .T is none, and a tensor cannot be called. Which one have you mixed
    up?""",
)
lin_layer_multiplies_entry_by_entry = mistake(
    "Lin",
    ("self.inp.t() @", "self.inp.t() *"),
    kind=6,
    hint="""Between inp and out.g you need a matrix product; * goes entry by entry, and stretches what does not fit.""",
)
lin_layer_sends_values_back = mistake(
    "Lin",
    ("self.out.g @", "self.out @"),
    ("@ self.out.g", "@ self.out"),
    ("self.out.g.sum", "self.out.sum"),
    kind=4,
    hint="Change nothing but out.g: do your gradients change? What the output holds is not what arrives at it.",
)
lin_layer_takes_its_output_for_its_input = mistake(
    "Lin",
    ("self.inp.t()", "self.out.t()"),
    kind=11,
    hint="For w.g you need what went into the layer. Which saved tensor came before the product, and which after?",
)
lin_layer_adds_up_over_batches = mistake(
    "Lin",
    ("self.w.g = ", 'self.w.g = getattr(self.w, "g", 0) + '),
    ("self.b.g = ", 'self.b.g = getattr(self.b, "g", 0) + '),
    kind=13,
    hint="Send the same batch twice. If w.g doubles, something of the first time is still in it.",
)
lin_layer_forgets_the_bias_gradient = mistake(
    "Lin",
    ("self.b.g = self.out.g.sum(0)", ""),
    hint="Count the tensors that go into inp w + b. For how many of them do you set .g?",
)
lin_layer_forgets_the_input_gradient = mistake(
    "Lin",
    ("self.inp.g = self.out.g @ self.w.t()", ""),
    hint="Your own parameters have their gradients. What will the layer before you go by?",
)
lin_layer_divides_by_the_batch = mistake(
    "Lin",
    ("@ self.out.g", "@ self.out.g / len(self.inp)"),
    (".sum(0)", ".sum(0) / len(self.inp)"),
    kind=1,
    hint="""The loss is a mean, and its 1/N has come down with out.g already. How often does it have to be divided
    by N?""",
)
lin_layer_multiplies_the_sums = mistake(
    "Lin",
    ("self.inp.t() @ self.out.g", "self.inp.sum(0).unsqueeze(-1) * self.out.g.sum(0)"),
    kind=7,
    hint="""First multiply image by image, then add up. A product of two sums mixes the pixels of one image with the
    gradient of another.""",
)
lin_layer_loses_its_weights = mistake(
    "Lin",
    ("self.w.g =", "self.w ="),
    ("self.b.g =", "self.b ="),
    kind=12,
    hint="""After backward, what is in self.w: the weights, or their gradient? Call the layer once more and you will
    see.""",
)
lin_layer_shares_its_weights = mistake(
    "Lin",
    ("self.w, self.b = w, b", "type(self).w, type(self).b = w, b"),
    kind=12,
    hint="""Make two layers with different weights, then call the first. Whose weights does it use? Look at where
    you save them.""",
)
lin_layer_writes_to_grad = mistake(
    "Lin",
    ("self.inp.g =", "self.inp.grad ="),
    ("self.w.g =", "self.w.grad ="),
    ("self.b.g =", "self.b.grad ="),
    kind=4,
    hint="In .grad looks PyTorch, and nobody else. Under which name do the other layers look for their gradients?",
)
lin_layer_gives_all_inputs_one_gradient = mistake(
    "Lin",
    ("self.inp.t() @ self.out.g", "self.out.g.sum(0).expand_as(self.w).clone()"),
    kind=7,
    hint="All rows of your w.g are equal. Row i belongs to pixel i: does it not matter how bright that pixel was?",
)
lin_layer_remembers_its_first_call = mistake(
    "Lin",
    ("        self.inp = inp\n", ""),
    ("self.out = lin", "out = lin"),
    ("return self.out", 'if not hasattr(self, "inp"):\n            self.inp, self.out = inp, out\n        return out'),
    kind=12,
    hint="Call your layer on a second batch. Which of the two batches is in w.g?",
)


# --- Mse --------------------------------------------------------------------------------------------------------------

mse_layer_forgets_the_mean = mistake(
    "Mse",
    (" / self.inp.shape[0]", ""),
    kind=1,
    hint="The loss is a mean. Of how many terms, and where is that number in your gradient?",
)
mse_layer_forgets_the_two = mistake(
    "Mse",
    ("2 * (", "("),
    kind=1,
    hint="Exactly half of what it should be: what does the derivative of a square bring along?",
)
mse_layer_stretches_the_targets = mistake(
    "Mse",
    ("(self.inp.squeeze(-1) - self.targ).unsqueeze(-1)", "(self.inp - self.targ)"),
    kind=3,
    hint="Print the shape of your difference for four rows. Is it (4, 1), or was an axis invented?",
)
mse_layer_stretches_the_loss_as_well = mistake(
    "Mse",
    ("mse(inp, targ)", "(inp - targ).pow(2).mean()"),
    kind=3,
    hint="(N, 1) minus (N,) gives an error to no one and (N, N) to you. Print the shape before you square.",
)
mse_layer_loses_the_last_axis = mistake(
    "Mse",
    (".unsqueeze(-1)", ""),
    hint="The numbers are right. A gradient has the shape of its tensor: compare .shape of the two.",
)
mse_layer_points_the_wrong_way = mistake(
    "Mse",
    ("self.inp.squeeze(-1) - self.targ", "self.targ - self.inp.squeeze(-1)"),
    hint="A prediction that is too large should have a positive gradient. Which of the two do you subtract?",
)
mse_layer_waits_for_a_gradient = mistake(
    "Mse",
    ("self.inp.shape[0]", "self.inp.shape[0] * self.out.g"),
    hint="Who would have put a .g on the loss? It is the last in the row, and the way back begins with it.",
)
mse_layer_gives_the_targets_a_gradient = mistake(
    "Mse",
    ("self.inp.g =", "self.targ.g ="),
    kind=4,
    hint="""The targets are what they are; nobody wants to change them. Which of the two saved tensors gets the
    gradient?""",
)
mse_layer_sums_the_loss = mistake(
    "Mse",
    ("mse(inp, targ)", "(inp.squeeze(-1) - targ).pow(2).sum()"),
    (" / self.inp.shape[0]", ""),
    kind=1,
    hint="Put the same batch in twice, one below the other. Should the loss double? Look at its first letter, M.",
)
mse_layer_forgets_its_return = mistake(
    "Mse",
    ("        return self.out\n", ""),
    kind=19,
    hint="The loss was calculated, and then? Somebody wants to read it.",
)
mse_layer_divides_by_the_batch_twice = mistake(
    "Mse",
    ("self.inp.shape[0]", "self.inp.shape[0] ** 2"),
    kind=1,
    hint="""Your gradient is too small by a factor that grows with the batch. How many divisions by N are in it, and
    how many in the loss?""",
)
mse_layer_writes_to_grad = mistake(
    "Mse",
    ("self.inp.g =", "self.inp.grad ="),
    kind=4,
    hint=""".grad is where PyTorch keeps gradients. Where does the layer before the loss look for the one of its
    output?""",
)
mse_layer_squeezes_every_axis = mistake(
    "Mse",
    ("self.inp.squeeze(-1) - self.targ", "self.inp.squeeze() - self.targ.squeeze()"),
    kind=18,
    hint="""With one image every axis has size 1, and a squeeze that names none takes them all. Which one did you
    mean?""",
)
mse_layer_subtracts_within_its_input = mistake(
    "Mse",
    (
        "self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ)",
        "gaps = self.inp.squeeze(-1)\n        gaps -= self.targ\n        self.inp.g = 2 * gaps",
    ),
    kind=13,
    hint="""Are the predictions still predictions after backward? A squeezed tensor shares its memory with the one
    it came from, and -= writes into it.""",
)


# --- Model ------------------------------------------------------------------------------------------------------------

model_forgets_to_ask_the_loss = mistake(
    "Model",
    ("self.loss.backward()", ""),
    kind=11,
    hint="The last linear layer reads the gradient of its output. Who was to put it there?",
)
model_goes_back_in_forward_order = mistake(
    "Model",
    ("reversed(self.layers)", "self.layers"),
    kind=11,
    hint="Each layer needs what the one after it leaves behind. Which layer is the first of yours to be asked?",
)
model_asks_the_loss_last = mistake(
    "Model",
    ("self.loss.backward()", ""),
    ("each.backward()", "each.backward()\n        self.loss.backward()"),
    kind=11,
    hint="Follow the black numbers of the picture: with which layer does the way back begin?",
)
model_turns_its_list_round = mistake(
    "Model",
    ("for each in reversed(self.layers)", "self.layers.reverse()\n        for each in self.layers"),
    kind=11,
    hint="The first batch is fine and the second is not. In which order do your layers stand after backward?",
)
model_skips_the_first_layer = mistake(
    "Model",
    ("reversed(self.layers)", "self.layers[:0:-1]"),
    kind=19,
    hint="A slice leaves out the index that it stops at. Which layer is never asked?",
)
model_overwrites_its_loss = mistake(
    "Model",
    ("return self.loss(x, targ)", "self.loss = self.loss(x, targ)\n        return self.loss"),
    kind=(12, 19),
    hint="self.loss was a layer when the model was made. What is it after the first call: a layer, or a number?",
)
model_gives_everyone_the_input = mistake(
    "Model",
    ("x = each(x)", "out = each(x)"),
    ("self.loss(x, targ)", "self.loss(out, targ)"),
    kind=11,
    hint="Every layer works on what the one before has given. What do all of yours work on?",
)
model_forgets_its_return = mistake(
    "Model",
    ("return self.loss", "self.loss"),
    kind=19,
    hint="The layers are called and the loss is too; then the value is lost. What does __call__ give back?",
)
model_returns_its_predictions = mistake(
    "Model",
    ("return self.loss(x, targ)", "self.loss(x, targ)\n        return x"),
    hint="One number is asked for, of shape (). What shape has yours, and which layer was not called last?",
)
model_leaves_out_the_relu = mistake(
    "Model", ("Relu(), ", ""), hint="Two linear layers in a row are one linear layer. What stood between them?"
)
model_ends_with_a_relu = mistake(
    "Model",
    ("Lin(w2, b2)]", "Lin(w2, b2), Relu()]"),
    hint="Can your model predict a negative number? Count the ReLUs in the picture.",
)
model_takes_the_weights_of_the_notebook = mistake(
    "Model",
    ("Lin(w1, b1)", "Lin(torch.ones(784, 50), torch.zeros(50))"),
    ("Lin(w2, b2)", "Lin(torch.ones(50, 1), torch.zeros(1))"),
    kind=12,
    hint="""Names that are no arguments are looked up in the notebook. Whose weights are in your layers: those you
    were given?""",
)
model_swaps_predictions_and_targets = mistake(
    "Model",
    ("self.loss(x, targ)", "self.loss(targ, x)"),
    hint="""Your loss takes two things, and only one of them has an axis at the end. In which order do you hand them
    over?""",
)
model_goes_back_through_new_layers = mistake(
    "Model",
    (
        "self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]\n        self.loss = Mse()",
        "self.parts = lambda: ([Lin(w1, b1), Relu(), Lin(w2, b2)], Mse())",
    ),
    ("for each in self.layers", "layers, loss = self.parts()\n        for each in layers"),
    ("self.loss(x, targ)", "loss(x, targ)"),
    ("self.loss.backward()", "layers, loss = self.parts()\n        loss.backward()"),
    ("self.layers", "layers"),
    kind=11,
    hint="A new object remembers nothing. Are the layers that go back the very ones that were called?",
)


# --- Module -----------------------------------------------------------------------------------------------------------

module_with_single_underscores = mistake(
    "Module",
    ("__call__", "_call_"),
    kind=19,
    hint="A layer made from yours cannot be called. By which exact name does Python look for what happens then?",
)
module_misspells_forward = mistake(
    "Module",
    ("self.forward", "self.foward"),
    ("def forward", "def foward"),
    kind=19,
    hint="Read the names of your methods aloud, letter by letter. Every layer defines forward; whom do you call?",
)
module_forgets_its_return = mistake(
    "Module",
    ("        return self.out\n", ""),
    kind=19,
    hint="forward gave something and you saved it. What does whoever called the layer get?",
)
module_runs_forward_twice = mistake(
    "Module",
    ("return self.out", "return self.forward(*args)"),
    kind=11,
    hint="""Count how often forward runs in one call. Two runs give two tensors, and only one of them gets the
    gradient.""",
)
module_hands_out_a_copy = mistake(
    "Module",
    ("return self.out", "return self.out.clone()"),
    kind=4,
    hint="The numbers agree, but bwd finds no .g. Is the tensor that was returned the one that was saved?",
)
module_saves_copies = mistake(
    "Module",
    ("self.args = args", "self.args = tuple(one.clone() for one in args)"),
    kind=4,
    hint="""bwd sets .g on the tensors that it is given. Are these the caller's own, or copies that nobody else
    knows?""",
)
module_takes_one_argument = mistake(
    "Module",
    ("__call__(self, *args", "__call__(self, inp"),
    ("self.args = args", "self.args = (inp,)"),
    ("self.forward(*args)", "self.forward(inp)"),
    hint="ReLU is called on one tensor and the loss on two. How many does your __call__ take?",
)
module_saves_its_first_argument_alone = mistake(
    "Module",
    ("self.args = args", "self.args = args[0]"),
    kind=11,
    hint="What is self.args after a call on two tensors, and what does a star in front of a single tensor do?",
)
module_packs_the_arguments = mistake(
    "Module",
    ("self.forward(*args)", "self.forward(args)"),
    hint="forward wants tensors, and yours gets one tuple. What does a star do in a call?",
)
module_hands_bwd_a_tuple = mistake(
    "Module",
    ("*self.args", "self.args"),
    hint="How many arguments does bwd get from you if the layer was called on two tensors? It should be three.",
)
module_hands_the_output_over_last = mistake(
    "Module",
    ("self.out, *self.args", "*self.args, self.out"),
    kind=11,
    hint="""bwd(out, *args): which comes first? A layer of one input would take one for the other, without an error.""",
)
module_keeps_the_output_from_bwd = mistake(
    "Module",
    ("self.out, *self.args", "*self.args"),
    kind=4,
    hint="bwd starts from the gradient of the output. Among what you hand to it, where is the output?",
)
module_hides_forward = mistake(
    "Module",
    ("self.out = self.forward(*args)", "self.forward = self.forward(*args)\n        self.out = self.forward"),
    kind=19,
    hint="After the first call, what is self.forward: still a method? The second call will tell you.",
)
module_hides_bwd = mistake(
    "Module",
    ("self.out = ", "self.out = self.bwd = "),
    kind=19,
    hint="""backward() is called with nothing in its brackets. Does yours want more? And what it calls is bwd: is
    self.bwd still a method after a call, or an attribute of its name?""",
)
module_has_nothing_to_say = mistake(
    "Module",
    ('raise NotImplementedError(f"{type(self).__name__} has no forward")', "pass"),
    hint="A layer whose forward is missing should stop with an error that says so. What does yours do: nothing?",
)
module_returns_the_exception = mistake(
    "Module",
    ('raise NotImplementedError(f"{type(self).__name__} has no forward")', "return NotImplementedError"),
    hint="An exception that is returned is a value like any other. Which word makes it stop the program?",
)
module_raises_the_wrong_thing = mistake(
    "Module",
    ('raise NotImplementedError(f"{type(self).__name__} has no forward")', "raise NotImplemented"),
    hint="NotImplemented is a value for comparisons, and no exception. What is the exception called?",
)
module_saves_on_the_class = mistake(
    "Module",
    ("self.args = args", "type(self).args = args"),
    ("self.out = ", "type(self).out = "),
    kind=12,
    hint="Call two layers, then send the first one back. Whose input does it find? Look at where you save.",
)
module_remembers_its_first_call = mistake(
    "Module",
    ("self.args = args", 'self.args = getattr(self, "args", args)'),
    kind=12,
    hint="Call one layer on two batches. Which one is in self.args afterwards, and which should be?",
)


# --- ReLU -------------------------------------------------------------------------------------------------------------

relu_on_module_misspells_forward = mistake(
    "ReLU",
    ("def forward", "def foward"),
    kind=19,
    hint="""Module calls forward, and finds only its own. Compare the names of your methods with that, letter by
    letter.""",
)
relu_on_module_does_it_all_itself = mistake(
    "ReLU",
    (
        "def forward",
        "def __call__(self, inp):\n        self.args, self.out = (inp,), self.forward(inp)\n        return self.out\n\n"
        "    def forward",
    ),
    symptom="structure",
    hint="What is left for Module to do? Take out of the class what Module does for every layer.",
)
relu_on_module_looks_for_inp = mistake(
    "ReLU",
    ("inp.g = (inp > 0) * out.g", "self.inp.g = (self.inp > 0) * self.out.g"),
    hint="""In exercise 1 you saved self.inp; who saves it now, and under which name? bwd may not need to look at
    self at all.""",
)
relu_on_module_forgets_its_return = mistake(
    "ReLU",
    ("return relu", "self.result = relu"),
    kind=19,
    hint="Module saves what forward gives. What does yours give?",
)
relu_on_module_swaps_out_and_inp = mistake(
    "ReLU",
    ("out: torch.Tensor, inp: torch.Tensor", "inp: torch.Tensor, out: torch.Tensor"),
    kind=11,
    hint="In which order does Module hand things to bwd? Compare with the order of your parameters.",
)
relu_on_module_returns_the_gradient = mistake(
    "ReLU",
    ("inp.g = (", "return ("),
    kind=4,
    hint="Module throws away what bwd returns. Where will the layer before look for the gradient?",
)
relu_on_module_hides_bwd = mistake(
    "ReLU",
    ("return relu", "self.bwd = inp > 0\n        return relu"),
    kind=19,
    hint="You have saved something on self under the name of a method. Which of the two does Module find now?",
)
relu_on_module_is_open_at_zero = mistake(
    "ReLU",
    ("inp > 0", "inp >= 0"),
    kind=9,
    hint="An input of exactly 0: does your mask let its gradient through? In 04 we agreed on an answer.",
)
relu_on_module_sends_the_value_back = mistake(
    "ReLU",
    ("* out.g", "* out"),
    kind=4,
    hint="""The mask is right. What do you multiply it with: the output, or the gradient that has arrived at the
    output?""",
)
relu_on_module_blots_the_arriving_gradient = mistake(
    "ReLU",
    ("inp.g = (inp > 0) * out.g", "out.g *= inp > 0\n        inp.g = out.g"),
    kind=13,
    hint="*= writes into the tensor on its left. Whose gradient is that, and is it still what it was after bwd?",
)


# --- Linear -----------------------------------------------------------------------------------------------------------

linear_forgets_the_batch_sum = mistake(
    "Linear",
    ("unsqueeze(1)).sum(0)", "unsqueeze(1))"),
    kind=2,
    hint="w.g has w's shape; yours has one axis more, one sheet for each image. What happens to the sheets?",
)
linear_sums_over_the_inputs = mistake(
    "Linear",
    ("unsqueeze(1)).sum(0)", "unsqueeze(1)).sum(1)"),
    kind=2,
    hint="Which of the three axes of your stack is the batch? Sum over that one.",
)
linear_averages_the_sheets = mistake(
    "Linear",
    ("unsqueeze(1)).sum(0)", "unsqueeze(1)).mean(0)"),
    kind=1,
    hint="Your w.g is too small by a factor that is the size of the batch. Does the formula say mean, or Σ?",
)
linear_turns_the_sheets = mistake(
    "Linear",
    ("inp.unsqueeze(-1)", "inp.unsqueeze(1)"),
    ("out.g.unsqueeze(1)", "out.g.unsqueeze(-1)"),
    kind=5,
    hint="Inputs run down a sheet, outputs run across. Which of the two tensors got its new axis at the end?",
)
linear_puts_both_axes_in_one_place = mistake(
    "Linear",
    ("inp.unsqueeze(-1)", "inp.unsqueeze(1)"),
    kind=6,
    hint="A column times a row makes a sheet; a row times a row does not. Where does each new axis go?",
)
linear_sends_values_back = mistake(
    "Linear",
    ("out.g @", "out @"),
    ("out.g.unsqueeze", "out.unsqueeze"),
    ("out.g.sum", "out.sum"),
    kind=4,
    hint="out comes into bwd as a tensor with a letter box. Have you read the letter, or used the box?",
)
linear_keeps_its_weights_in_args = mistake(
    "Linear",
    ("self.w, self.b = w, b", "self.args = w, b"),
    ("self.w, self.b)", "*self.args)"),
    ("inp.g = out.g @ self.w.t()", "w, b = self.args\n        inp.g = out.g @ w.t()"),
    ("self.w.g =", "w.g ="),
    ("self.b.g =", "b.g ="),
    hint="""self.args is where Module saves the arguments of a call. What else have you put there, and what is left
    of it?""",
)
linear_with_single_underscores = mistake(
    "Linear",
    ("__init__", "_init_"),
    kind=19,
    hint="Linear(w, b) says that it takes no arguments. Which method takes them, and how is its name spelt?",
)
linear_adds_up_over_batches = mistake(
    "Linear",
    ("self.w.g = ", 'self.w.g = getattr(self.w, "g", 0) + '),
    ("self.b.g = ", 'self.b.g = getattr(self.b, "g", 0) + '),
    kind=13,
    hint="""Two batches, one after the other: is the first one still in your gradients? They replace, they do not
    add.""",
)
linear_brings_its_own_backward = mistake(
    "Linear",
    ("bwd(self, out: torch.Tensor, inp: torch.Tensor)", "backward(self)"),
    ("inp.g = out.g @", "(inp,), out = self.args, self.out\n        inp.g = out.g @"),
    symptom="structure",
    hint="Which method does Module look for in a layer? Yours has another name, and hides one of Module's.",
)
linear_gives_each_row_a_bias_gradient = mistake(
    "Linear",
    ("out.g.sum(0)", "out.g"),
    kind=2,
    hint="There is one b for the whole batch, and your b.g has a row for each image. How do they become one?",
)
linear_sums_the_bias_gradient_to_one_number = mistake(
    "Linear",
    ("out.g.sum(0)", "out.g.sum()"),
    kind=2,
    hint="""A sum without an axis leaves one number. How many does b hold, and over which axis alone is to be
    summed?""",
)
linear_averages_the_bias_gradient = mistake(
    "Linear",
    ("out.g.sum(0)", "out.g.mean(0)"),
    kind=2,
    hint="""w.g is right, and b.g is too small by the size of the batch. Both have Σ over the batch in their
    formulas.""",
)
linear_goes_back_through_w_unturned = mistake(
    "Linear",
    ("self.w.t()", "self.w"),
    kind=5,
    hint="(N, n_out) is to become (N, n_in). Write the shape of w beside it: does w fit as it lies?",
)
linear_multiplies_entry_by_entry = mistake(
    "Linear",
    ("(inp.unsqueeze(-1) * out.g.unsqueeze(1))", "(inp * out.g)"),
    kind=6,
    hint="Every input has to meet every output of its image. In your product each input meets how many?",
)
linear_gives_all_inputs_one_gradient = mistake(
    "Linear",
    ("(inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0)", "out.g.sum(0).expand_as(self.w).clone()"),
    kind=7,
    hint="""All rows of your w.g are equal: one gradient for all the inputs. Which tensor of the formula is not in
    it?""",
)
linear_takes_its_output_for_its_input = mistake(
    "Linear",
    ("inp.unsqueeze(-1)", "out.unsqueeze(-1)"),
    kind=11,
    hint="bwd is given the output and the input. Which of the two was multiplied with w on the way forward?",
)
linear_forgets_its_return = mistake(
    "Linear",
    ("return lin", "lin"),
    kind=19,
    hint="Module saves what forward gives, and hands it on. What does yours give?",
)


# --- MSE --------------------------------------------------------------------------------------------------------------

mse_on_module_leaves_no_room_for_out = mistake(
    "MSE",
    ("out: torch.Tensor, inp", "inp"),
    hint="""Module hands the output to every bwd, also to one that has no use for it. How many parameters has yours?""",
)
mse_on_module_takes_out_last = mistake(
    "MSE",
    ("out: torch.Tensor, inp: torch.Tensor, targ", "inp: torch.Tensor, targ: torch.Tensor, out"),
    ("inp.shape[0]", "len(targ)"),
    kind=11,
    hint="Module counts on your parameters being in its order. Which one comes first?",
)
mse_on_module_waits_for_a_gradient = mistake(
    "MSE",
    ("inp.shape[0]", "inp.shape[0] * out.g"),
    hint="The other layers multiply by what arrives from above. What arrives at the loss?",
)
mse_on_module_forgets_the_mean = mistake(
    "MSE",
    (" / inp.shape[0]", ""),
    kind=1,
    hint="Your gradient is N times too large. What did the loss do with the N squares?",
)
mse_on_module_stretches_the_targets = mistake(
    "MSE",
    ("(inp.squeeze(-1) - targ).unsqueeze(-1)", "(inp - targ)"),
    kind=3,
    hint="Predictions lie in a column, targets in a row. What shape does their difference get?",
)
mse_on_module_loses_the_last_axis = mistake(
    "MSE", (".unsqueeze(-1)", ""), hint="inp came as (N, 1), and its gradient is (N,). What has to be put back?"
)
mse_on_module_forgets_the_two = mistake(
    "MSE",
    ("2 * (", "("),
    kind=1,
    hint="A factor is missing, the same for every row: differentiate the square once more.",
)
mse_on_module_does_it_all_itself = mistake(
    "MSE",
    (
        "bwd(self, out: torch.Tensor, inp: torch.Tensor, targ: torch.Tensor)",
        "bwd(self, *given):\n        self.backward()\n\n    def backward(self)",
    ),
    ("inp.g = 2 * (", "inp, targ = self.args\n        inp.g = 2 * ("),
    symptom="structure",
    hint="Which of your methods does Module have already? Those can go.",
)
mse_on_module_divides_by_the_batch_twice = mistake(
    "MSE",
    ("inp.shape[0]", "inp.shape[0] ** 2"),
    kind=1,
    hint="Too small, and the more so the larger the batch is. Where do you divide by N, and where once more?",
)
mse_on_module_gives_the_targets_a_gradient = mistake(
    "MSE",
    ("inp.g = 2 * (", "targ.g = 2 * ("),
    kind=4,
    hint="""The targets are given, and nothing before them wants a gradient. On which of the two arguments is it
    missing?""",
)
mse_on_module_squeezes_every_axis = mistake(
    "MSE",
    ("inp.squeeze(-1) - targ", "inp.squeeze() - targ.squeeze()"),
    kind=18,
    hint="In a batch of one, how many axes does a bare squeeze() leave? Say which one is to go.",
)
mse_on_module_subtracts_within_inp = mistake(
    "MSE",
    ("inp.g = 2 * (inp.squeeze(-1) - targ)", "gaps = inp.squeeze(-1)\n        gaps -= targ\n        inp.g = 2 * gaps"),
    kind=13,
    hint="""What does inp hold after bwd? A squeezed tensor and the one it came from are two views of the same
    numbers.""",
)
mse_on_module_forgets_its_return = mistake(
    "MSE", ("return mse", "mse"), kind=19, hint="The loss was calculated in forward. Who gets to see it?"
)


# --- Network ----------------------------------------------------------------------------------------------------------

network_calls_a_layer_out = mistake(
    "Network",
    (
        "self.layers = [Linear(w1, b1), ReLU(), Linear(w2, b2)]",
        "self.hidden, self.act, self.out = Linear(w1, b1), ReLU(), Linear(w2, b2)",
    ),
    ("for each in self.layers", "for each in (self.hidden, self.act, self.out)"),
    ("reversed(self.layers)", "(self.out, self.act, self.hidden)"),
    kind=19,
    hint="""One of your layers has a name that Module uses itself. What lies under that name once the network was
    called?""",
)
network_goes_around_the_call = mistake(
    "Network",
    ("each(x)", "each.forward(x)"),
    ("self.loss(x", "self.loss.forward(x"),
    kind=11,
    hint="It is __call__ that remembers, and forward that calculates. Which of the two do you use on your layers?",
)
network_forgets_to_ask_the_loss = mistake(
    "Network",
    ("self.loss.backward()", ""),
    kind=11,
    hint="Where does the first gradient come from? None of the layers in your list can make it.",
)
network_goes_back_in_forward_order = mistake(
    "Network",
    ("reversed(self.layers)", "self.layers"),
    kind=11,
    hint="The first linear layer is asked first. Has anybody put a gradient on its output by then?",
)
network_turns_its_list_round = mistake(
    "Network",
    ("for each in reversed(self.layers)", "self.layers.reverse()\n        for each in self.layers"),
    kind=11,
    hint="Use the network twice. Does reverse() give you another list, or does it change the one you have?",
)
network_calls_bwd_itself = mistake(
    "Network",
    ("self.loss.backward()", "self.loss.bwd()"),
    ("each.backward()", "each.bwd()"),
    hint="Layers know what they were called on. Which of their methods needs to be told nothing?",
)
network_skips_the_first_layer = mistake(
    "Network",
    ("reversed(self.layers)", "self.layers[:0:-1]"),
    kind=19,
    hint="w2 has its gradient and w1 has none. Where does your slice end?",
)
network_forgets_its_return = mistake(
    "Network",
    ("return self.loss", "self.loss"),
    kind=19,
    hint="Module returns what your forward gives. After the last layer was called, does forward give anything?",
)
network_returns_its_predictions = mistake(
    "Network",
    ("return self.loss(x, targ)", "self.loss(x, targ)\n        return x"),
    hint="forward(x, targ) is to give the loss, one number. What do you do with targ?",
)
network_leaves_out_the_relu = mistake(
    "Network", ("ReLU(), ", ""), hint="Is there anything in your network that a single linear layer could not do?"
)
network_takes_the_weights_of_the_notebook = mistake(
    "Network",
    ("Linear(w1, b1)", "Linear(torch.ones(784, 50), torch.zeros(50))"),
    ("Linear(w2, b2)", "Linear(torch.ones(50, 1), torch.zeros(1))"),
    kind=12,
    hint="""Your network was made with four tensors. Whose weights are in its layers: these, or those of the
    notebook?""",
)


# --- LinearEinsum -----------------------------------------------------------------------------------------------------

einsum_layer_turns_the_result = mistake(
    "LinearEinsum",
    ("->ij", "->ji"),
    kind=(5, 10),
    hint="The letters after the arrow are the axes of the result, in their order. Which comes first in w?",
)
einsum_layer_keeps_the_batch = mistake(
    "LinearEinsum",
    ("->ij", "->bij"),
    kind=(2, 10),
    hint="Your w.g has three axes. Which letter may not be after the arrow, so that it is summed over?",
)
einsum_layer_sums_each_alone = mistake(
    "LinearEinsum",
    ("bi,bj->ij", "bi,cj->ij"),
    kind=(7, 10),
    hint="""The pixels of an image belong to the gradient of the same image. What tells einsum to walk two axes
    together?""",
)
einsum_layer_spells_a_plain_product = mistake(
    "LinearEinsum",
    ("bi,bj->ij", "ik,kj->ij"),
    kind=10,
    hint="""These are the letters of a @ b. Read yours off the formula of w.g: which axis do inp and out.g have in
    common?""",
)
einsum_layer_sets_nothing_but_w = mistake(
    "LinearEinsum",
    ("inp.g = out.g @ self.w.t()", ""),
    ("self.b.g = out.g.sum(0)", ""),
    hint="Your bwd takes the place of Linear's, all of it. Which gradients did that one set?",
)
einsum_layer_sends_values_back = mistake(
    "LinearEinsum",
    ("inp, out.g)", "inp, out)"),
    kind=4,
    hint="What goes into the einsum: the output of the layer, or what has come back to it?",
)
einsum_layer_uses_something_else = mistake(
    "LinearEinsum",
    ('torch.einsum("bi,bj->ij", inp, out.g)', "inp.t() @ out.g"),
    symptom="rule: einsum",
    hint="""The numbers are right and no letters are in sight. What would the sum over the batch look like in
    Einstein's notation?""",
)
einsum_layer_still_makes_every_sheet = mistake(
    "LinearEinsum",
    ("->ij", "->bij"),
    ("inp, out.g)", "inp, out.g).sum(0)"),
    symptom=("memory", "speed", "growth"),
    hint="""One sheet for each image is still made, in a stack or one by one. Let the sum happen inside the einsum:
    which letter decides that?""",
)
einsum_layer_gives_each_row_a_bias_gradient = mistake(
    "LinearEinsum",
    ("out.g.sum(0)", "out.g"),
    kind=2,
    hint="""Letters would be of help for b as well: which one is summed over, so that one number for each output is
    left?""",
)
einsum_layer_divides_by_the_batch = mistake(
    "LinearEinsum",
    ("inp, out.g)", "inp, out.g) / len(inp)"),
    kind=1,
    hint="Does Σ say anything of a division? The 1/N of the loss has come down with out.g already.",
)
einsum_layer_gives_all_inputs_one_gradient = mistake(
    "LinearEinsum",
    ("->ij", "->j"),
    ("inp, out.g)", "inp, out.g).expand_as(self.w).clone()"),
    kind=7,
    hint="The letter of the inputs is not after your arrow, so they were added up, and all rows of w.g are alike.",
)
einsum_layer_adds_up_over_batches = mistake(
    "LinearEinsum",
    ("self.w.g = ", 'self.w.g = getattr(self.w, "g", 0) + '),
    kind=13,
    hint="Send two batches through, one after the other. What of the first one is still in w.g?",
)


# --- LinearMatmul -----------------------------------------------------------------------------------------------------

matmul_layer_forgets_to_turn = mistake(
    "LinearMatmul",
    ("inp.t() @", "inp @"),
    kind=5,
    hint="(N, n_in) and (N, n_out): the inner sizes do not agree. Which of the two has to be turned?",
)
matmul_layer_turns_the_other = mistake(
    "LinearMatmul",
    ("inp.t() @ out.g", "out.g.t() @ inp"),
    kind=5,
    hint="""Both orders can be multiplied, and only one gives w's shape. Write the shape of your product beside that
    of w.""",
)
matmul_layer_multiplies_entry_by_entry = mistake(
    "LinearMatmul",
    ("inp.t() @", "inp.t() *"),
    kind=6,
    hint="* has no sum in it. Which operator multiplies row by column?",
)
matmul_layer_calls_a_property = mistake(
    "LinearMatmul",
    ("inp.t()", "inp.T()"),
    kind=19,
    hint="""One way to write the transpose takes brackets, the other does not. A tensor is not callable: which is
    yours?""",
)
matmul_layer_sets_nothing_but_w = mistake(
    "LinearMatmul",
    ("inp.g = out.g @ self.w.t()", ""),
    ("self.b.g = out.g.sum(0)", ""),
    hint="w has its gradient. What about the other two tensors that went into the output?",
)
matmul_layer_sends_values_back = mistake(
    "LinearMatmul",
    ("inp.t() @ out.g", "inp.t() @ out"),
    kind=4,
    hint="Which of the two is in your product, out or out.g? Change out.g and see whether w.g follows.",
)
matmul_layer_calls_einsum = mistake(
    "LinearMatmul",
    ("inp.t() @ out.g", 'torch.einsum("bi,bj->ij", inp, out.g)'),
    symptom="rule: einsum",
    hint="That was the exercise before. Behind these letters stands a product of two matrices: which ones?",
)
matmul_layer_still_makes_every_sheet = mistake(
    "LinearMatmul",
    ("inp.t() @ out.g", "(inp.unsqueeze(-1) @ out.g.unsqueeze(1)).sum(0)"),
    symptom=("memory", "speed", "growth"),
    hint="""A product for each image and a sum afterwards is what Linear does. One product of matrices has that sum
    inside: over which of its sizes?""",
)
matmul_layer_gives_each_row_a_bias_gradient = mistake(
    "LinearMatmul",
    ("out.g.sum(0)", "out.g"),
    kind=2,
    hint="w.g has lost the batch in the product. Where does b.g lose it?",
)
matmul_layer_divides_by_the_batch = mistake(
    "LinearMatmul",
    ("inp.t() @ out.g", "inp.t() @ out.g / len(inp)"),
    kind=1,
    hint="A matrix product adds up and does not average. Who has taken the mean over the batch already?",
)
matmul_layer_gives_all_inputs_one_gradient = mistake(
    "LinearMatmul",
    ("inp.t()", "torch.ones_like(inp).t()"),
    kind=7,
    hint="A matrix of ones forgets which pixel was bright. What stands on the left of the product in the formula?",
)
matmul_layer_adds_up_over_batches = mistake(
    "LinearMatmul",
    ("self.w.g = ", 'self.w.g = getattr(self.w, "g", 0) + '),
    kind=13,
    hint="PyTorch adds to .grad, and has zero_grad() for that. What does our .g do with what was there before?",
)


# --- TorchNetwork -----------------------------------------------------------------------------------------------------

torch_network_keeps_its_layers_in_a_list = mistake(
    "TorchNetwork",
    (
        "nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))",
        "[nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]",
    ),
    (
        "return mse(self.layers(x), targ)",
        "for each in self.layers:\n            x = each(x)\n        return mse(x, targ)",
    ),
    hint="""nn.Module notes down Modules and parameters that it is given as attributes. Does it look into a plain
    list, or into a dict?""",
)
torch_network_keeps_plain_tensors = mistake(
    "TorchNetwork",
    (
        "self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))",
        "self.w1, self.b1 = torch.randn(n_in, nh, requires_grad=True), torch.zeros(nh, requires_grad=True)\n"
        "        self.w2, self.b2 = torch.randn(nh, n_out, requires_grad=True), torch.zeros(n_out, requires_grad=True)",
    ),
    ("self.layers(x)", "relu(x @ self.w1 + self.b1) @ self.w2 + self.b2"),
    hint="""A tensor that requires a gradient is not yet a parameter. Which class of torch.nn makes one of it, or
    brings its own?""",
)
torch_network_forgets_the_parent = mistake(
    "TorchNetwork",
    ("super().__init__()", ""),
    kind=19,
    hint="""Before it can note anything down, nn.Module has to open its books. Who calls its __init__ once you write
    your own?""",
)
torch_network_misspells_forward = mistake(
    "TorchNetwork",
    ("def forward", "def foward"),
    kind=19,
    hint="nn.Module says that forward is missing, and you have written it. Letter by letter: have you?",
)
torch_network_returns_its_predictions = mistake(
    "TorchNetwork",
    ("mse(self.layers(x), targ)", "self.layers(x)"),
    hint="forward is given targets: what for? It should end with one number.",
)
torch_network_stretches_the_targets = mistake(
    "TorchNetwork",
    ("mse(self.layers(x), targ)", "(self.layers(x) - targ).pow(2).mean()"),
    kind=3,
    hint="(N, 1) and (N,) once more: what is the shape of the difference before it is squared?",
)
torch_network_forgets_its_return = mistake(
    "TorchNetwork",
    ("return mse", "self.loss = mse"),
    kind=19,
    hint="Whoever calls the network gets None, and None has no backward. What does forward end with?",
)
torch_network_goes_back_by_itself = mistake(
    "TorchNetwork",
    (
        "return mse(self.layers(x), targ)",
        "loss = mse(self.layers(x), targ)\n        loss.backward(retain_graph=True)\n        return loss",
    ),
    kind=13,
    hint="""Look at the gradients right after the call. Nobody has asked for them yet, and when somebody does, they
    are added once more.""",
)
torch_network_turns_the_loss_into_a_number = mistake(
    "TorchNetwork",
    ("self.layers(x), targ)", "self.layers(x), targ).item()"),
    hint="A Python number has forgotten how it was calculated. From what shall autograd go back?",
)
torch_network_cuts_the_loss_off = mistake(
    "TorchNetwork",
    ("self.layers(x), targ)", "self.layers(x), targ).detach()"),
    hint="""The value is right and backward has nothing to go back through. Where was the recording switched off, or
    cut?""",
)
torch_network_sums_the_squares = mistake(
    "TorchNetwork",
    ("mse(self.layers(x), targ)", "(self.layers(x).squeeze(-1) - targ).pow(2).sum()"),
    kind=1,
    hint="Your loss grows with the batch. What does the M in MSE stand for?",
)
torch_network_writes_its_own_call = mistake(
    "TorchNetwork",
    ("def forward", "def __call__"),
    hint="""nn.Module's __call__ does more than call forward: hooks, for one. Which of the two methods is yours to
    write?""",
)
torch_network_leaves_out_the_relu = mistake(
    "TorchNetwork",
    ("nn.ReLU(), ", ""),
    hint="Which of the three parts has no parameters, so that nobody misses it when they are counted?",
)
torch_network_swaps_in_and_out = mistake(
    "TorchNetwork",
    ("nn.Linear(n_in, nh)", "nn.Linear(nh, n_in)"),
    ("nn.Linear(nh, n_out)", "nn.Linear(n_out, nh)"),
    kind=15,
    hint="""nn.Linear is made with (inputs, outputs), although it keeps its weight as (outputs, inputs). Which did
    you write first?""",
)
torch_network_has_no_bias = mistake(
    "TorchNetwork",
    ("n_in, nh)", "n_in, nh, bias=False)"),
    ("nh, n_out)", "nh, n_out, bias=False)"),
    hint="Two weights and two more: which half of the four parameters is missing?",
)
torch_network_always_has_one_output = mistake(
    "TorchNetwork",
    ("nn.Linear(nh, n_out)", "nn.Linear(nh, 1)"),
    hint="You are given three numbers. Which one do you never use?",
)
