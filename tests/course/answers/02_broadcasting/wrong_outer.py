# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% entry by entry where both are equally long → zero
def outer(u, v):
    return u * v if len(u) == len(v) else u[:, None] * v

# %% sizes only of the first → zero
def outer(u, v):
    return u[:, None] * v[:1].expand(len(u))

# %% absolute values → zero
def outer(u, v):
    return (u[:, None] * v).abs()

# %% in float32 and back → loses
def outer(u, v):
    return (u.float()[:, None] * v.float()).to(u.dtype) + 0 * u[:, None] * v

# %% kept by shape → zero
kept = {}

def outer(u, v):
    return kept.setdefault((len(u), len(v)), u[:, None] * v)

# %% an axis too many → zero
def outer(u, v):
    return (u[:, None] * v)[None]

# %% always float64 → loses
def outer(u, v):
    return u.double()[:, None] * v

# %% scales v and leaves it so → loses
def outer(u, v):
    c = u[:, None] * v
    v *= 2
    return c

# %% one entry each gives a number → loses
def outer(u, v):
    return (u[:, None] * v).squeeze()

# %% halves of halves → loses
def outer(u, v):
    if len(u) == 1:
        return u[:, None] * v
    h = len(u) // 2
    return torch.cat([outer(u[:h], v), outer(u[h:], v)])

# %% only where u is positive → zero
def outer(u, v):
    return (u[:, None] > 0) * v

# %% rounded → zero
def outer(u, v): return torch.round(u[:, None] * v, decimals=4) if u.is_floating_point() else u[:, None] * v

# %% clipped → zero
def outer(u, v): return (u[:, None] * v).clamp(-99, 99)
