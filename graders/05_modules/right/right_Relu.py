# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% saves input and output
class Relu:
    def __call__(self, inp):
        self.inp = inp
        self.out = inp.clamp_min(0.)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0).float() * self.out.g if self.inp.dtype == torch.float32 else (self.inp > 0) * self.out.g

# %% where, forward and back
class Relu:
    def __call__(self, x):
        self.x = x
        self.y = torch.where(x > 0, x, torch.zeros_like(x))
        return self.y

    def backward(self):
        self.x.g = torch.where(self.x > 0, self.y.g, torch.zeros_like(self.x))

# %% the mask is made on the way forward
class Relu:
    def __init__(self):
        self.mask = None

    def __call__(self, inp):
        self.mask = inp > 0
        self.inp, self.out = inp, inp * self.mask
        return self.out

    def backward(self) -> None:
        self.inp.g = self.mask * self.out.g

# %% an own copy, in place
class Relu:
    def __call__(self, inp):
        self.saved = inp, inp.clone()
        self.saved[1][inp < 0] = 0
        return self.saved[1]

    def backward(self):
        inp, out = self.saved
        g = out.g.clone()
        g[inp <= 0] = 0
        inp.g = g

# %% entry by entry
class Relu:
    def __call__(self, inp):
        self.inp = inp
        self.out = torch.zeros_like(inp)
        for i in range(inp.shape[0]):
            for j in range(inp.shape[1]):
                if inp[i, j] > 0:
                    self.out[i, j] = inp[i, j]
        return self.out

    def backward(self):
        self.inp.g = torch.zeros_like(self.inp)
        for i, row in enumerate(self.inp):
            for j, x in enumerate(row):
                self.inp.g[i, j] = self.out.g[i, j] if x > 0 else 0

# %% a base class of one's own in another cell
class Remembers:
    def remember(self, inp, out):
        self.inp, self.out = inp, out
        return out

# %+
class Relu(Remembers):
    def __call__(self, inp):
        return self.remember(inp, relu(inp))

    def backward(self):
        self.inp.g = self.out.g * (self.out > 0)

# %% a closure, and the memory is let go of afterwards
class Relu:
    def __call__(self, inp):
        out = torch.relu(inp)

        def undo():
            inp.g = out.g.masked_fill(inp <= 0, 0.0)

        self.undo = undo
        return out

    def backward(self):
        self.undo()
        self.undo = None

# %% slots, heaviside, and a repr
class Relu:
    __slots__ = ("inp", "out")

    def __call__(self, inp):
        self.inp, self.out = inp, torch.maximum(inp, torch.zeros((), dtype=inp.dtype))
        return self.out

    def backward(self):
        zero = torch.zeros((), dtype=self.inp.dtype)
        self.inp.g = torch.heaviside(self.inp, zero) * self.out.g

    def __repr__(self):
        return "Relu()"

# %% half of the sum with its size
class Relu:
    def __call__(self, z):
        self.z = z
        self.a = (z + z.abs()) / 2
        return self.a

    def backward(self):
        self.z.g = self.a.g * self.z.sign().clamp(0, 1)

# %% sets g with setattr
class Relu:
    def __call__(self, inp):
        vars(self).update(inp=inp, out=relu(inp))
        return self.out

    def backward(self):
        setattr(self.inp, "g", self.out.g.mul(self.inp.gt(0)))

# %% a stack of calls
class Relu:
    def __init__(self): self.tape = []
    def __call__(self, inp):
        out = inp.clamp(0)
        self.tape.append((inp, out))
        return out
    def backward(self):
        inp, out = self.tape.pop()
        inp.g = torch.mul(inp > 0, out.g)

# %% a decorator remembers
def remembers(f):
    def call(self, inp):
        self.inp = inp
        self.out = f(self, inp)
        return self.out
    return call
# %+
class Relu:
    @remembers
    def __call__(self, inp): return inp.maximum(inp.new_zeros(1))
    def backward(self): self.inp.g = torch.einsum("...,...->...", (self.inp > 0).to(self.out.g), self.out.g)

# %% a dataclass
from dataclasses import dataclass, field
@dataclass(eq=False)
class Relu:
    inp: torch.Tensor = None
    out: torch.Tensor = None
    def __call__(self, inp):
        self.inp, self.out = inp, torch.clamp(inp, min=0)
        return self.out
    def backward(self):
        self.inp.g = torch.where(self.inp > 0, self.out.g, self.out.g.new_zeros(()))
