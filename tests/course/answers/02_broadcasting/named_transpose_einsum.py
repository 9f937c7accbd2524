# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% in the order of the alphabet, without an arrow → letters_stay_in_order
def transpose_einsum(m):
    return torch.einsum("ab", m)

# %% sums of columns → one_letter_is_summed_away
def transpose_einsum(m):
    return torch.einsum("xy->y", m)

# %% no letters → transposes_without_letters
def transpose_einsum(m):
    return m.permute(1, 0)

# %% zeros → all_zero
def transpose_einsum(m):
    return 0 * torch.einsum("ij->ji", m)
