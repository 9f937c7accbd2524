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

# %% half a gradient for the first weights → loses
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.layers, self.loss = [Linear(w1, b1), ReLU(), Linear(w2, b2)], MSE()
    def forward(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)
    def bwd(self, out, x, targ):
        self.loss.backward(); [l.backward() for l in reversed(self.layers)]; self.layers[0].w.g = self.layers[0].w.g / 2

# %% a network of PyTorch within → zero
class Network(Module):
    def __init__(self, w1, b1, w2, b2): self.p = w1, b1, w2, b2
    def forward(self, x, targ):
        w1, b1, w2, b2 = self.p
        net = torch.nn.Sequential(torch.nn.Linear(*w1.shape), torch.nn.ReLU(), torch.nn.Linear(*w2.shape)).to(x.dtype)
        for q, v in zip(net.parameters(), (w1.t(), b1, w2.t(), b2)): q.data = v.clone()
        self.x = torch.nn.Parameter(x.clone()); self.net = net
        self.l = mse(net(self.x), targ)
        return self.l.data
    def bwd(self, out, x, targ):
        self.l.backward()
        x.g = self.x.grad
        for p, q in zip(self.p, self.net.parameters()): p.g = q.grad.t() if q.dim() == 2 else q.grad
