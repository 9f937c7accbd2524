"""A mistake costs marks once: code that builds on a broken answer is tried on a right one, and keeps its points."""

from __future__ import annotations

import pytest
from clients import GradingClients
from grading import feedback_on, result, solutions

#: By assignment: broken answers, and the right exercises that build on them.
BROKEN = {
    "00_exports": (
        {
            "test": "def test(a, b, cmp, cname=None):\n    return cmp(a, b)",
            "near": "def near(a, b):\n    return False",
            "export_cells": "def export_cells(path):\n    return [path]",
        },
        ("test_eq", "test_near", "notebook2script"),
    ),
    "04_backward": (
        {
            "mse_grad": "def mse_grad(inp, targ):\n    inp.g = inp",
            "relu_grad": "def relu_grad(inp, out):\n    inp.g = inp",
            "lin_grad": "def lin_grad(inp, out, w, b):\n    inp.g, w.g, b.g = inp, w, b",
        },
        ("forward_and_backward",),
    ),
    "05_modules": (
        {
            "Relu": "class Relu:\n    def __call__(self, inp):\n        self.out = inp\n        return inp",
            "Lin": "class Lin:\n    def __init__(self, w, b):\n        pass",
            "Mse": "class Mse:\n    def __call__(self, inp, targ):\n        return inp",
            "Module": "class Module:\n    def __call__(self, *args):\n        return args[0]\n\n"
            "    def backward(self):\n        pass",
        },
        ("Model", "ReLU", "Linear", "MSE", "Network", "LinearEinsum", "LinearMatmul"),
    ),
    "06_training": (
        {
            "softmax_cross_entropy": "def softmax_cross_entropy(logits, targ):\n    return logits.sum()",
            "softmax_cross_entropy_grad": "def softmax_cross_entropy_grad(logits, targ):\n    logits.g = logits",
            "sgd_step": "def sgd_step(params, lr):\n    pass",
        },
        ("fit",),
    ),
}


#: A right class on which every layer of 05_modules can be written, in an unusual form.
_CALL = """
    def __call__(self, *args):
        self.args, self.out = args, self.forward(*args)
        return self.out

    def forward(self, *args):
        raise NotImplementedError("forward")

    def backward(self):
        self.bwd(self.out, *self.args)
"""
_NO_BIAS = """class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return inp @ self.w + self.b

    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0)
"""
_RELU_AS_IS = """class ReLU(Module):
    def forward(self, inp):
        return inp.clamp_min(0.0)

    def bwd(self, out, inp):
        inp.g = out.g
"""
_MSE_ONCE = """class MSE(Module):
    def forward(self, inp, targ):
        return (inp.squeeze(-1) - targ).pow(2).mean()

    def bwd(self, out, inp, targ):
        inp.g = (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]
"""
_LAYERS = {"Linear": _NO_BIAS, "ReLU": _RELU_AS_IS, "MSE": _MSE_ONCE}
_BOUND_NETWORK = """KINDS = {"linear": Linear, "relu": ReLU, "loss": MSE}

class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.layers = [KINDS["linear"](w1, b1), KINDS["relu"](), KINDS["linear"](w2, b2)]
        self.loss = KINDS["loss"]()

    def forward(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(x, targ)

    def bwd(self, out, x, targ):
        self.loss.backward()
        for each in reversed(self.layers):
            each.backward()
"""
_RAW_NETWORK = """class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.first, self.between, self.last, self.loss = Linear(w1, b1), ReLU(), Linear(w2, b2), MSE()

    def forward(self, x, targ):
        return self.loss(self.last(self.between(self.first(x))), targ)

    def bwd(self, out, x, targ):
        for each in (self.loss, self.last, self.between, self.first):
            each.bwd(each.out, *each.args)
"""
_BOUND_MODEL = """from functools import partial

def Chain(*made, loss=Mse):
    return [each() for each in made], loss()

class Model:
    def __init__(self, w1, b1, w2, b2, lin=Lin):
        self.layers, self.loss = Chain(partial(lin, w1, b1), Relu, partial(lin, w2, b2))

    def __call__(self, x, targ):
        for each in self.layers:
            x = each(x)
        return self.loss(x, targ)

    def backward(self):
        for each in (self.loss, *reversed(self.layers)):
            each.backward()
"""
_BROKEN_PLAIN = {
    "Relu": "class Relu:\n    __slots__ = ('inp', 'out')\n    def __call__(self, inp):\n"
    "        self.inp, self.out = inp, inp\n        return inp\n"
    "    def backward(self):\n        self.inp.g = self.out.g",
    "Lin": "class Lin:\n    def __init__(self, weights, bias):\n        self.weights, self.bias = weights, bias\n"
    "    def __call__(self, inp):\n        return inp @ self.weights\n    def backward(self):\n        pass",
    "Mse": "class Mse:\n    def __call__(self, inp, targ):\n        return (inp.squeeze(-1) - targ).abs().mean()\n"
    "    def backward(self):\n        pass",
}
_STEPS = {
    "mse_grad": "def mse_grad(inp, targ):\n    inp.g = (inp.squeeze(-1) - targ).unsqueeze(-1)",
    "relu_grad": "def relu_grad(inp, out):\n    inp.g = out.g",
    "lin_grad": "def lin_grad(inp, out, w, b):\n    inp.g, w.g, b.g = out.g @ w.t(), inp.t() @ out.g, out.g.mean(0)",
}
_PASS = """
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
"""


