# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% b by rows, with other letters → letters_of_b_are_exchanged
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("nk,mk->nm", a, b)

# %% without an arrow, and in the order of the alphabet → einsum_result_is_transposed
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("jk,ki", a, b)

# %% nothing is refused → einsum_is_left_to_refuse
def matmul_einsum(x, y):
    return torch.einsum(x, [0, 1], y, [1, 2])

# %% k is left standing → inner_letter_is_kept
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("xy,yz->xyz", a, b)

# %% zeros → all_zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return 0 * torch.einsum("ik,kj->ij", a, b)
