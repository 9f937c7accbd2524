# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% b for the batch
def bmm_einsum(a, b): return torch.einsum("bik,bkj->bij", a, b)

# %% with dots
def bmm_einsum(a, b):
    return torch.einsum("...ik,...kj->...ij", a, b)

# %% numbers for letters
def bmm_einsum(a, b):
    return torch.einsum(a, [0, 1, 2], b, [0, 2, 3], [0, 1, 3])

# %% the batch last inside, and moved to the front
def bmm_einsum(a, b):
    return torch.einsum("bik,bkj->ijb", a, b).permute(2, 0, 1)

# %% vmap of the single product
def bmm_einsum(a, b):
    return torch.vmap(lambda left, right: torch.einsum("ik,kj->ij", left, right))(a, b)

# %% b transposed beforehand
from torch import einsum

def bmm_einsum(a, b):
    assert a.shape[0] == b.shape[0] and a.shape[2] == b.shape[1]
    return einsum("zxy,zwy->zxw", a, b.transpose(1, 2))

# %% b first, capital letters
bmm_einsum = lambda a, b: torch.einsum("BKJ, BIK -> BIJ", b, a)

# %% every pair, and the diagonal of it
def bmm_einsum(a, b):
    return torch.einsum("nikmj,nm->nij", torch.einsum("nik,mkj->nikmj", a, b), torch.eye(len(a), dtype=a.dtype))

# %% filled into an own tensor
@torch.no_grad()
def bmm_einsum(a, b):
    out = a.new_empty(a.shape[0], a.shape[1], b.shape[2])
    out.copy_(torch.einsum("...ab,...bc->...ac", a, b))
    return out

# %% flattened pair of axes
def bmm_einsum(a, b):
    n, i, k = a.shape
    return torch.einsum("xk,xkj->xj", a.reshape(n * i, k), b.repeat_interleave(i, 0)).view(n, i, -1)
