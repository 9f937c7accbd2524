# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% torch.outer → outer
def outer(u, v):
    return torch.outer(u, v)

# %% ger → ger
def outer(u, v):
    return u.ger(v)

# %% a matrix product of column and row → @
def outer(u, v):
    return u[:, None] @ v[None, :]

# %% einsum → einsum
def outer(u, v):
    return torch.einsum("i,j->ij", u, v)

# %% tensordot → tensordot
def outer(u, v):
    return torch.tensordot(u, v, dims=0)

# %% lists → tolist
def outer(u, v):
    return torch.tensor([[x * y for y in v.tolist()] for x in u.tolist()], dtype=u.dtype)

# %% numpy → numpy
def outer(u, v):
    import numpy as np
    return torch.from_numpy(np.multiply.outer(u.numpy(), v.numpy()))

# %% kron → kron
def outer(u, v):
    return torch.kron(u[:, None], v)

# %% operator.matmul → matmul
import operator
def outer(u, v):
    return operator.matmul(u[:, None], v[None])

# %% conv1d → conv1d
def outer(u, v): return torch.conv1d(v.double()[None, None], u.double()[:, None, None])[0].to(u.dtype)

# %% determinants → det
def outer(u, v): return torch.linalg.det(torch.stack([torch.stack([u[:, None].expand(-1, len(v)), torch.zeros(len(u), len(v), dtype=u.dtype)], -1), torch.stack([torch.zeros(len(u), len(v), dtype=u.dtype), v.expand(len(u), -1)], -1)], -2).double()).to(u.dtype)

# %% linalg.vecdot → vecdot
def outer(u, v): return torch.linalg.vecdot(u[:, None, None].expand(-1, len(v), 1), v[None, :, None].expand(len(u), -1, 1))
