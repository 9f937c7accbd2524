# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% other letters
def transpose_einsum(m): return torch.einsum("rc->cr", m)

# %% without an arrow
def transpose_einsum(m):
    return torch.einsum("ji", m)

# %% numbers for letters
def transpose_einsum(m):
    return torch.einsum(m, [0, 1], [1, 0])

# %% with dots
def transpose_einsum(m):
    return torch.einsum("...ij->...ji", m)

# %% with a one beside it
def transpose_einsum(m):
    return torch.einsum("ij,->ji", m, torch.ones((), dtype=m.dtype))

# %% the identity times it
def transpose_einsum(m):
    return torch.einsum("ij,jk->ki", m, torch.eye(m.shape[1], dtype=m.dtype))

# %% a copy that lies contiguously
from torch import einsum

def transpose_einsum(matrix):
    rows, columns = matrix.shape
    turned = einsum("ij -> ji", matrix).contiguous()
    assert turned.shape == (columns, rows)
    return turned

# %% filled into an own tensor
def transpose_einsum(m):
    t = torch.empty(m.shape[1], m.shape[0], dtype=m.dtype)
    t[:] = torch.einsum("ij->ji", m)
    return t

# %% a batch of one
def transpose_einsum(m):
    return torch.einsum("bij->bji", m[None]).squeeze(0)

# %% turned three times
def transpose_einsum(m):
    for _ in range(3):
        m = torch.einsum("ij->ji", m)
    return m

# %% a scalar factor
def transpose_einsum(m): return torch.einsum(",ij->ji", torch.ones((), dtype=m.dtype), m)
