# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% one long row
def numerical_grad(f, x, eps):
    x = x.detach().to(torch.float64)
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=torch.float64)
        step[i] = eps
        step = step.reshape(x.shape)
        g[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return g.reshape(x.shape)

# %% clones, moved in place and put back
def numerical_grad(f, x, eps):
    own = x.double().clone(memory_format=torch.contiguous_format)
    flat = own.view(-1)
    g = torch.empty_like(own)
    for i in range(flat.numel()):
        kept = flat[i].item()
        flat[i] = kept + eps
        up = f(own).item()
        flat[i] = kept - eps
        down = f(own).item()
        flat[i] = kept
        g.view(-1)[i] = (up - down) / (2 * eps)
    return g

# %% the rows of an identity matrix
def numerical_grad(function, at, step):
    wide = at.double()
    eye = torch.eye(wide.numel(), dtype=torch.float64) * step
    slopes = [(function(wide + e.view(wide.shape)) - function(wide - e.view(wide.shape))) / (step + step) for e in eye]
    return torch.stack(slopes).view(wide.shape)

# %% itertools.product over all axes
import itertools

def numerical_grad(f, x, eps):
    g = torch.zeros(tuple(x.shape), dtype=torch.float64)
    for where in itertools.product(*(range(size) for size in x.shape)):
        up, down = x.double().clone(), x.double().clone()
        up[where] = up[where] + eps
        down[where] = down[where] - eps
        g[where] = (f(up) - f(down)) / 2 / eps
    return g

# %% numpy's ndindex
import numpy as np

def numerical_grad(f, x, eps):
    values = x.double().numpy().copy()
    g = np.zeros_like(values)
    for place in np.ndindex(values.shape):
        old = values[place]
        values[place] = old + eps
        up = f(torch.tensor(values))
        values[place] = old - eps
        down = f(torch.tensor(values))
        values[place] = old
        g[place] = (up - down) / (2 * eps)
    return torch.tensor(g, dtype=torch.float64)

# %% a helper for one slope, and a list of floats
def slope_in(f, x, i, eps):
    up = x.flatten().tolist()
    down = list(up)
    up[i] += eps
    down[i] -= eps
    up, down = (torch.tensor(v, dtype=torch.float64).reshape(x.shape) for v in (up, down))
    return float((f(up) - f(down)) / (2 * eps))

# %+
def numerical_grad(f, x, eps):
    return torch.tensor([slope_in(f, x, i, eps) for i in range(x.numel())], dtype=torch.float64).reshape(x.shape)

# %% a while loop and half steps
def numerical_grad(f: Callable, x: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """Two halves of the step to each side add up to the whole."""
    n, i, found = x.numel(), 0, []
    start = x.type(torch.float64)
    while i < n:
        pick = (torch.arange(n) == i).reshape(x.shape)
        found.append(0.5 * (f(torch.where(pick, start + eps, start)) - f(torch.where(pick, start - eps, start))) / eps)
        i += 1
    return torch.stack(found).reshape(x.shape)

# %% a class that remembers nothing
class Oracle:
    def __init__(self, f, eps):
        self.f, self.eps = f, eps

    def at(self, x, i):
        unit = torch.nn.functional.one_hot(torch.tensor(i), x.numel()).to(torch.float64).reshape(x.shape)
        return (self.f(x.add(unit, alpha=self.eps)) - self.f(x.sub(unit, alpha=self.eps))).div(2 * self.eps)

numerical_grad = lambda f, x, eps: torch.stack([Oracle(f, eps).at(x.double(), i) for i in range(x.numel())]).view(x.shape)

# %% no_grad, vmap over the moves
def numerical_grad(f, x, eps):
    with torch.no_grad():
        wide = x.detach().double()
        moves = (eps * torch.eye(x.numel(), dtype=torch.float64)).reshape(-1, *x.shape)
        return (torch.vmap(f)(wide + moves) - torch.vmap(f)(wide - moves)).div(2 * eps).reshape(x.shape)

# %% recursion over the first axis
def numerical_grad(f, x, eps):
    x = x.double()
    if x.ndim == 0:
        return (f(x + eps) - f(x - eps)) / (2 * eps)
    rows = [lambda row, i=i: f(torch.cat([x[:i], row[None], x[i + 1:]])) for i in range(len(x))]
    return torch.stack([numerical_grad(of_row, x[i], eps) for i, of_row in enumerate(rows)])

# %% every place that is not zero in a tensor of ones
def numerical_grad(f, x, eps):
    g = torch.zeros_like(x, dtype=torch.float64)
    base = x.double()
    for index in torch.ones_like(x).nonzero():
        d = torch.zeros_like(base)
        d[tuple(index)] = eps
        g[tuple(index)] = (f(base + d) - f(base - d)) / (2 * eps)
    return g

# %% another default dtype for a moment
def numerical_grad(f, x, eps):
    old = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        x = x.double()
        g = torch.zeros(x.numel())
        for i in range(x.numel()):
            h = torch.zeros(x.numel()); h[i] = eps
            g[i] = (f(x + h.view(x.shape)) - f(x - h.view(x.shape))) / (2 * eps)
        return g.view(x.shape)
    finally:
        torch.set_default_dtype(old)

# %% a map over the moves, out of torch.func
from torch.func import vmap
def numerical_grad(f, x, eps):
    x = x.double()
    moves = torch.eye(x.numel(), dtype=torch.float64).reshape(x.numel(), *x.shape) * eps
    return ((vmap(f)(x + moves) - vmap(f)(x - moves)) / (2 * eps)).reshape(x.shape)

# %% places by unravel_index
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros(x.shape, dtype=torch.float64)
    for k in range(x.numel()):
        where = torch.unravel_index(torch.tensor(k), x.shape) if x.dim() else ()
        d = torch.zeros(x.shape, dtype=torch.float64)
        d[where] = eps
        g[where] = (f(x + d) - f(x - d)) / (2 * eps)
    return g
