# Right values by allowed operations, and too much work (see grading.py).
# ruff: noqa
# fmt: off

# %% one row at a time → a_loop_is_left_around_einsum
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[i] = torch.einsum("k,kj->j", a[i], b)
    return c

# %% one column at a time → a_loop_is_left_around_einsum
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([torch.einsum("ik,k->i", a, column) for column in b.t()], 1)

# %% one entry at a time → a_loop_is_left_around_einsum
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([torch.stack([torch.einsum("k,k->", row, column) for column in b.t()]) for row in a])

# %% one k at a time → a_loop_is_left_around_einsum
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return sum(torch.einsum("i,j->ij", a[:, k], b[k]) for k in range(a.shape[1]))
