# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% mean absolute error → zero
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return (inp.squeeze(-1) - targ).abs().mean()

    def backward(self):
        self.inp.g = (self.inp.squeeze(-1) - self.targ).sign().unsqueeze(-1) / len(self.targ)

# %% the root of it → zero
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return mse(inp, targ).sqrt()

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / len(self.targ)

# %% loss of shape (1,) → zero
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return mse(inp, targ)[None]

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / len(self.targ)

# %% a Python number → zero
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return mse(inp, targ).item()

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / len(self.targ)

# %% batches of four → loses
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return mse(inp, targ)

    def backward(self):
        self.inp.g = 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / 4

# %% times the loss → loses
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ, self.out = inp, targ, mse(inp, targ)
        return self.out

    def backward(self):
        self.inp.g = self.out * 2 * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / len(self.targ)

# %% nothing in backward → loses
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return mse(inp, targ)
    def backward(self): pass

# %% the size of the first batch → loses
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        Mse.n = getattr(Mse, "n", len(targ))
        return mse(inp, targ)
    def backward(self):
        self.inp.g = 2 * (self.inp - self.targ[:, None]) / Mse.n

# %% two N-ths in float32 → loses
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return mse(inp, targ)

    def backward(self):
        self.inp.g = torch.tensor(2 / len(self.targ)) * (self.inp[:, 0] - self.targ)[:, None]
