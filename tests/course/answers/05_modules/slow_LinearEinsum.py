# Right gradients, and too much work or memory; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% all sheets by einsum, then the sum → einsum_layer_still_makes_every_sheet
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.einsum("bi,bj->bij", inp, out.g).sum(0)
        self.b.g = out.g.sum(0)

# %% one sheet after the other → einsum_layer_still_makes_every_sheet
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.zeros_like(self.w)
        for x, g in zip(inp, out.g):
            self.w.g += torch.einsum("i,j->ij", x, g)
        self.b.g = out.g.sum(0)

# %% what Linear does first, and then the einsum → einsum_layer_still_makes_every_sheet
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        super().bwd(out, inp)
        self.w.g = torch.einsum("bi,bj->ij", inp, out.g)
