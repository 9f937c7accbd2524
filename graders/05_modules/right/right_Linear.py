# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% as in the lesson
class Linear(Module):
    def __init__(self, w, b): self.w, self.b = w, b
    def forward(self, inp): return inp @ self.w + self.b

    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = (inp.unsqueeze(-1) * out.g.unsqueeze(1)).sum(0)
        self.b.g = out.g.sum(0)

# %% one image after the other
class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return torch.stack([row @ self.w for row in inp]) + self.b

    def bwd(self, out, inp):
        self.w.g = torch.zeros_like(self.w)
        for x, g in zip(inp, out.g):
            self.w.g = self.w.g + x[:, None] * g
        self.b.g = torch.stack(list(out.g)).sum(0)
        inp.g = out.g @ self.w.T

# %% einsum with all three letters, then the sum
class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return lin(inp, self.w, self.b)

    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->bij", inp, out.g).sum(0)
        inp.g, self.b.g = torch.einsum("bj,ij->bi", out.g, self.w), out.g.sum(0)

# %% the matrix product already
class Linear(Module):
    def __init__(self, *params):
        self.params = params

    @property
    def w(self): return self.params[0]

    @property
    def b(self): return self.params[1]

    def forward(self, *args):
        return torch.addmm(self.b, args[0], self.w)

    def bwd(self, *args):
        out, inp = args
        self.w.g, self.b.g, inp.g = inp.T @ out.g, out.g.sum(0), out.g @ self.w.T

# %% a batch of products, and what Module saved
class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return inp @ self.w + self.b

    def bwd(self, _, __):
        (inp,), g = self.args, self.out.g
        self.w.g = torch.bmm(inp.unsqueeze(2), g.unsqueeze(1)).sum(0)
        self.b.g = g.T.sum(1)
        inp.g = (self.w @ g.T).T

# %% the plain layer lends its hands
class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b
        self.inner = Lin(w, b)

    def forward(self, inp):
        return self.inner(inp)

    def bwd(self, out, inp):
        self.inner.backward()

# %% a dataclass
from dataclasses import dataclass

@dataclass(eq=False)
class Linear(Module):
    w: object
    b: object

    def forward(self, inp): return inp @ self.w + self.b

    def bwd(self, out, inp):
        self.w.g = torch.einsum("nij->ij", inp[:, :, None] * out.g[:, None])
        self.b.g, inp.g = torch.einsum("nj->j", out.g), torch.einsum("nj,ij->ni", out.g, self.w)

# %% made by type
def _init(self, w, b): self.w, self.b = w, b
def _fwd(self, inp): return inp.mm(self.w) + self.b
def _bwd(self, out, inp): inp.g, self.w.g, self.b.g = out.g.mm(self.w.T), inp.T.mm(out.g), out.g.sum(0)
Linear = type("Linear", (Module,), {"__init__": _init, "forward": _fwd, "bwd": _bwd})

# %% slots and a property
class Linear(Module):
    __slots__ = ("w", "b")
    def __init__(self, w, b):
        super().__init__()
        self.w, self.b = w, b
    @property
    def wT(self): return self.w.transpose(-1, -2)
    def forward(self, x): return torch.matmul(x, self.w).add_(self.b)
    def bwd(self, y, x):
        x.g, self.w.g, self.b.g = y.g.matmul(self.wT), x[:, :, None].matmul(y.g[:, None, :]).sum(0), y.g.sum(-2)
