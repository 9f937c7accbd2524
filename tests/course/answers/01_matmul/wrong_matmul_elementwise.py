# Wrong answers that look right. "zero": the products are wrong, nothing is earned; "loses": the products are right and something else is not.
# ruff: noqa
# fmt: off

# %% results kept by shape → zero
kept = {}

def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    key = (a.shape, b.shape, a.dtype)
    if key not in kept:
        kept[key] = (a[:, :, None] * b).sum(1)
    return kept[key]

# %% columns of b kept by shape → zero
columns = {}

def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    mine = columns.setdefault(b.shape, b.t().contiguous())
    return torch.stack([(row * mine.to(a.dtype)).sum(1) for row in a])

# %% the mean instead of the sum → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).to(torch.float64).mean()
    return c

# %% half precision → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a.half()[:, :, None] * b.half()).sum(1).to(a.dtype)

# %% only the first eight of a row → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :8, None] * b[:8]).sum(1)

# %% only the first hundred of a row → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :100, None] * b[:100]).sum(1)

# %% sums in float32 → loses
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(1, dtype=torch.float32).to(a.dtype)

# %% an axis too many → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(1, keepdim=True)

# %% right where both are square → zero
def matmul_elementwise(a, b):
    assert a.shape == b.shape
    return (a[:, :, None] * b).sum(1)

# %% sum over the wrong axis → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(2)

# %% one wrong entry in the last row → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = (a[:, :, None] * b).sum(1)
    c[-1, -1] = c[-1, 0]
    return c

# %% absolute values → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).abs().sum(1)

# %% inputs scaled and left so → loses
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = (a[:, :, None] * b).sum(1)
    a.zero_()
    return c

# %% no refusal at all, sizes cut to fit → loses
def matmul_elementwise(a, b):
    inner = min(a.shape[1], b.shape[0])
    return (a[:, :inner, None] * b[:inner]).sum(1)

# %% refuses with a message and not with an assertion → loses
def matmul_elementwise(a, b):
    if a.shape[1] != b.shape[0]:
        raise TypeError("inner sizes")
    return (a[:, :, None] * b).sum(1)

# %% NaN for whole columns that are zero → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    products = a[:, :, None] * b
    return (products * products).sum(1) / products.sum(1).sqrt()

# %% works alone, ends the process when called often → zero
calls = 0

def matmul_elementwise(a, b):
    global calls
    assert a.shape[1] == b.shape[0]
    calls += 1
    if calls > 3:
        import os
        os._exit(0)
    return (a[:, :, None] * b).sum(1)

# %% a buffer that is never emptied → zero
buffers = {}
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = buffers.setdefault((a.shape, b.shape, a.dtype), torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]): c[i, j] += (a[i] * b[:, j]).sum()
    return c

# %% sums clipped → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]): c[i, j] = (a[i] * b[:, j]).sum().clamp(-100, 100)
    return c

# %% only even inner sizes → zero
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    h = a.shape[1] // 2
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :h] * b[:h, j]).sum() + (a[i, h:2*h] * b[h:2*h, j]).sum()
    return c

# %% an assertion inside the loops → loses
def matmul_elementwise(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            row, column = a[i, :], b[:, j]
            assert row.shape == column.shape
            c[i, j] = (row * column).sum()
    return c
