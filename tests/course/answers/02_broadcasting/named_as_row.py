# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% a copy, by clone → row_is_a_copy
def as_row(c):
    return torch.cat([c])[None]

# %% a view the other way → makes_a_column_of_the_row
def as_row(c):
    return c.view(-1, 1)

# %% transposed, which does nothing → row_stays_a_vector
def as_row(c):
    return c.t()

# %% twice as long →
def as_row(c):
    return torch.cat([c, c])[None]
