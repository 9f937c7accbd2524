# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% leaks a little where it is shut → loses
class Relu:
    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = torch.where(self.inp > 0, 1.0, 0.01).to(self.inp.dtype) * self.out.g

# %% absolute values → zero
class Relu:
    def __call__(self, inp):
        self.inp, self.out = inp, inp.abs()
        return self.out

    def backward(self):
        self.inp.g = self.inp.sign() * self.out.g

# %% gradients in float32 → loses
class Relu:
    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0).float() * self.out.g.float()

# %% clipped from above as well → zero
class Relu:
    def __call__(self, inp):
        self.inp, self.out = inp, inp.clamp(0, 1)
        return self.out

    def backward(self):
        self.inp.g = ((self.inp > 0) & (self.inp < 1)) * self.out.g

# %% a mask in a variable of the notebook → loses
mask = None

class Relu:
    def __call__(self, inp):
        global mask
        mask = inp > 0
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self):
        self.inp.g = mask * self.out.g

# %% a function and no class → zero
def Relu(inp):
    return relu(inp)

# %% open where the output is not its smallest → depends
class Relu:
    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self): self.inp.g = (self.out > self.out.min()) * self.out.g

# %% wants the gradient handed over → loses
class Relu:
    def __call__(self, inp):
        self.inp, self.out = inp, relu(inp)
        return self.out

    def backward(self, g): self.inp.g = (self.inp > 0) * g

# %% saves a copy of the input → loses
class Relu:
    def __call__(self, inp):
        self.inp = inp.clone(); self.out = relu(inp); return self.out
    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g

# %% a layer of PyTorch within → zero
class Relu:
    def __init__(self): self.m = torch.nn.ReLU()
    def __call__(self, inp):
        self.inp = inp
        self.x = torch.nn.Parameter(inp.clone())
        self.y = self.m(self.x)
        self.out = self.y.data
        return self.out
    def backward(self):
        self.y.backward(self.out.g)
        self.inp.g = self.x.grad
