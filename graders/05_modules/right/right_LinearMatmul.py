# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% as in the lesson
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = inp.t() @ out.g
        self.b.g = out.g.sum(0)

# %% torch.mm, .T, what Module saved
class LinearMatmul(Linear):
    def bwd(self, *_):
        (x,), g = self.args, self.out.g
        self.w.g = torch.mm(x.T, g)
        x.g = torch.mm(g, self.w.T)
        self.b.g = g.sum(dim=0)

# %% on top of the einsum layer
class LinearMatmul(LinearEinsum):
    def bwd(self, out, inp):
        inp.g = out.g.matmul(self.w.transpose(0, 1))
        self.w.g = inp.transpose(0, 1).matmul(out.g)
        self.b.g = torch.ones(len(inp), dtype=inp.dtype) @ out.g

# %% the other order, turned at the end
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        self.w.g = (out.g.t() @ inp).t()
        inp.g = (self.w @ out.g.t()).t()
        self.b.g = out.g.t().sum(1)

# %% tensordot
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        self.w.g = torch.tensordot(inp, out.g, dims=([0], [0]))
        inp.g = torch.tensordot(out.g, self.w, dims=([1], [1]))
        self.b.g = out.g.sum(0)

# %% on Module alone, weights and bias in one product
class LinearMatmul(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, inp):
        return torch.addmm(self.b, inp, self.w)

    def bwd(self, out, inp):
        wide = torch.cat([inp, torch.ones(len(inp), 1, dtype=inp.dtype)], 1)
        both = wide.t() @ out.g
        self.w.g, self.b.g, inp.g = both[:-1], both[-1], out.g @ self.w.t()

# %% written into an own tensor
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        own = torch.empty_like(self.w)
        torch.matmul(inp.t(), out.g, out=own)
        self.w.g = own
        self.b.g = out.g.sum(0)
        inp.g = out.g @ self.w.mT

# %% a loop over the three of them
class LinearMatmul(Linear):
    def gradients(self, up, inp):
        yield inp, up @ self.w.t()
        yield self.w, inp.t() @ up
        yield self.b, up.sum(0)

    def bwd(self, out, inp):
        for tensor, gradient in self.gradients(out.g, inp):
            tensor.g = gradient

# %% the function of torch.nn, which turns
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.nn.functional.linear(inp.t(), out.g.t())
        self.b.g = out.g.sum(0)

# %% into memory of its own
class LinearMatmul(Linear):
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.mm(inp.t(), out.g, out=torch.empty_like(self.w))
        self.b.g = out.g.sum(0)
