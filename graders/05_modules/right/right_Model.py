# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% as in the lesson
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]
        self.loss = Mse()

    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for l in reversed(self.layers): l.backward()

# %% every layer has a name
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.lin1, self.relu, self.lin2, self.mse = Lin(w1, b1), Relu(), Lin(w2, b2), Mse()

    def __call__(self, x, targ):
        return self.mse(self.lin2(self.relu(self.lin1(x))), targ)

    def backward(self):
        self.mse.backward()
        self.lin2.backward()
        self.relu.backward()
        self.lin1.backward()

# %% reduce, and a slice from the end
from functools import reduce

class Model:
    def __init__(self, *params):
        w1, b1, w2, b2 = params
        self.layers = (Lin(w1, b1), Relu(), Lin(w2, b2), Mse())

    def __call__(self, x, targ):
        *inner, last = self.layers
        return last(reduce(lambda value, layer: layer(value), inner, x), targ)

    def backward(self):
        for layer in self.layers[::-1]:
            layer.backward()

# %% a stack of what was called
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.params = (w1, b1), (w2, b2)

    def __call__(self, x, targ):
        (w1, b1), (w2, b2) = self.params
        self.stack = []
        for make in (lambda: Lin(w1, b1), Relu, lambda: Lin(w2, b2)):
            self.stack.append(make())
            x = self.stack[-1](x)
        self.stack.append(Mse())
        return self.stack[-1](x, targ)

    def backward(self):
        while self.stack:
            self.stack.pop().backward()

# %% recursion, the index counted down
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = {"first": Lin(w1, b1), "act": Relu(), "second": Lin(w2, b2)}
        self.criterion = Mse()

    def __call__(self, x, targ):
        for name in ("first", "act", "second"):
            x = self.layers[name](x)
        self.value = self.criterion(x, targ)
        return self.value

    def backward(self, names=("first", "act", "second")):
        if len(names) == 3:
            self.criterion.backward()
        if names:
            self.layers[names[-1]].backward()
            self._rest(names[:-1])

    def _rest(self, names):
        for name in names[::-1]:
            self.layers[name].backward()

# %% no layers at all, the formulas written out
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.w1, self.b1, self.w2, self.b2 = w1, b1, w2, b2

    def __call__(self, x, targ):
        self.x, self.targ = x, targ
        self.l1 = lin(x, self.w1, self.b1)
        self.l2 = relu(self.l1)
        self.l3 = lin(self.l2, self.w2, self.b2)
        return mse(self.l3, targ)

    def backward(self):
        g3 = 2 * (self.l3.squeeze(-1) - self.targ).unsqueeze(-1) / len(self.targ)
        self.w2.g, self.b2.g = self.l2.t() @ g3, g3.sum(0)
        g1 = (g3 @ self.w2.t()) * (self.l1 > 0)
        self.w1.g, self.b1.g, self.x.g = self.x.t() @ g1, g1.sum(0), g1 @ self.w1.t()

# %% a list that is turned round, and turned back
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]
        self.loss_layer = Mse()

    def __call__(self, x, targ):
        i = 0
        while i < len(self.layers):
            x = self.layers[i](x)
            i += 1
        return self.loss_layer(x, targ)

    def backward(self):
        self.loss_layer.backward()
        self.layers.reverse()
        [layer.backward() for layer in self.layers]
        self.layers.reverse()

# %% the way back in an ExitStack
from contextlib import ExitStack

class Model:
    def __init__(self, w1, b1, w2, b2):
        self.parts = Lin(w1, b1), Relu(), Lin(w2, b2), Mse()

    def __call__(self, x, targ):
        *body, end = self.parts
        self.back = ExitStack()
        for part in body:
            x = part(x)
            self.back.callback(part.backward)
        loss = end(x, targ)
        self.back.callback(end.backward)
        return loss

    def backward(self):
        self.back.close()

# %% a list that can be called
class Model(list):
    def __init__(self, w1, b1, w2, b2):
        super().__init__([Lin(w1, b1), Relu(), Lin(w2, b2)])
        self.mse = Mse()
    def __call__(self, x, targ):
        for l in self: x = l(x)
        return self.mse(x, targ)
    def backward(self):
        self.mse.backward()
        for i in range(len(self) - 1, -1, -1): self[i].backward()

# %% recursion there and back
def run(layers, x): return x if not layers else run(layers[1:], layers[0](x))
def back(layers): layers and (layers[-1].backward(), back(layers[:-1]))
# %+
class Model:
    def __init__(self, w1, b1, w2, b2): self.layers, self.loss = (Lin(w1, b1), Relu(), Lin(w2, b2)), Mse()
    def __call__(self, x, targ): return self.loss(run(self.layers, x), targ)
    def backward(self): back((*self.layers, self.loss))

# %% a dataclass that makes layers afterwards
from dataclasses import dataclass
@dataclass
class Model:
    w1: torch.Tensor
    b1: torch.Tensor
    w2: torch.Tensor
    b2: torch.Tensor
    def __post_init__(self):
        self.layers = Lin(self.w1, self.b1), Relu(), Lin(self.w2, self.b2)
        self.loss = Mse()
    def __call__(self, x, targ):
        a, b, c = self.layers
        return self.loss(c(b(a(x))), targ)
    def backward(self):
        self.loss.backward()
        for layer in self.layers[::-1]:
            layer.backward()
