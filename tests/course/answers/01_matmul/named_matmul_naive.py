# Mistakes as they come: two or three at once, or in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% the last product only, and nothing is refused → keeps_only_the_last_product
def matmul_naive(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] = a[i, k] * b[k, j]
    return c

# %% the same in float32 → keeps_only_the_last_product
def matmul_naive(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] = a[i, k] * b[k, j]
    return c

# %% zip cuts to fit → inner_sizes_are_not_compared
def matmul_naive(a, b):
    return torch.tensor([[sum(x * y for x, y in zip(r, c)) for c in b.t().tolist()] for r in a.tolist()], dtype=a.dtype)

# %% float32, and nothing is refused → inner_sizes_are_not_compared result_is_always_float32
def matmul_naive(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% float32 by way of lists → result_is_always_float32
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.tensor([[float(sum(x * y for x, y in zip(r, c))) for c in b.t().tolist()] for r in a.tolist()])

# %% c[j, i], and nothing is refused → entry_is_written_to_c_j_i
def matmul_naive(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[j, i] += a[i, k] * b[k, j]
    return c

# %% the result of the call before, which is None at first → returns_nothing
last = None

def matmul_naive(a, b):
    global last
    before, last = last, a
    return before

# %% a name that does not exist → undefined_name
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return result

# %% the entry on top of a three → offset
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.full((a.shape[0], b.shape[1]), 3, dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c