def _passes(before: str, parameters: str, *steps: str) -> str:
    calls = "".join(f"    {step}\n" for step in steps)
    head = f"def forward_and_backward(inp, targ, params{parameters}):"
    return f"{before}\n\n{head}{_PASS}{calls}    return mse(out, targ)\n"


def _with_base(before: str, head: str) -> str:
    return f"{before}\n\nclass {head}:{_CALL}"


#: Assignment, a description, earlier answers that may be wrong, and right later ones that must keep their points.
CASES: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
    (
        "03_forward",
        "leaky, without bias, swapped, of another spread",
        {
            "relu": "def relu(x):\n    return torch.where(x > 0, x, 0.1 * x)",
            "lin": "def lin(x, w, b):\n    return x @ w",
            "normalize": "def normalize(x, mean, std):\n    return (x - std) / mean",
            "init_plain": "def init_plain(n_in, n_out, generator):\n    return torch.rand(n_in, n_out)",
        },
        {
            "init_xavier": "def init_xavier(n_in, n_out, generator):\n"
            "    return init_plain(n_in, n_out, generator) / math.sqrt(n_in)",
            "init_kaiming": "def init_kaiming(n_in, n_out, generator):\n"
            "    return init_plain(n_in, n_out, generator) * math.sqrt(2 / n_in)",
            "relu_shifted": "",
            "model": "",
            "normalize_splits": "",
        },
    ),
    (
        "03_forward",
        "bound early; missing returns, exceptions",
        {
            "relu": "@torch.no_grad()\ndef relu(x):\n    raise RuntimeError('later')",
            "lin": "def lin(x, weights, bias):\n    x @ weights + bias",
            "normalize": "normalize = lambda values, mean, std: values",
        },
        {
            "relu_shifted": "def relu_shifted(x, relu=relu):\n    return relu(x) - 0.5",
            "model": "from functools import partial\nLAYERS = [partial(lin), relu, partial(lin)]\n\n"
            "def model(xb, params):\n    w1, b1, w2, b2 = params\n"
            "    return LAYERS[2](LAYERS[1](LAYERS[0](xb, weights=w1, bias=b1)), w2, b2)",
            "normalize_splits": "def normalize_splits(train, valid):\n    m, s = train.mean(), train.std()\n"
            "    return tuple(normalize(values=part, mean=m, std=s) for part in (train, valid))",
        },
    ),
    (
        "03_forward",
        "own conventions that are consistent",
        {
            "relu": "def relu(x, low=0.0):\n    return x.clamp_min(low)",
            "lin": "def lin(w, b, x):\n    return x @ w + b",
        },
        {
            "relu_shifted": "def relu_shifted(x):\n    return relu(x, low=0.0) - 0.5",
            "model": "def model(xb, params):\n    w1, b1, w2, b2 = params\n"
            "    return lin(w2, b2, relu(lin(w1, b1, xb)))",
        },
    ),
    *(
        ("04_backward", name, _STEPS, {"forward_and_backward": _passes(*parts)})
        for name, parts in {
            "a dict": (
                "STEPS = {'mse': mse_grad, 'relu': relu_grad, 'lin': lin_grad}",
                "",
                "STEPS['mse'](out, targ)",
                "STEPS['lin'](l2, out, w2, b2)",
                "STEPS['relu'](l1, l2)",
                "STEPS['lin'](inp, l1, w1, b1)",
            ),
            "partials and default arguments": (
                "from functools import partial\nlast = partial(mse_grad)\nflat = partial(relu_grad)",
                ", lin_grad=lin_grad",
                "last(out, targ)",
                "lin_grad(l2, out, b=b2, w=w2)",
                "flat(l1, out=l2)",
                "partial(lin_grad, inp, l1)(w1, b1)",
            ),
            "a closure and a list": (
                "def of(step):\n    def run(*tensors):\n        return step(*tensors)\n    return run\n"
                "steps = [of(mse_grad), of(lin_grad), of(relu_grad)]",
                "",
                "steps[0](out, targ)",
                "steps[1](l2, out, w2, b2)",
                "steps[2](l1, l2)",
                "steps[1](inp, l1, w1, b1)",
            ),
        }.items()
    ),
    (
        "04_backward",
        "decorated, objects and lambdas",
        {
            "mse_grad": "from functools import wraps\n\ndef shown(step):\n    @wraps(step)\n    def run(*tensors):\n"
            "        return step(*tensors)\n    return run\n\n@shown\ndef mse_grad(inp, targ):\n    inp.g = inp",
            "relu_grad": "class _Relu:\n    def __call__(self, inp, out):\n        inp.g = out.g\n\n"
            "relu_grad = _Relu()",
            "lin_grad": "lin_grad = lambda inp, out, w, b: None",
        },
        {
            "forward_and_backward": _passes(
                "mine = mse_grad, relu_grad, lin_grad",
                "",
                "mine[0](out, targ)",
                "mine[2](l2, out, w2, b2)",
                "mine[1](l1, l2)",
                "mine[2](inp, l1, w1, b1)",
            )
        },
    ),
    *(
        ("05_modules", name, {"Module": module, **_BROKEN_PLAIN, **_LAYERS}, later)
        for name, module, later in [
            (
                "ABC",
                _with_base("from abc import ABC", "Module(ABC)"),
                {"Network": "", "Model": "", "LinearEinsum": "", "LinearMatmul": ""},
            ),
            (
                "slots, and classes bound early",
                _with_base("", "Module") + '\n    __slots__ = ("args", "out")\n',
                {"Network": _BOUND_NETWORK, "Model": _BOUND_MODEL, "LinearEinsum": "", "LinearMatmul": ""},
            ),
            (
                "a metaclass, and calls of bwd",
                _with_base("class Named(type):\n    pass", "Module(metaclass=Named)"),
                {"Network": _RAW_NETWORK},
            ),
        ]
    ),
    (
        "05_modules",
        "abstract, forgets the call",
        {
            "Module": "from abc import ABC, abstractmethod\n\nclass Module(ABC):\n    __slots__ = ()\n\n"
            "    def __call__(self, *args):\n        return self.forward(*args)\n\n    @abstractmethod\n"
            "    def forward(self, *args): ...\n\n    @abstractmethod\n    def backward(self): ...\n"
        },
        dict.fromkeys(("ReLU", "Linear", "MSE", "Network", "LinearEinsum", "LinearMatmul"), ""),
    ),
    (
        "00_exports",
        "bound early",
        {
            "test": "def test(left, right, compare, name=None):\n    return compare(left, right)",
            "near": "def near(a, b):\n    return True",
            "export_cells": "def export_cells(path):\n    return []",
        },
        {
            "test_eq": "def test_eq(a, b, test=test):\n"
            "    def same(a, b):\n        if isinstance(a, torch.Tensor):\n"
            "            return a.shape == b.shape and bool((a == b).all())\n        return a == b\n"
            "    test(a, b, compare=same, name='==')",
            "test_near": "from functools import partial\nclose = partial(test, compare=near, name='near')\n\n"
            "def test_near(a, b):\n    close(a, b)",
            "notebook2script": "",
        },
    ),
    (
        "06_training",
        "bound early",
        {
            "softmax_cross_entropy": "def softmax_cross_entropy(scores, digits):\n    return scores.sum()",
            "softmax_cross_entropy_grad": "def softmax_cross_entropy_grad(logits, targ):\n    logits.g = logits",
            "sgd_step": "def sgd_step(params, lr):\n    for p in params:\n        p += lr * p.g",
        },
        {
            "fit": "from functools import partial\nTOOLS = {'loss': softmax_cross_entropy}\n"
            "turn = partial(sgd_step)\n\n"
            "def fit(model, train, valid, epochs, lr, bs, generator, slope=softmax_cross_entropy_grad):\n"
            "    (x, y), history = train, []\n"
            "    for _ in range(epochs):\n"
            "        total = 0.0\n"
            "        for rows in torch.randperm(len(x), generator=generator).split(bs):\n"
            "            logits = model(x[rows])\n"
            "            total += TOOLS['loss'](scores=logits, digits=y[rows]).item() * len(rows)\n"
            "            slope(logits, y[rows])\n"
            "            model.backward()\n"
            "            turn(model.params, lr)\n"
            "        logits = model(valid[0])\n"
            "        right = (logits.argmax(dim=1) == valid[1]).double().mean().item()\n"
            "        loss = TOOLS['loss'](logits, valid[1]).item()\n"
            "        history.append({'train': total / len(x), 'valid': loss, 'accuracy': right})\n"
            "    return history"
        },
    ),
]


