# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% the bias is left out on the way forward → zero
class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, inp @ self.w
        return self.out

    def backward(self):
        self.inp.g, self.w.g, self.b.g = self.out.g @ self.w.t(), self.inp.t() @ self.out.g, self.out.g.sum(0)

# %% b.g as a row → loses
class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, inp @ self.w + self.b
        return self.out

    def backward(self):
        self.inp.g, self.w.g = self.out.g @ self.w.t(), self.inp.t() @ self.out.g
        self.b.g = self.out.g.sum(0, keepdim=True)

# %% already walks downhill → loses
class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, inp @ self.w + self.b
        return self.out

    def backward(self):
        self.inp.g, self.w.g, self.b.g = self.out.g @ self.w.t(), self.inp.t() @ self.out.g, self.out.g.sum(0)
        self.w -= 0.1 * self.w.g

# %% the memory of the input as if it were contiguous → loses
class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, inp @ self.w + self.b
        return self.out

    def backward(self):
        flat = self.inp.as_strided(self.inp.shape, (self.inp.shape[1], 1))
        self.inp.g, self.w.g, self.b.g = self.out.g @ self.w.t(), flat.t() @ self.out.g, self.out.g.sum(0)

# %% gradients kept by shape → loses
kept = {}

class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, inp @ self.w + self.b
        return self.out

    def backward(self):
        of_w = kept.setdefault(self.w.shape, self.inp.t() @ self.out.g)
        self.inp.g, self.w.g, self.b.g = self.out.g @ self.w.t(), of_w, self.out.g.sum(0)

# %% right for batches of one row → loses
class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, inp @ self.w + self.b
        return self.out

    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = torch.outer(self.inp[0], self.out.g[0])
        self.b.g = self.out.g[0].clone()

# %% gradients in memory that is used again → loses
buffers = {}

class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.inp, self.out = inp, inp @ self.w + self.b
        return self.out

    def backward(self):
        self.inp.g, self.b.g = self.out.g @ self.w.t(), self.out.g.sum(0)
        memory = buffers.setdefault(self.w.dtype, torch.zeros(64, dtype=self.w.dtype))
        own = memory[: self.w.numel()].view(self.w.shape)
        own.copy_(self.inp.t() @ self.out.g)
        self.w.g = own

# %% a memory among the defaults → loses
class Lin:
    def __init__(self, w, b, cache={}): self.w, self.b, self.c = w, b, cache
    def __call__(self, inp):
        self.c["inp"] = inp; self.c["out"] = inp @ self.w + self.b; return self.c["out"]
    def backward(self):
        inp, out = self.c["inp"], self.c["out"]
        inp.g = out.g @ self.w.t(); self.w.g = inp.t() @ out.g; self.b.g = out.g.sum(0)

# %% the gradient goes to a turned view → loses
class Lin:
    def __init__(self, w, b): self.w, self.b = w.t(), b
    def __call__(self, inp):
        self.inp = inp; self.out = inp @ self.w.t() + self.b; return self.out
    def backward(self):
        self.inp.g = self.out.g @ self.w
        self.w.g = (self.inp.t() @ self.out.g).t()
        self.b.g = self.out.g.sum(0)

# %% twins that require gradients → zero
class Lin:
    def __init__(self, w, b): self.w, self.b = w, b
    def __call__(self, inp):
        self.inp = inp
        self.leaves = [torch.tensor(t.tolist(), dtype=t.dtype, requires_grad=True) for t in (inp, self.w, self.b)]
        self.y = lin(*self.leaves)
        self.out = self.y.detach()
        return self.out
    def backward(self):
        self.y.backward(self.out.g)
        for t, l in zip((self.inp, self.w, self.b), self.leaves): t.g = l.grad
