# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% a plain class, as in the lesson
class Network:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Linear(w1, b1), ReLU(), Linear(w2, b2)]
        self.loss = MSE()

    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for l in reversed(self.layers): l.backward()

# %% a Module, every layer by name
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        super().__init__()
        self.first, self.act, self.second, self.end = Linear(w1, b1), ReLU(), Linear(w2, b2), MSE()

    def forward(self, x, targ):
        return self.end(self.second(self.act(self.first(x))), targ)

    def bwd(self, *_):
        for layer in (self.end, self.second, self.act, self.first):
            layer.backward()

# %% a sequence of one's own
class Sequence(Module):
    def __init__(self, *parts):
        self.parts = parts

    def forward(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def bwd(self, out, x):
        for part in self.parts[::-1]:
            part.backward()

class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.body, self.head = Sequence(Linear(w1, b1), ReLU(), Linear(w2, b2)), MSE()

    def forward(self, x, targ):
        return self.head(self.body(x), targ)

    def bwd(self, out, x, targ):
        self.head.backward()
        self.body.backward()

# %% built on the model of exercise 4
class Network(Model):
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Linear(w1, b1), ReLU(), Linear(w2, b2)]
        self.loss = MSE()

# %% all four in one tuple, counted down
class Network(Module):
    def __init__(self, *params):
        self.parts = (Linear(*params[:2]), ReLU(), Linear(*params[2:]), MSE())

    def forward(self, *given):
        value, rest = given[0], given[1:]
        for place, part in enumerate(self.parts):
            value = part(value, *rest) if place == 3 else part(value)
        return value

    def bwd(self, out, *given):
        place = len(self.parts)
        while place:
            place -= 1
            self.parts[place].backward()

# %% new layers for every batch
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.params = w1, b1, w2, b2

    def forward(self, x, targ):
        w1, b1, w2, b2 = self.params
        self.called = []
        for layer in (Linear(w1, b1), ReLU(), Linear(w2, b2)):
            x = layer(x)
            self.called.insert(0, layer)
        end = MSE()
        self.called.insert(0, end)
        return end(x, targ)

    def bwd(self, out, x, targ):
        for layer in self.called:
            layer.backward()

# %% formulas, no layers
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.w1, self.b1, self.w2, self.b2 = w1, b1, w2, b2

    def forward(self, x, targ):
        self.l1 = x @ self.w1 + self.b1
        self.l2 = relu(self.l1)
        self.l3 = self.l2 @ self.w2 + self.b2
        return mse(self.l3, targ)

    def bwd(self, out, x, targ):
        g3 = 2 * (self.l3 - targ[:, None]) / len(targ)
        g1 = g3 @ self.w2.t() * (self.l1 > 0)
        self.w2.g, self.b2.g = self.l2.t() @ g3, g3.sum(0)
        self.w1.g, self.b1.g, x.g = x.t() @ g1, g1.sum(0), g1 @ self.w1.t()

# %% a sequence within a sequence
class Sequential(Module):
    def __init__(self, *ls): self.ls = ls
    def forward(self, x):
        for l in self.ls: x = l(x)
        return x
    def bwd(self, out, x):
        for l in reversed(self.ls): l.backward()
# %+
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.body, self.crit = Sequential(Linear(w1, b1), Sequential(ReLU(), Linear(w2, b2))), MSE()
    def forward(self, x, targ): return self.crit(self.body(x), targ)
    def bwd(self, out, x, targ):
        self.crit.backward(); self.body.backward()

# %% bwd of each with what it saved
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.layers, self.loss = [Linear(w1, b1), ReLU(), Linear(w2, b2)], MSE()
    def forward(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)
    def bwd(self, out, x, targ):
        [l.bwd(l.out, *l.args) for l in (self.loss, *self.layers[::-1])]
