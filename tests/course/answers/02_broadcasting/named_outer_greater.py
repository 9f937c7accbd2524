# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% ge → takes_equal_for_greater
def outer_greater(u, v):
    return torch.ge(u.view(-1, 1), v)

# %% v in the rows → comparison_is_transposed
def outer_greater(u, v):
    return v.view(-1, 1) < u

# %% floats by where → answers_in_numbers
def outer_greater(u, v):
    return torch.where(u[:, None] > v, 1.0, 0.0)

# %% two loops → compares_in_a_loop
def outer_greater(u, v):
    c = torch.zeros(len(u), len(v), dtype=torch.bool)
    for i in range(len(u)):
        for j in range(len(v)):
            c[i, j] = u[i] > v[j]
    return c

# %% never → all_zero
def outer_greater(u, v):
    return torch.zeros(len(u), len(v)) > 0
