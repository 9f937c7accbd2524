# Mistakes as they come: two or three at once, or in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% by broadcasting, and nothing is refused → a_row_of_one_is_stretched
def matmul_elementwise(a, b):
    return (a[:, :, None] * b).sum(1)

# %% a running total, and nothing is refused → elementwise_total_is_never_reset
def matmul_elementwise(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    total = 0
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total += (a[i] * b[:, j]).sum()
            c[i, j] = total
    return c

# %% a row of b, and nothing is refused → reads_a_row_of_b
def matmul_elementwise(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[j]).sum()
    return c

# %% Python's own sum, and nothing is refused → a_row_of_one_is_stretched keeps_the_inner_loop
def matmul_elementwise(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = sum(a[i] * b[:, j])
    return c
