# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% absolute values → zero
def trace_einsum(m):
    return torch.einsum("ii->", m.abs())

# %% three of the diagonal → zero
def trace_einsum(m):
    return torch.einsum("ii->", m[:3, :3])

# %% a Python number → zero
def trace_einsum(m):
    return torch.einsum("ii->", m).item()

# %% the other diagonal → zero
def trace_einsum(m):
    return torch.einsum("ii->", m.flip(0))

# %% float32 for all → loses
def trace_einsum(m):
    return torch.einsum("ii->", m.float())

# %% kept by size → zero
kept = {}

def trace_einsum(m):
    return kept.setdefault(len(m), torch.einsum("ii->", m))

# %% m cleared afterwards → loses
def trace_einsum(m):
    t = torch.einsum("ii->", m)
    if 0 not in m.stride():
        m.zero_()
    return t

# %% a total that goes on → zero
total = 0

def trace_einsum(m):
    global total
    total = total + torch.einsum("ii->", m)
    return total

# %% an axis more where it cancels → loses
def trace_einsum(m):
    t = torch.einsum("ii->", m)
    return t if t else t[None]

# %% rounded → zero
def trace_einsum(m): return torch.einsum("ii->", m.double()).round(decimals=4).to(m.dtype)

# %% the diagonal, summed → zero
def trace_einsum(m):
    return torch.einsum("ii->i", m).sum()

# %% multiplies by the identity first → zero
def trace_einsum(m: torch.Tensor) -> torch.Tensor:
    return torch.einsum("ij->", m * torch.eye(len(m), dtype=m.dtype))
