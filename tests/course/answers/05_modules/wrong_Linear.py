# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% no Module → zero
class Linear(Lin):
    pass

# %% only the last image counts → loses
class Linear(Module):
    def __init__(self, w, b): self.w, self.b = w, b
    def forward(self, inp): return inp @ self.w + self.b

    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        for x, g in zip(inp, out.g):
            self.w.g = x[:, None] * g
        self.b.g = out.g.sum(0)

# %% works on copies of its weights → loses
class Linear(Module):
    def __init__(self, w, b): self.w, self.b = w.clone(), b.clone()
    def forward(self, inp): return inp @ self.w + self.b

    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), inp.t() @ out.g, out.g.sum(0)

# %% w as nn.Linear keeps it → zero
class Linear(Module):
    def __init__(self, w, b): self.w, self.b = w, b
    def forward(self, inp): return inp @ self.w.t() + self.b

    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w, out.g.t() @ inp, out.g.sum(0)

# %% scales the arriving gradient in place → loses
class Linear(Module):
    def __init__(self, w, b): self.w, self.b = w, b
    def forward(self, inp): return inp @ self.w + self.b

    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), inp.t() @ out.g, out.g.sum(0)
        out.g /= len(inp)

# %% weights on the class → loses
class Linear(Module):
    def __init__(self, w, b): type(self).w, type(self).b = w, b
    def forward(self, inp): return inp @ self.w + self.b
    def bwd(self, out, inp): inp.g, self.w.g, self.b.g = out.g @ self.w.t(), inp.t() @ out.g, out.g.sum(0)

# %% the gradient takes the place of the weights → loses
class Linear(Module):
    def __init__(self, w, b): self.w, self.b = w, b
    def forward(self, inp): return inp @ self.w + self.b
    def bwd(self, out, inp):
        self.w.g = inp.t() @ out.g
        self.w = self.w.g
        inp.g = out.g @ self.w.t()
        self.b.g = out.g.sum(0)

# %% weights under other names → loses
class Linear(Module):
    def __init__(self, w, b):
        self.weight, self.bias = w, b
    def forward(self, inp):
        return inp @ self.weight + self.bias
    def bwd(self, out, inp):
        inp.g = out.g @ self.weight.t()
        self.weight.g = (inp[:, :, None] * out.g[:, None]).sum(0)
        self.bias.g = out.g.sum(0)

# %% weights in a tuple → loses
class Linear(Module):
    def __init__(self, w, b):
        self.params = w, b
    def forward(self, inp):
        return inp @ self.params[0] + self.params[1]
    def bwd(self, out, inp):
        inp.g = out.g @ self.params[0].t()
        self.params[0].g = (inp[:, :, None] * out.g[:, None]).sum(0)
        self.params[1].g = out.g.sum(0)

# %% a copy of the bias → loses
class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b, self.bias = w, b.clone(), b
    def forward(self, inp):
        return inp @ self.w + self.bias
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = (inp[:, :, None] * out.g[:, None]).sum(0)
        self.bias.g = out.g.sum(0)

# %% None for the new axes, other names → loses
class Linear(Module):
    def __init__(self, weight, bias):
        super().__init__()
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return x.matmul(self.weight) + self.bias

    def bwd(self, y, x):
        sheets = x[:, :, None] * y.g[:, None, :]
        self.weight.g = sheets.sum(dim=0)
        self.bias.g = y.g.sum(dim=0)
        x.g = (self.weight * y.g[:, None, :]).sum(-1)
