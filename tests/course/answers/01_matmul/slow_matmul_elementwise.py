# Right values, too much work: allowed operations, and the inner loop is still there (see grading.py).
# ruff: noqa
# fmt: off

# %% three loops → keeps_the_inner_loop
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% Python's own sum over a tensor → keeps_the_inner_loop
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = sum(a[i] * b[:, j])
    return c

# %% a product of rows, and a loop that adds it up → keeps_the_inner_loop
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for product in a[i] * b[:, j]:
                c[i, j] += product
    return c

# %% single numbers by item → keeps_the_inner_loop
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0
            for k in range(a.shape[1]):
                total += a[i, k].item() * b[k, j].item()
            c[i, j] = total
    return c

# %% reduce over the products → keeps_the_inner_loop
from functools import reduce

def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    add = lambda x, y: x + y
    return torch.stack([torch.stack([reduce(add, row * column) for column in b.t()]) for row in a])

# %% a loop over k alone: whole outer products, one for each k → keeps_the_inner_loop
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for k in range(a.shape[1]):
        c += a[:, k, None] * b[k]
    return c

# %% recursion over k → keeps_the_inner_loop
def total(products):
    return products[0] if len(products) == 1 else products[0] + total(products[1:])

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = total(a[i] * b[:, j])
    return c

# %% torch.jit's slow twin: numbers from float() → keeps_the_inner_loop
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = sum(float(x) * float(y) for x, y in zip(a[i], b[:, j]))
    return c

# %% prints each row that it multiplies → keeps_the_inner_loop
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            print(a[i], b[:, j])
            c[i, j] = (a[i] * b[:, j]).sum()
    return c
