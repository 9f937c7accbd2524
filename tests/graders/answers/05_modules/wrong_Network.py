# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% the loss is not a layer's, and nobody asks it → loses
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Linear(w1, b1), ReLU(), Linear(w2, b2)]

    def forward(self, x, targ):
        for l in self.layers: x = l(x)
        return mse(x, targ)

    def bwd(self, out, x, targ):
        for l in reversed(self.layers): l.backward()

# %% the layers are shared by all networks → loses
shared = []

class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        shared[:] = [Linear(w1, b1), ReLU(), Linear(w2, b2)]
        self.loss = MSE()

    def forward(self, x, targ):
        for l in shared: x = l(x)
        return self.loss(x, targ)

    def bwd(self, out, x, targ):
        self.loss.backward()
        for l in reversed(shared): l.backward()

# %% the input comes back as a copy → loses
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Linear(w1, b1), ReLU(), Linear(w2, b2)]
        self.loss = MSE()

    def forward(self, x, targ):
        x = x.clone()
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def bwd(self, out, x, targ):
        self.loss.backward()
        for l in reversed(self.layers): l.backward()

# %% one linear layer for both → zero
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        first = Linear(w1, b1)
        self.layers = [first, ReLU(), first]
        self.loss = MSE()

    def forward(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def bwd(self, out, x, targ):
        self.loss.backward()
        for l in reversed(self.layers): l.backward()
