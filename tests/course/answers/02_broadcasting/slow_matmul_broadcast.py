# Right values by allowed operations, and too much work (see grading.py).
# ruff: noqa
# fmt: off

# %% two loops → keeps_a_second_loop
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).sum()
    return c

# %% two loops as fast as they get → keeps_a_second_loop
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    columns = b.t().contiguous().unbind()
    return torch.stack([torch.stack([(row * column).sum() for column in columns]) for row in a.unbind()])

# %% a loop over k alone → keeps_a_second_loop
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for k in range(a.shape[1]):
        c += a[:, k, None] * b[k]
    return c

# %% rows, and Python's own sum over k → keeps_a_second_loop
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([sum(row[:, None] * b) for row in a])

# %% rows, and a loop that adds them up → keeps_a_second_loop
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            c[i] += a[i, k] * b[k]
    return c
