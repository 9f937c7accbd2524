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
