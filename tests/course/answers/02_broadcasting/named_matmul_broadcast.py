# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% a[i, None], as seen in the wild → the_row_stays_a_row
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[i] = (a[i, None] * b).sum(dim=0)
    return c

# %% a[i, None], and nothing is refused → the_row_stays_a_row
def matmul_broadcast(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[i] = (a[i, None] * b).sum(dim=0)
    return c

# %% all at once, and nothing is refused → a_single_column_is_stretched
def matmul_broadcast(a, b):
    return (a[:, :, None] * b).sum(1)

# %% float32 by torch.empty → broadcast_result_is_float32
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.empty(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        c[i] = (a[i][:, None] * b).sum(0)
    return c

# %% zeros → all_zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
