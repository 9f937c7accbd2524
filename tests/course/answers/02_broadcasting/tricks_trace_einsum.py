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

# %% the diagonal, and an einsum that sums it → picked out before
trace_einsum = lambda m: torch.einsum("i->", m.diagonal())

# %% the diagonal as a new vector → picked out before
def trace_einsum(m):
    return torch.einsum("i->", m.diag())

# %% the diagonal by indices → picked out before
def trace_einsum(m):
    n = torch.arange(len(m))
    return torch.einsum("k->", m[n, n])

# %% every n+1st number → picked out before
def trace_einsum(m):
    return torch.einsum("k->", m.reshape(-1)[:: len(m) + 1])
