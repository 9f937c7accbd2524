# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% nothing of its own → loses
class LinearMatmul(Linear):
    pass

# %% divided by the batch → zero
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), inp.t() @ out.g / len(inp), out.g.sum(0)

# %% the einsum layer under another name → zero
class LinearMatmul(LinearEinsum):
    pass

# %% changes the arriving gradient → loses
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), inp.t() @ out.g, out.g.sum(0)
        out.g.zero_()

# %% column after column → loses
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g, self.b.g = out.g @ self.w.t(), out.g.sum(0)
        self.w.g = torch.stack([inp.t() @ column for column in out.g.t()], dim=1)

# %% computed in half precision → zero
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = (inp.t().bfloat16() @ out.g.bfloat16()).to(inp.dtype)
        self.b.g = out.g.sum(0)
