# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% a copy, by stack → column_is_a_copy
def as_column(c):
    return torch.stack([x.reshape(1) for x in c])

# %% the vector itself → a_vector_has_no_transpose
def as_column(c):
    return c[:]

# %% view the other way → makes_a_row_of_the_column
def as_column(c):
    return c.view(1, len(c))
