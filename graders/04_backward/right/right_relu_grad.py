# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% a mask times
def relu_grad(inp, out):
    inp.g = (inp > 0).float() * out.g

# %% where
def relu_grad(x, y):
    x.g = torch.where(x > 0, y.g, torch.zeros_like(y.g))

# %% a copy, switched off in place
def relu_grad(inp, out):
    g = out.g.clone()
    g[inp <= 0] = 0
    inp.g = g

# %% masked_fill
def relu_grad(inp, out):
    inp.g = out.g.masked_fill(~(inp > 0), 0.0)
    return inp.g

# %% entry by entry
def relu_grad(inp, out):
    flat = [g if x > 0 else 0.0 for x, g in zip(inp.flatten().tolist(), out.g.flatten().tolist())]
    inp.g = torch.tensor(flat, dtype=out.g.dtype).reshape(inp.shape)

# %% the sign of what was clamped
def relu_grad(inp, out):
    setattr(inp, "g", inp.clamp(min=0).sign().mul(getattr(out, "g")))

# %% heaviside, 0 at 0
def relu_grad(inp, out):
    steps = torch.heaviside(inp, torch.zeros((), dtype=inp.dtype))
    inp.g = steps * out.g

# %% what passes is put where it passes
def relu_grad(inp, out):
    passes = torch.gt(inp, 0)
    g = torch.zeros(inp.shape, dtype=out.g.dtype)
    g[passes] = out.g[passes]
    inp.g = g

# %% a class with a backward of its own
class Switches:
    def __init__(self, inp):
        self.open = inp > 0

    def backward(self, upstream):
        return upstream * self.open.to(upstream.dtype)

def relu_grad(inp, out):
    inp.g = Switches(inp).backward(out.g)

# %% slopes out of a table
def relu_grad(inp, out):
    slopes = torch.tensor([0, 1], dtype=inp.dtype)
    inp.g = slopes[(inp > 0).long()] * out.g

# %% a decorator stores what is returned
def stores(f):
    def wrapper(inp, out):
        inp.g = f(inp, out.g)
    return wrapper
# %+
@stores
def relu_grad(x, g):
    return g * (x > 0)

# %% scattered where it passes
def relu_grad(inp, out):
    m = inp > 0
    inp.g = torch.zeros_like(out.g).masked_scatter(m, out.g[m])

# %% compiled
@torch.compile(dynamic=True)
def relu_grad(inp, out):
    inp.g = (inp > 0).float() * out.g