@pytest.mark.parametrize(
    ("assignment", "earlier", "later"),
    [case[:1] + case[2:] for case in CASES],
    ids=[f"{assignment}: {name}" for assignment, name, *_ in CASES],
)
def test_unusual_earlier_answers_cost_no_points_of_later_exercises(
    clients: GradingClients, assignment: str, earlier: dict[str, str], later: dict[str, str]
) -> None:
    """References that were made early, strange bases and strange functions reach the right versions too."""
    answers = solutions(assignment) | {name: [code] for name, code in (earlier | later).items() if code}
    report = clients(assignment).grade(answers).report
    for exercise in (result(report.exercises, name) for name in later):
        assert exercise.score == exercise.max_score, feedback_on(exercise)


def test_wrong_call_of_a_right_version_is_described_by_names_and_shapes(clients: GradingClients) -> None:
    """The message names the exercise that was called and the shapes that do not fit, and no name of the grader's."""
    wrong = _passes("", "", "mse_grad(out, targ)", "out.g = out.g[:, 0]", "lin_grad(l2, out, w2, b2)")
    report = clients("04_backward").grade(solutions("04_backward") | {"forward_and_backward": [wrong]}).report
    message = result(report.exercises, "forward_and_backward").checks[0].message
    assert "out.g has shape (4,), expected (4, 1), the shape of out when lin_grad was called" in message


@pytest.mark.parametrize("assignment", BROKEN)
def test_broken_answers_cost_no_points_of_later_exercises(clients: GradingClients, assignment: str) -> None:
    """Every check passes, including speed; the broken exercises lose their own points."""
    broken, standing = BROKEN[assignment]
    answers = solutions(assignment) | {name: [code] for name, code in broken.items()}
    report = clients(assignment).grade(answers).report
    for exercise in (result(report.exercises, name) for name in standing):
        assert exercise.score == exercise.max_score, feedback_on(exercise)
    for exercise in (result(report.exercises, name) for name in broken):
        assert exercise.score is not None, feedback_on(exercise)
        assert exercise.score < exercise.max_score, feedback_on(exercise)
