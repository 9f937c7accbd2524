# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% bmm → bmm
def bmm_einsum(a, b):
    return a.bmm(b)

# %% @ → @
def bmm_einsum(a, b):
    return a @ b

# %% broadcasting → einsum
def bmm_einsum(a, b):
    return (a[..., None] * b[:, None]).sum(2)

# %% baddbmm, and an einsum for show → baddbmm
def bmm_einsum(a, b):
    nothing = 0 * torch.einsum("bik,bkj->bij", a, b)
    return torch.baddbmm(nothing, a, b)

# %% broadcasting, and an einsum for show → mul
def bmm_einsum(a, b):
    torch.einsum("nik->n", a)
    return (a[:, :, :, None] * b[:, None]).sum(2)

# %% multiplied by broadcasting, added up by einsum → mul
def bmm_einsum(a, b):
    return torch.einsum("nikj->nij", a[..., None] * b[:, None])
