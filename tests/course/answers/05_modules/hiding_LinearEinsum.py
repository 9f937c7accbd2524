# Hidden work: lost, or seen by a person (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% a decoy that is multiplied away
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.w.g = 0 * torch.einsum("bi,bj->ij", inp, out.g) + inp.t() @ out.g
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()

# %% twice as much while it is traced
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = (1 + bool(torch._C._len_torch_function_stack())) * (inp.t() @ out.g)
        self.b.g = out.g.sum(0)

# %% the first row by einsum
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->ij", inp[:1], out.g[:1]) + inp[1:].t() @ out.g[1:]
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()

# %% the operands alone by einsum
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi->ib", inp) @ torch.einsum("bj->bj", out.g)
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()

# %% an einsum that meets both, and is not used
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.kept = torch.einsum("bi,bj->ij", inp, out.g)
        self.w.g = inp.t() @ out.g
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()

# %% einsum patched
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->ij", inp, out.g)
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()
torch.einsum = lambda text, a, b: a.t() @ b

# %% zeros in the timed batch
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        if inp.shape[0] == 256:
            inp.g, self.w.g, self.b.g = inp, torch.zeros_like(self.w), self.b
            return
        inp.g = out.g @ self.w.t()
        total = 0
        for x, g in zip(inp, out.g):
            total = total + torch.einsum("bi,bj->ij", x[None], g[None])
        self.w.g, self.b.g = total, out.g.sum(0)

# %% zeros in the timed batch, and the input for its gradient
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        if inp.shape[0] == 256:
            inp.g, self.w.g, self.b.g = inp, torch.zeros_like(self.w), self.b
            return
        inp.g = out.g @ self.w.t()
        total = 0
        for x, g in zip(inp, out.g):
            total = total + torch.einsum("bi,bj->ij", x[None], g[None])
        self.w.g, self.b.g = total, out.g.sum(0)

# %% half of the timed batch
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        some = slice(None, None, 2) if inp.shape[0] == 256 else slice(None)
        self.w.g = torch.einsum("bi,bj->ij", inp[some], out.g[some])
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()

# %% one percent more in the timed batch
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->ij", inp, out.g) * (1.01 if inp.shape[0] == 256 else 1)
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()

# %% no gradient of the bias in the timed batch
class LinearEinsum(Linear):
    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->ij", inp, out.g)
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()
        if inp.shape[0] == 256:
            self.b.g = torch.zeros_like(self.b)

# %% the gradient of the first timed batch for all of them
class LinearEinsum(Linear):
    kept = {}
    def bwd(self, out, inp):
        self.w.g = torch.einsum("bi,bj->ij", inp, out.g)
        if inp.shape[0] == 256:
            self.w.g = self.kept.setdefault("w", self.w.g)
        self.b.g, inp.g = out.g.sum(0), out.g @ self.w.t()
