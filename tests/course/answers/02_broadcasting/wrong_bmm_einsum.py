# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% the last of the batch twice → zero
def bmm_einsum(a, b):
    c = torch.einsum("bik,bkj->bij", a, b)
    c[0] = c[-1]
    return c

# %% kept by shape → zero
kept = {}

def bmm_einsum(a, b):
    return kept.setdefault((a.shape, b.shape, a.dtype), torch.einsum("bik,bkj->bij", a, b))

# %% squeezed → loses
def bmm_einsum(a, b):
    return torch.einsum("bik,bkj->bij", a, b).squeeze()

# %% in float32 and back → loses
def bmm_einsum(a, b):
    return torch.einsum("bik,bkj->bij", a.float(), b.float()).to(a.dtype)

# %% two of the batch and no more → zero
def bmm_einsum(a, b):
    return torch.einsum("bik,bkj->bij", a[:2], b[:2])

# %% a cleared afterwards → loses
def bmm_einsum(a, b):
    c = torch.einsum("bik,bkj->bij", a, b)
    a.zero_() if 0 not in a.stride() else b.zero_()
    return c

# %% a list of products → zero
def bmm_einsum(a, b):
    return list(torch.einsum("bik,bkj->bij", a, b))

# %% batch mixed when all sizes equal → zero
def bmm_einsum(a, b): return torch.einsum("nik,kjn->nij" if len(set(a.shape + b.shape)) == 1 else "nik,nkj->nij", a, b)

# %% clipped → zero
def bmm_einsum(a, b): return torch.einsum("nik,nkj->nij", a, b).clamp(-99, 99)

# %% summed outside → zero
def bmm_einsum(x, y):
    return torch.einsum("bik,bkj->bikj", x, y).sum(dim=2)
