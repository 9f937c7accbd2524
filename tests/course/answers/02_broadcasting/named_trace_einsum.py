# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% all of it, without letters behind the arrow → sums_the_whole_matrix
def trace_einsum(m):
    return torch.einsum("xy->", m)

# %% the diagonal with dots → keeps_the_diagonal
def trace_einsum(m):
    return torch.einsum("...ii->...i", m)

# %% torch.trace → adds_the_diagonal_without_letters
def trace_einsum(m):
    return torch.trace(m)

# %% zero → all_zero
def trace_einsum(m):
    return 0 * torch.einsum("ii->", m)
