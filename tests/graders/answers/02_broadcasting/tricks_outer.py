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
