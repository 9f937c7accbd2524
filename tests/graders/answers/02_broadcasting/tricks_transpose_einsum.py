# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% t() → einsum
def transpose_einsum(m):
    return m.t()

# %% mT → einsum
def transpose_einsum(m):
    return m.mT

# %% lists → tolist
def transpose_einsum(m):
    return torch.tensor([list(column) for column in zip(*m.tolist())], dtype=m.dtype)

# %% numpy → numpy
def transpose_einsum(m):
    return torch.from_numpy(m.numpy().T)
