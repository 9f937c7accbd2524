# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% a copy of the plain class → zero
class ReLU(Relu):
    pass

# %% no Module at all → zero
class ReLU:
    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def forward(self, inp): return relu(inp)
    def bwd(self, out, inp): inp.g = (inp > 0) * out.g
    def backward(self): self.bwd(self.out, self.inp)

# %% no mask on the way back → loses
class ReLU(Module):
    def forward(self, inp): return relu(inp)
    def bwd(self, out, inp): inp.g = out.g

# %% shut where it should be open → loses
class ReLU(Module):
    def forward(self, inp): return relu(inp)
    def bwd(self, out, inp): inp.g = (inp < 0) * out.g

# %% the mask of the first batch → loses
class ReLU(Module):
    def forward(self, inp):
        if getattr(self, "mask", None) is None or self.mask.shape != inp.shape:
            self.mask = inp > 0
        return relu(inp)

    def bwd(self, out, inp): inp.g = self.mask * out.g

# %% on torch.nn, whose Module has the same name → zero
class ReLU(torch.nn.ReLU):
    def bwd(self, out, inp): inp.g = (inp > 0) * out.g

# %% autograd in its own Module, and nothing in bwd → loses
class Module:
    def __call__(self, *args):
        self.args = args
        own = [v for v in vars(self).values() if isinstance(v, torch.Tensor)]
        self.held = [*args, *own]
        self.twins = [t.detach().clone() for t in args]
        for t in self.twins: t.requires_grad = True
        self.y = self.forward(*self.twins)
        self.out = self.y.detach()
        return self.out
    def forward(self, *args): raise NotImplementedError
    def backward(self):
        if self.y.grad_fn is not None:
            self.y.backward(self.out.g if self.out.dim() else None)
            for t, twin in zip(self.held, self.twins): t.g = twin.grad
        self.bwd(self.out, *self.args)
# %+
class ReLU(Module):
    def forward(self, inp): return torch.where(inp > 0, inp, 0 * inp)
    def bwd(self, out, inp): pass
