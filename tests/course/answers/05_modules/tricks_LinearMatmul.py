# Ways around the rule; after the arrow what the message names.
# ruff: noqa
# fmt: off

# %% einsum → einsum
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), torch.einsum("bi,bj->ij", inp, out.g), out.g.sum(0)

# %% einsum under another name → einsum
product = torch.einsum

# %+
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), product("bi,bj->ij", inp, out.g), out.g.sum(0)

# %% what was built before → einsum
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        LinearEinsum.bwd(self, out, inp)
