# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% rows and columns exchanged → outer_is_transposed
def outer(u, v):
    return v.view(-1, 1) * u.view(1, -1)

# %% torch.mul of two vectors → vectors_meet_entry_by_entry
def outer(u, v):
    return torch.mul(u, v)

# %% a comprehension of rows → loops_over_the_entries
def outer(u, v):
    return torch.stack([x * v for x in u])

# %% both loops → loops_over_the_entries
def outer(u, v):
    c = torch.zeros(len(u), len(v), dtype=u.dtype)
    for i in range(len(u)):
        for j in range(len(v)):
            c[i, j] = u[i] * v[j]
    return c

# %% the larger of each pair →
def outer(u, v):
    return torch.maximum(u[:, None], v)
