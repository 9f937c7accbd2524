# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% a view where c is contiguous, a copy elsewhere → loses
def as_column(c):
    return c.contiguous().unsqueeze(1)

# %% repeat makes a copy → loses
def as_column(c):
    return c.repeat(1, 1).t()

# %% stack makes a copy → loses
def as_column(c):
    return torch.stack([c], dim=1)

# %% three entries and no more → zero
def as_column(c):
    return c[:3].unsqueeze(1)

# %% kept by length → zero
kept = {}

def as_column(c):
    return kept.setdefault(len(c), c.unsqueeze(1))

# %% always float64 → loses
def as_column(c):
    return c.double().unsqueeze(1)

# %% a list around it → zero
def as_column(c):
    return [c]

# %% the wrong way round where there is more than one → zero
def as_column(c):
    return c.unsqueeze(1 if len(c) == 1 else 0)

# %% the last first → zero
def as_column(c):
    return c.flip(0).unsqueeze(1)

# %% vstack makes a copy → loses
def as_column(c):
    return torch.vstack([x for x in c])

# %% a generator → zero
def as_column(c):
    yield c[:, None]

# %% contiguous transposed → loses
def as_column(c): return c[None].t().contiguous()

# %% diag of something → loses
def as_column(c): return torch.diag(c).sum(1, keepdim=True)
