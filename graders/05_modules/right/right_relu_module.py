# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% as in the lesson
class ReLU(Module):
    def forward(self, inp): return inp.clamp_min(0.)
    def bwd(self, out, inp): inp.g = (inp > 0) * out.g

# %% what Module saved, and a star
class ReLU(Module):
    def forward(self, *args):
        return torch.relu(args[0])

    def bwd(self, *_):
        self.args[0].g = self.out.g * (self.out > 0)

# %% where
class ReLU(Module):
    def forward(self, x):
        return torch.where(x > 0, x, 0.0)

    def bwd(self, y, x):
        x.g = torch.where(x > 0, y.g, torch.zeros_like(y.g))

# %% static methods
class ReLU(Module):
    @staticmethod
    def forward(inp):
        return relu(inp)

    @staticmethod
    def bwd(out, inp):
        g = out.g.clone()
        g[inp <= 0] = 0
        inp.g = g

# %% lambdas and setattr
class ReLU(Module):
    forward = lambda self, inp: inp * (inp > 0)
    bwd = lambda self, out, inp: setattr(inp, "g", out.g.masked_fill(inp <= 0, 0))

# %% a base class between the two
class Activation(Module):
    def bwd(self, out, inp):
        inp.g = self.slope(inp) * out.g

class ReLU(Activation):
    def forward(self, inp):
        return relu(inp)

    def slope(self, inp):
        return (inp > 0).to(inp.dtype)

# %% calls its parent's __init__, keeps a mask, has a name
class ReLU(Module):
    def __init__(self, name="relu"):
        super().__init__()
        self.name = name

    def forward(self, inp):
        self.mask = inp.gt(0)
        return inp.mul(self.mask)

    def bwd(self, out, inp):
        inp.g = out.g.mul(self.mask)

# %% the plain layer lends its hands
class ReLU(Module):
    def forward(self, inp):
        self.inner = Relu()
        return self.inner(inp)

    def bwd(self, out, inp):
        self.inner.backward()

# %% a mixin before Module
class Elementwise:
    def bwd(self, out, inp):
        inp.g = self.slope(inp).mul(out.g)

class ReLU(Elementwise, Module):
    def forward(self, inp): return inp.clamp(min=0.0)

    @staticmethod
    def slope(inp): return inp.gt(0).type_as(inp)

# %% a base that goes back by the slope
class Elementwise:
    def bwd(self, out, inp): inp.g = self.slope(inp).mul(out.g)
# %+
class ReLU(Elementwise, Module):
    def forward(self, inp): return inp.relu()
    def slope(self, inp): return inp.relu().sign()

# %% a leak of 0
class ReLU(Module):
    def __init__(self, leak=0.0):
        super().__init__()
        self.leak = leak
    def forward(self, inp):
        return inp.clamp_min(0) + self.leak * inp.clamp_max(0)
    def bwd(self, out, inp):
        inp.g = torch.where(inp > 0, out.g, self.leak * out.g)
