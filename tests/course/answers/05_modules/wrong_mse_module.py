# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% a copy of the plain class → zero
class MSE(Mse):
    pass

# %% N squared → loses
class MSE(Module):
    def forward(self, inp, targ): return mse(inp, targ)
    def bwd(self, out, inp, targ): inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / targ.shape[0] ** 2

# %% stretched on the way forward → zero
class MSE(Module):
    def forward(self, inp, targ): return (inp - targ).pow(2).mean()
    def bwd(self, out, inp, targ): inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / targ.shape[0]

# %% the targets of the first batch → loses
class MSE(Module):
    def forward(self, inp, targ):
        self.first = getattr(self, "first", targ)
        return mse(inp, targ)

    def bwd(self, out, inp, targ):
        n = len(targ)
        first = torch.cat([self.first, targ])[:n]
        inp.g = 2 * (inp.squeeze(-1) - first).unsqueeze(-1) / n

# %% times the loss itself → loses
class MSE(Module):
    def forward(self, inp, targ): return mse(inp, targ)
    def bwd(self, out, inp, targ): inp.g = out * 2 * (inp - targ[:, None]) / len(targ)

# %% two N-ths in float32 → loses
class MSE(Module):
    def forward(self, inp, targ):
        return mse(inp, targ)

    def bwd(self, out, inp, targ):
        inp.g = torch.tensor(2 / len(targ)) * (inp[:, 0] - targ)[:, None]
