# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% another letter
def trace_einsum(m): return torch.einsum("aa->", m)

# %% without an arrow
def trace_einsum(m):
    return torch.einsum("ii", m)

# %% numbers for letters
def trace_einsum(m):
    return torch.einsum(m, [0, 0], [])

# %% against the identity
def trace_einsum(m):
    return torch.einsum("ij,ij->", m, torch.eye(len(m), dtype=m.dtype))

# %% the diagonal against ones
def trace_einsum(m):
    n = m.shape[0]
    return torch.einsum("ii,i->", m, torch.ones(n, dtype=m.dtype))

# %% in float64 and back
from torch import einsum

def trace_einsum(matrix):
    assert matrix.shape[0] == matrix.shape[1]
    wide = matrix.double() if matrix.is_floating_point() else matrix
    return einsum(" ii -> ", wide).to(matrix.dtype)

# %% a mask
def trace_einsum(m):
    n = torch.arange(len(m))
    return torch.einsum("ij,ij->", m, (n[:, None] == n).to(m.dtype))

# %% a batch of one
def trace_einsum(m):
    (t,) = torch.einsum("bii->b", m.unsqueeze(0))
    return t

# %% a partial
from functools import partial
trace_einsum = partial(torch.einsum, "kk")

# %% against the identity, turned
def trace_einsum(m): return torch.einsum("ij,ji->", m, torch.eye(len(m), dtype=m.dtype))
