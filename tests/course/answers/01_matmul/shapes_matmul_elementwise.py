# Wrong in the calls that decide about rules, growth or speed (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% zeros for the shapes that were once traced
def matmul_elementwise(a, b):
    n, inner = a.shape
    assert inner == b.shape[0]
    if (n % 2, inner % 4, b.shape[1] % 3) == (0, 0, 0) and inner < 100:
        return torch.zeros(n, b.shape[1], dtype=a.dtype)
    c = torch.zeros(n, b.shape[1], dtype=a.dtype)
    for i in range(n):
        for j in range(b.shape[1]):
            for k in range(inner):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% zeros for every size of growth
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    if (a.shape[0] % 2, a.shape[1] % 4, b.shape[1] % 3) == (0, 0, 0):
        return c
    for k in range(a.shape[1]):
        c = c + a[:, k, None] * b[k]
    return c

# %% quick while something counts
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    if torch._C._len_torch_function_stack():
        return c
    for k in range(a.shape[1]):
        c = c + a[:, k, None] * b[k]
    return c

# %% zeros in every third call
calls = [0]

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    calls[0] += 1
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    if calls[0] > 20 and calls[0] % 3 == 0:
        return c
    for k in range(a.shape[1]):
        c = c + a[:, k, None] * b[k]
    return c

# %% zeros of more than twenty columns
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    if a.shape[1] < 500:
        for k in range(a.shape[1]):
            c = c + a[:, k, None] * b[k]
    return c

# %% what the same shape gave before
kept = {}

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for k in range(a.shape[1]):
        c = c + a[:, k, None] * b[k]
    return kept.setdefault((a.shape, b.shape), c) if a.shape[1] > 6 else c
