# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% a view where c is contiguous, a copy elsewhere → loses
def as_row(c):
    return c.contiguous().unsqueeze(0)

# %% repeat makes a copy → loses
def as_row(c):
    return c.repeat(1, 1)

# %% stack makes a copy → loses
def as_row(c):
    return torch.stack([c], dim=0)

# %% three entries and no more → zero
def as_row(c):
    return c[:3].unsqueeze(0)

# %% kept by length → zero
kept = {}

def as_row(c):
    return kept.setdefault(len(c), c.unsqueeze(0))

# %% always float64 → loses
def as_row(c):
    return c.double().unsqueeze(0)

# %% a list around it → zero
def as_row(c):
    return [c]

# %% the wrong way round where there is more than one → zero
def as_row(c):
    return c.unsqueeze(0 if len(c) == 1 else 1)

# %% the last first → zero
def as_row(c):
    return c.flip(0).unsqueeze(0)

# %% a copy of the longer ones → loses
def as_row(c):
    return c.clone()[None] if len(c) > 3 else c[None]

# %% resize_ → loses
def as_row(c):
    return c.resize_(1, len(c))

# %% cat of one → loses
def as_row(c): return torch.cat([c]).unsqueeze(0)

# %% index by a list → loses
def as_row(c): return c[None][[0]]

# %% tensor subclass → zero
class Row(torch.Tensor): pass
# %+
def as_row(c): return c[None].as_subclass(Row)
