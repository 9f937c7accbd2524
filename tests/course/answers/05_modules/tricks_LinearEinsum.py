# Ways around the rule; after the arrow what the message names.
# ruff: noqa
# fmt: off

# %% a matrix product → einsum
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), inp.t() @ out.g, out.g.sum(0)

# %% an einsum on the way forward only → einsum
class LinearEinsum(Linear):
    def forward(self, inp):
        return torch.einsum("bi,ij->bj", inp, self.w) + self.b

    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), inp.t() @ out.g, out.g.sum(0)

# %% a helper that is called einsum → einsum
def einsum(a, b):
    return a.t() @ b

# %+
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g, self.w.g, self.b.g = out.g @ self.w.t(), einsum(inp, out.g), out.g.sum(0)

# %% einsums for the others, and a matrix product for the weights → einsum
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = torch.einsum("bj,ij->bi", out.g, self.w)
        self.w.g = inp.t() @ out.g
        self.b.g = torch.einsum("bj->j", out.g)
