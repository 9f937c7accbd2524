# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% one line
def frobenius_norm(m): return (m * m).sum().sqrt()

# %% a double loop
def frobenius_norm(m):
    total = torch.zeros((), dtype=m.dtype)
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            total += m[i, j] * m[i, j]
    return torch.sqrt(total)

# %% flattened
def frobenius_norm(A):
    flat = A.flatten()
    return torch.sum(torch.mul(flat, flat)).sqrt()

# %% one axis after the other
def frobenius_norm(m):
    return (m * m).sum(0).sum(0).sqrt()

# %% math.sqrt of a float from Python numbers
import math
def frobenius_norm(m):
    s = 0.0
    for row in m.tolist():
        for x in row:
            s += x * x
    return torch.tensor(math.sqrt(s), dtype=m.dtype)

# %% the trace of m.t() @ m
def frobenius_norm(m):
    return torch.trace(m.t() @ m).sqrt()

# %% a local variable named norm, and one named pow
def frobenius_norm(m):
    """Does not call m.norm() or torch.linalg.norm or pow(m, 2) or m ** 2."""
    pow = m * m      # not m**2
    norm = pow.sum().sqrt()
    return norm

# %% iterative accumulation over rows
def frobenius_norm(matrix: torch.Tensor) -> torch.Tensor:
    accumulated = 0
    for row in matrix:
        accumulated = accumulated + (row * row).sum()
    return accumulated.sqrt()

# %% abs times abs, reshape(-1), dim by name
def frobenius_norm(m):
    sizes = m.abs().reshape(-1)
    return (sizes * sizes).sum(dim=0).sqrt()

# %% a helper that squares, in another cell
def squared(x):
    return x * x

# %+
def frobenius_norm(m):
    return squared(m).sum().sqrt()

# %% a helper named square and a class named Norm
def square(x):
    return x.mul(x)

class Norm:
    def __call__(self, m):
        return square(m).sum().sqrt_()

norm = Norm()

def frobenius_norm(m):
    return norm(m)

# %% a lambda
frobenius_norm = lambda m: torch.sqrt((m * m).sum((0, 1)))

# %% scaled so that nothing overflows
def frobenius_norm(m):
    largest = m.abs().max()
    if largest == 0:
        return largest
    scaled = m / largest
    return largest * (scaled * scaled).sum().sqrt()

# %% an own copy, squared in place
def frobenius_norm(m):
    own = m.clone()
    own *= m
    return own.sum().sqrt()

# %% clone, multiplied with itself in place
def frobenius_norm(m):
    assert isinstance(m, torch.Tensor), "a tensor"
    assert m.ndim == 2
    c = m.clone()
    c.mul_(c)
    result = c.sum()
    result.sqrt_()
    return result

# %% double loop, zip of the matrix with itself
def frobenius_norm(m):
    return torch.sqrt(sum(x * y for r, s in zip(m, m) for x, y in zip(r, s)))

# %% Newton's own square root
def frobenius_norm(m):
    s = (m * m).sum()
    if s == 0:
        return s
    x = s if s > 1 else torch.ones_like(s)
    for _ in range(200):
        x = (x + s / x) / 2
    return x

# %% reduce
from functools import reduce
def frobenius_norm(m):
    return reduce(lambda s, x: s + x * x, m.reshape(-1), torch.tensor(0.0, dtype=m.dtype)).sqrt()

# %% exp and log by hand are too odd; the root by the half of a logarithm
def frobenius_norm(m):
    s = (m * m).sum()
    return torch.exp(torch.log(s) / 2)

# %% in float64 and back
def frobenius_norm(m):
    wide = m.to(torch.float64)
    return (wide * wide).sum().sqrt().to(m.dtype)

# %% logsumexp
def frobenius_norm(m): return (2 * m.abs().log()).flatten().logsumexp(0).div(2).exp()

# %% the variance of the entries and their opposites
def frobenius_norm(m):
    both = torch.stack([m, -m])
    return (both.var(correction=0) * m.numel()).sqrt()

# %% cumsum last
def frobenius_norm(m: torch.Tensor) -> torch.Tensor:
    flat = torch.ravel(m)
    return flat.mul(flat).cumsum(0)[-1].sqrt()
