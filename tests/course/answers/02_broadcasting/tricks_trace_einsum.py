# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% torch.trace → einsum
def trace_einsum(m):
    return m.trace()

# %% by the diagonal → einsum
def trace_einsum(m):
    return torch.diagonal(m).sum()

# %% numpy → numpy
def trace_einsum(m):
    return torch.tensor(m.numpy().trace())

# %% an einsum for show → no part
def trace_einsum(m):
    torch.einsum("ii->", m)
    return m.trace()

# %% einsum of nothing over a trace → einsum
def trace_einsum(m): return torch.einsum("->", torch.trace(m))

# %% letters that stay, then the diagonal → einsum
def trace_einsum(m): return torch.einsum("ij->ij", m).diagonal().sum()
