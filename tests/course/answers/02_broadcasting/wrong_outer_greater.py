# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% entry by entry where both are equally long → zero
def outer_greater(u, v):
    return u > v if len(u) == len(v) else u[:, None] > v

# %% greater by at least one → zero
def outer_greater(u, v):
    return u[:, None] > v + 1

# %% absolute values → zero
def outer_greater(u, v):
    return u.abs()[:, None] > v.abs()

# %% whole numbers → loses
def outer_greater(u, v):
    return (u[:, None] > v).long()

# %% kept by shape → zero
kept = {}

def outer_greater(u, v):
    return kept.setdefault((len(u), len(v)), u[:, None] > v)

# %% one entry each gives a number → loses
def outer_greater(u, v):
    return (u[:, None] > v).squeeze()

# %% rounds what it was given → loses
def outer_greater(u, v):
    c = u[:, None] > v
    u.zero_()
    return c

# %% a list of lists → zero
def outer_greater(u, v):
    return [[bool(x > y) for y in v] for x in u]

# %% whole numbers compared → zero
def outer_greater(u, v):
    return u[:, None].int() > v.int()

# %% greater by more than a millionth → zero
def outer_greater(u, v):
    return u[:, None] > v + 1e-6

# %% half precision → zero
def outer_greater(u, v):
    return u.half()[:, None] > v.half()

# %% float32 compared → loses
def outer_greater(u, v):
    return u.float()[:, None] > v.float()

# %% isclose aside → zero
def outer_greater(u, v): return (u[:, None] > v) & ~torch.isclose(u[:, None].double(), v.double())

# %% in float16 → zero
def outer_greater(u, v): return u[:, None].bfloat16() > v.bfloat16()
