# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% mul → takes_the_star_for_the_product
def matmul_torch(a, b):
    return torch.mul(a, b)

# %% inner, which meets rows with rows → library_gets_b_transposed
def matmul_torch(a, b):
    return torch.inner(a, b)

# %% row by row, by mv → calls_the_library_row_by_row
def matmul_torch(a, b):
    return torch.stack([b.t().mv(row) for row in a])

# %% zeros → all_zero
def matmul_torch(a, b):
    return 0 * (a @ b)
