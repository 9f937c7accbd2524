# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% rows and columns
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).sum()
    return c

# %% torch.sum and torch.mul
def matmul_elementwise(A, B):
    if A.shape[1] != B.shape[0]:
        raise AssertionError("the inner sizes differ")
    C = A.new_empty((A.shape[0], B.shape[1]))
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[i, j] = torch.sum(torch.mul(A[i, :], B[:, j]))
    return C

# %% mul and sum as methods, += on zeros
def matmul_elementwise(a, b):
    n, k = a.size()
    l, m = b.size()
    assert k == l
    c = torch.zeros_like(a[:, :1]).repeat(1, m)
    for i in range(n):
        for j in range(m):
            c[i, j] += a[i].mul(b[:, j]).sum(dim=0)
    return c

# %% columns precomputed and contiguous
def matmul_elementwise(a, b):
    """No dot, no @, no einsum."""
    assert a.shape[1] == b.shape[0], "inner sizes"
    columns = b.t().contiguous()
    c = torch.empty(a.shape[0], b.shape[1], dtype=a.dtype)
    for i, row in enumerate(a):
        for j, column in enumerate(columns):
            c[i, j] = (row * column).sum()
    return c

# %% one row at a time, by broadcasting
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).sum(dim=0)
    return c

# %% one row at a time against the transposed, stacked
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([(row * b.t()).sum(1) for row in a])

# %% one column at a time
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([(a * b[:, j]).sum(1) for j in range(b.shape[1])], dim=1)

# %% all at once
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b[None, :, :]).sum(1)

# %% a comprehension, torch.stack twice
def matmul_elementwise(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    assert x.shape[1] == y.shape[0]
    return torch.stack([torch.stack([(r * c).sum() for c in y.T]) for r in x])

# %% torch.tensor of numbers by item
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.tensor(
        [[(a[i] * b[:, j]).sum().item() for j in range(b.shape[1])] for i in range(a.shape[0])], dtype=a.dtype
    )

# %% torch.cat and reshape
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    parts = [(a[i, :] * b[:, j]).sum().reshape(1) for i in range(a.shape[0]) for j in range(b.shape[1])]
    return torch.cat(parts).reshape(a.shape[0], b.shape[1])

# %% while loops
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros((a.shape[0], b.shape[1]), dtype=a.dtype)
    i = 0
    while i < a.shape[0]:
        j = 0
        while j < b.shape[1]:
            c[i][j] = (a[i, :] * b[:, j]).sum(0)
            j += 1
        i += 1
    return c

# %% a helper named dot in another cell
def dot(u, v):
    # what torch.dot would do
    return (u * v).sum()

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = dot(a[i], b[:, j])
    return c

# %% itertools.product
from itertools import product

def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i, j in product(range(a.shape[0]), range(b.shape[1])):
        c[i, j] = (a[i] * b[:, j]).sum()
    return c

# %% a class with __call__, and the mean times the length
class Elementwise:
    def __call__(self, a, b):
        assert isinstance(a, torch.Tensor)
        assert isinstance(b, torch.Tensor)
        assert a.shape[1] == b.shape[0]
        c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                self.products = a[i] * b[:, j]
                c[i, j] = self.products.sum()
        return c

matmul_elementwise = Elementwise()

# %% the loops the other way round
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(b.shape[1], a.shape[0], dtype=a.dtype)
    for j in range(b.shape[1]):
        column = b[:, j]
        for i in range(a.shape[0]):
            c[j, i] = (column * a[i]).sum()
    return c.t()

# %% divmod over the entries, index_select
def matmul_elementwise(a, b):
    n, k = a.shape
    assert (k,) == b.shape[:1]
    m = b.shape[1]
    out = torch.zeros(n * m, dtype=a.dtype)
    for flat in range(n * m):
        i, j = divmod(flat, m)
        out[flat] = (a.select(0, i) * b.select(1, j)).sum()
    return out.view(n, m)

# %% map and a lambda
matmul_elementwise_row = lambda row, b: torch.stack(list(map(lambda column: (row * column).sum(), b.t())))

def matmul_elementwise(a, b):
    if not a.shape[1] == b.shape[0]:
        raise AssertionError
    return torch.stack(list(map(lambda row: matmul_elementwise_row(row, b), a)))

# %% recursion over the rows
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    if len(a) == 0:
        return torch.zeros(0, b.shape[1], dtype=a.dtype)
    first = torch.stack([(a[0] * b[:, j]).sum() for j in range(b.shape[1])])
    return torch.cat([first[None], matmul_elementwise(a[1:], b)])

# %% vmap over the rows
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.vmap(lambda row: (row[:, None] * b).sum(0))(a)

# %% the last of the running sums, every second column of what was filled
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    wide = torch.zeros(a.shape[0], 2 * b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            wide[i, 2 * j] = torch.cumsum(a[i] * b[:, j], 0)[-1]
    return wide[:, ::2]

# %% no_grad and an expanded row
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    with torch.no_grad():
        c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
        for i in range(a.shape[0]):
            c[i] = (a[i].expand(b.shape[1], -1).t() * b).sum(0)
    return c

# %% index_add of flat products
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    n, k = a.shape; m = b.shape[1]
    prod = (a.reshape(n, 1, k) * b.t().reshape(1, m, k)).reshape(-1)
    where = torch.arange(n * m).repeat_interleave(k)
    return torch.zeros(n * m, dtype=a.dtype).index_add_(0, where, prod).view(n, m)

# %% a buffer, and out=
def matmul_elementwise(a: torch.Tensor, b: torch.Tensor):
    """two loops"""
    ok = a.shape[1] == b.shape[0]
    assert ok
    out = torch.zeros((a.shape[0], b.shape[1]), dtype=a.dtype)
    buffer = torch.empty(a.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            torch.mul(a[i], b[:, j], out=buffer)
            torch.sum(buffer, 0, out=out[i, j])
    return out

# %% a product over a stack of two
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = torch.stack((a[i], b[:, j])).prod(0).sum()
    return c

# %% a decorator that asserts
import functools
def checks_sizes(f):
    @functools.wraps(f)
    def inner(a, b):
        if a.shape[1] != b.shape[0]: raise AssertionError("sizes")
        return f(a, b)
    return inner
# %+
@checks_sizes
def matmul_elementwise(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[i] = torch.tensor([(a[i] * b[:, j]).sum() for j in range(b.shape[1])], dtype=a.dtype)
    return c
