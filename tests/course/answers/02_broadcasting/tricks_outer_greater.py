# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% lists → tolist
def outer_greater(u, v):
    return torch.tensor([[x > y for y in v.tolist()] for x in u.tolist()])

# %% numpy → numpy
def outer_greater(u, v):
    return torch.from_numpy(u.numpy()[:, None] > v.numpy())

# %% @ with ones → @
def outer_greater(u, v): return u[:, None] @ torch.ones(1, len(v), dtype=u.dtype) > v

# %% torch.outer with ones → torch.outer
def outer_greater(u, v): return torch.outer(u, torch.ones_like(v)) > v

# %% einsum → einsum
def outer_greater(u, v): return torch.einsum("i,j->ij", u, torch.ones_like(v)) > v
