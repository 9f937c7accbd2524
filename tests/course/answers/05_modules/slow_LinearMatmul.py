# Right gradients, and too much work or memory; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% the outer products of Linear → matmul_layer_still_makes_every_sheet
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0)
        self.b.g = out.g.sum(0)

# %% a batch of products, then the sum → matmul_layer_still_makes_every_sheet
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.bmm(inp.unsqueeze(2), out.g.unsqueeze(1)).sum(0)
        self.b.g = out.g.sum(0)

# %% one sheet after the other → matmul_layer_still_makes_every_sheet
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.zeros_like(self.w)
        for x, g in zip(inp, out.g):
            self.w.g += torch.outer(x, g)
        self.b.g = out.g.sum(0)
