# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% @ → @
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return a @ b

# %% @, and an einsum for show → @
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    torch.einsum("ik,kj->ij", a, b)
    return a @ b

# %% broadcasting → einsum
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(1)

# %% tensordot → tensordot
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.tensordot(a, b, 1)

# %% an einsum of its own → einsum
def einsum(letters, a, b):
    return (a[:, :, None] * b).sum(1)

def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return einsum("ik,kj->ij", a, b)

# %% numpy's einsum → numpy
import numpy as np

def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.from_numpy(np.einsum("ik,kj->ij", a.numpy(), b.numpy()))

# %% an einsum of one row for show → mul
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    torch.einsum("ik,kj->ij", a[:1], b)
    return (a[:, :, None] * b).sum(1)

# %% multiplied by broadcasting, added up by einsum → mul
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ikj->ij", a.unsqueeze(2).mul(b))

# %% stack and prod, added up by einsum → prod
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    n, k, m = *a.shape, b.shape[1]
    p = torch.stack([a[:, :, None].expand(n, k, m), b[None].expand(n, k, m)]).prod(0)
    return torch.einsum("ikj->ij", p).to(a.dtype)

# %% divided by the inverse, added up by einsum → div
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    p = torch.div(a.double()[:, :, None], 1 / b.double()[None])
    return torch.einsum("ikj->ij", p).to(a.dtype)
