# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% nothing of its own → zero
class LinearEinsum(Linear):
    pass

# %% the bias gradient by the wrong letter → zero
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.einsum("bi,bj->ij", inp, out.g)
        self.b.g = torch.einsum("bj->b", out.g)

# %% adds to what is there → zero
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = getattr(self.w, "g", 0) + torch.einsum("bi,bj->ij", inp, out.g)
        self.b.g = out.g.sum(0)

# %% an einsum for the looks beside the old way → zero
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        super().bwd(out, inp)
        self.b.g = torch.einsum("bj->j", out.g)

# %% always float32 → loses
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.einsum("bi,bj->ij", inp.float(), out.g.float())
        self.b.g = out.g.sum(0)

# %% an einsum times nothing beside a product → zero
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = inp.t() @ out.g + 0 * torch.einsum("bi,bj->ij", inp, out.g)
        self.b.g = out.g.sum(0)

# %% an einsum of one row for the looks → zero
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = inp.t() @ out.g + 0 * torch.einsum('bi,bj->ij', inp[:1], out.g[:1])
        self.b.g = out.g.sum(0)
