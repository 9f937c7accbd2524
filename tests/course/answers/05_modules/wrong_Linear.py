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
