# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% as in the lesson
class MSE(Module):
    def forward(self, inp, targ): return (inp.squeeze(-1) - targ).pow(2).mean()
    def bwd(self, out, inp, targ): inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / targ.shape[0]

# %% the difference is kept
class MSE(Module):
    def forward(self, a, b):
        self.gap = a[:, 0] - b
        return self.gap.square().mean()

    def bwd(self, _, a, b):
        a.g = (2 / len(b) * self.gap)[:, None]

# %% what Module saved
class MSE(Module):
    def forward(self, *args):
        return mse(*args)

    def bwd(self, *args):
        inp, targ = self.args
        inp.g = 2 * (inp - targ.view(-1, 1)) / inp.numel()

# %% static, row by row
class MSE(Module):
    @staticmethod
    def forward(inp, targ):
        return sum((a[0] - b) ** 2 for a, b in zip(inp, targ)) / len(targ)

    @staticmethod
    def bwd(out, inp, targ):
        inp.g = torch.stack([2 * (a - b) / len(targ) for a, b in zip(inp, targ)])

# %% a base class between the two
class Loss(Module):
    def bwd(self, out, inp, targ):
        inp.g = self.slope(inp.flatten(), targ).reshape(inp.shape) / len(targ)

class MSE(Loss):
    def forward(self, inp, targ):
        return mse(inp, targ)

    def slope(self, a, b):
        return 2 * (a - b)

# %% the plain layer lends its hands
class MSE(Module):
    def forward(self, inp, targ):
        self.inner = Mse()
        return self.inner(inp, targ)

    def bwd(self, out, inp, targ):
        self.inner.backward()

# %% an own copy, in place, and a default
class MSE(Module):
    def forward(self, inp, targ):
        return torch.mean((inp.flatten() - targ) ** 2)

    def bwd(self, out, inp, targ=None):
        g = inp.clone()
        g.sub_(targ.unsqueeze(-1)).mul_(2).div_(g.shape[0])
        inp.g = g

# %% with a choice of mean or sum
class MSE(Module):
    def __init__(self, reduction="mean"):
        self.reduction = reduction
    def forward(self, inp, targ):
        d = (inp.squeeze(-1) - targ) ** 2
        return d.mean() if self.reduction == "mean" else d.sum()
    def bwd(self, out, inp, targ):
        g = 2 * (inp.squeeze(-1) - targ)
        if self.reduction == "mean": g = g / g.numel()
        inp.g = g.unsqueeze(-1)

# %% the function on the class, and lerp
class MSE(Module):
    inner = staticmethod(mse)
    def forward(self, inp, targ): return self.inner(output=inp, targ=targ)
    def bwd(self, _, inp, targ): inp.g = torch.lerp(-2 * targ[:, None], 2 * inp, 0.5) * 2 / len(targ)
