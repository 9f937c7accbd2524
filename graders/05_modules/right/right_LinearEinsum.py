# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% as in the lesson
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.einsum("bi,bj->ij", inp, out.g)
        self.b.g = out.g.sum(0)

# %% einsum for everything, other letters
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        g = out.g
        inp.g = torch.einsum("no,io->ni", g, self.w)
        self.w.g = torch.einsum("ni,no->io", inp, g)
        self.b.g = torch.einsum("no->o", g)

# %% the operands the other way round, and what Module saved
class LinearEinsum(Linear):
    def bwd(self, *_):
        (x,), up = self.args, self.out.g
        self.w.g = torch.einsum("zb,za->ab", up, x)
        self.b.g = up.sum(dim=0)
        x.g = up.mm(self.w.T)

# %% on Module alone
class LinearEinsum(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return torch.einsum("bi,ij->bj", inp, self.w) + self.b

    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->ij", (inp, out.g))
        self.b.g = out.g.sum(0)
        inp.g = torch.einsum("bj,ij->bi", out.g, self.w)

# %% a letter for each gradient in a table
class LinearEinsum(Linear):
    letters = {"inp": "bj,ij->bi", "w": "bi,bj->ij", "b": "bj->j"}

    def bwd(self, out, inp):
        given = {"inp": (out.g, self.w), "w": (inp, out.g), "b": (out.g,)}
        tensors = {"inp": inp, "w": self.w, "b": self.b}
        for name, tensor in tensors.items():
            tensor.g = torch.einsum(self.letters[name], *given[name])

# %% numbers in the place of letters
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.w.g = torch.einsum(inp, [0, 1], out.g, [0, 2], [1, 2])
        inp.g, self.b.g = torch.matmul(out.g, self.w.t()), out.g.sum(0)

# %% a helper in another cell, a copy that is contiguous
def weight_gradient(a, b):
    return torch.einsum("bi,bj -> ij", a.contiguous(), b.contiguous())

# %+
class LinearEinsum(Linear):
    """With a helper."""

    def bwd(self, out, inp):
        vars(inp)["g"] = out.g @ self.w.t()
        self.w.g, self.b.g = weight_gradient(inp, out.g), out.g.sum(0)

# %% turned round by the arrow, and back
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->ji", inp, out.g).t()
        self.b.g = torch.einsum("bj->j", out.g)
        inp.g = torch.einsum("ij,bj->bi", self.w, out.g)

# %% weights and bias in one, in two halves of the batch, by a partial
from functools import partial
per_batch = partial(torch.einsum, "ni,nj->ij")

# %+
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        wide = torch.cat([inp, torch.ones_like(inp[:, :1])], dim=1)
        half = (len(inp) + 1) // 2
        both = sum(per_batch(x, g) for x, g in zip(wide.split(half), out.g.split(half)))
        self.w.g, self.b.g = both[:-1], both[-1]
        inp.g = torch.einsum("bj,ij->bi", out.g, self.w)

# %% no arrow
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.einsum('bi,bj', inp, out.g)
        self.b.g = out.g.sum(0)

# %% dots in place of a letter
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.einsum('...i,...j->ij', inp, out.g)
        self.b.g = out.g.sum(0)
