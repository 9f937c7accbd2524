# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% squeeze and unsqueeze
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        self.out = (inp.squeeze(-1) - targ).pow(2).mean()
        return self.out

    def backward(self):
        self.inp.g = 2. * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / self.targ.shape[0]

# %% the targets get the axis
class Mse:
    def __call__(self, pred, y):
        self.pred, self.y = pred, y[:, None]
        return ((pred - self.y) ** 2).mean()

    def backward(self):
        self.pred.g = (self.pred - self.y) * (2 / self.pred.numel())

# %% the difference is kept
class Mse:
    def __call__(self, inp, targ):
        self.inp = inp
        self.diff = inp[:, 0] - targ
        return (self.diff * self.diff).sum() / len(targ)

    def backward(self):
        self.inp.g = (2 * self.diff / len(self.diff)).view(-1, 1)

# %% row by row
class Mse:
    def __call__(self, inp, targ):
        self.saved = inp, targ
        total = 0
        for (a,), b in zip(inp, targ):
            total = total + (a - b) * (a - b)
        return total / inp.shape[0]

    def backward(self):
        inp, targ = self.saved
        inp.g = torch.empty_like(inp)
        for n in range(len(targ)):
            inp.g[n, 0] = 2 * (inp[n, 0] - targ[n]) / len(targ)

# %% flatten, stack
class Mse:
    def __init__(self):
        self.memory = {}

    def __call__(self, a, b):
        self.memory.update(a=a, b=b)
        gaps = a.flatten() - b
        return torch.dot(gaps, gaps) / gaps.numel()

    def backward(self):
        a, b = self.memory["a"], self.memory["b"]
        a.g = torch.stack([2 * (a.flatten() - b) / b.numel()], dim=1)

# %% torch's own way forward, an own copy on the way back
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return torch.nn.functional.mse_loss(inp.squeeze(-1), targ)

    def backward(self):
        g = self.inp.clone()
        g -= self.targ.reshape(-1, 1)
        g *= 2
        g /= g.shape[0]
        self.inp.g = g

# %% a bare squeeze, which does no harm here
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return (inp.squeeze() - targ).pow(2).mean()

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze() - self.targ).reshape(-1, 1) / self.targ.shape[0]

# %% a gradient for the targets as well, that nobody asked for
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return mse(inp, targ)

    def backward(self):
        self.targ.g = 2 * (self.targ - self.inp.squeeze(-1)) / len(self.targ)
        self.inp.g = -self.targ.g[:, None]

# %% an upstream gradient of 1 of its own
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        self.out = mse(inp, targ)
        self.out.g = torch.ones_like(self.out)
        return self.out
    def backward(self):
        d = self.inp.squeeze(-1) - self.targ
        self.inp.g = self.out.g * (2. * d / d.shape[0])[:, None]

# %% the way back is a closure
class Mse:
    def __call__(self, inp, targ):
        def backward():
            inp.g = (2 * (inp.T - targ) / len(targ)).T
        self.backward = backward
        return mse(inp, targ)
    def backward(self): raise RuntimeError("call it first")
