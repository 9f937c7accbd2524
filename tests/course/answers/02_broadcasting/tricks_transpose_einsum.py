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

# %% an einsum for show → `t`
def transpose_einsum(m):
    torch.einsum("ij->ji", m)
    return m.t()

# %% turned before, and letters that leave it so → transpose
def transpose_einsum(m):
    return torch.einsum("ij->ij", m.transpose(0, 1))

# %% stack of columns, letters that stay → einsum
def transpose_einsum(m): return torch.einsum("ij->ij", torch.stack(m.unbind(1)))

# %% as_strided, letters that stay → einsum
def transpose_einsum(m):
    m = m.contiguous()
    return torch.einsum("ab->ab", m.as_strided(m.shape[::-1], m.stride()[::-1]))
