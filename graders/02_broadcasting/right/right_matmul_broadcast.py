# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% None in the index
def matmul_broadcast(a, b):
    n, k = a.shape
    assert k == b.shape[0]
    c = torch.zeros(n, b.shape[1], dtype=a.dtype)
    for i in range(n):
        c[i] = (a[i, :, None] * b).sum(dim=0)
    return c

# %% a stack of rows
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([(row[:, None] * b).sum(0) for row in a])

# %% one column at a time
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = a.new_empty(a.shape[0], b.shape[1])
    for j in range(b.shape[1]):
        c[:, j] = (a * b[:, j]).sum(1)
    return c

# %% no loop at all
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b[None, :, :]).sum(1)

# %% no loop at all, the other way
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return (a.unsqueeze(1) * b.t()).sum(-1)

# %% a row against the transposed
def matmul_broadcast(a, b):
    if a.shape[1] != b.shape[0]:
        raise AssertionError("inner sizes")
    turned = b.t().contiguous()
    return torch.stack([(row * turned).sum(1) for row in a])

# %% stretched by hand, torch.mul and torch.sum
def matmul_broadcast(A, B):
    assert A.size(1) == B.size(0), "sizes"
    C = torch.empty((A.size(0), B.size(1)), dtype=A.dtype)
    for i in range(A.size(0)):
        row = A[i, :].unsqueeze(-1).expand_as(B)
        C[i, :] = torch.sum(torch.mul(row, B), dim=0)
    return C

# %% a while loop, keepdim
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    i = 0
    while i < len(a):
        c[i] += (a[i].view(-1, 1) * b if a.is_contiguous() else a[i].reshape(-1, 1) * b).sum(0, keepdim=True)[0]
        i += 1
    return c

# %% vmap over the rows
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.vmap(lambda row: (row[:, None] * b).sum(0))(a)

# %% a helper in another cell, map
def row_times(row, b):
    return (row.unsqueeze(1) * b).sum(0)

# %+
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack(list(map(lambda row: row_times(row, b), a)))

# %% cat of rows that keep their axis
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.cat([(a[i : i + 1].t() * b).sum(0, keepdim=True) for i in range(a.shape[0])])

# %% an own copy, multiplied in place
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i, row in enumerate(a):
        own = b.clone()
        own *= row[:, None]
        c[i] = own.sum(0)
    return c

# %% an assertion of torch's
def matmul_broadcast(x, y):
    torch._assert(x.shape[1] == y.shape[0], "inner sizes")
    return torch.stack(tuple((r.unsqueeze(-1) * y).sum(0) for r in x))

# %% a decorator that asserts
import functools
def fits(function):
    @functools.wraps(function)
    def checked(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        assert a.shape[1] == b.shape[0], "no fit"
        return function(a, b)
    return checked
@fits
@torch.no_grad()
def matmul_broadcast(a, b):
    out = []
    for row in a:
        out.append((row.view(-1, 1) if row.is_contiguous() else row.reshape(-1, 1)).mul(b).sum(dim=0))
    return torch.stack(out)

# %% each row summed into its place
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.empty(a.shape[0], b.shape[1], dtype=a.dtype)
    for i, row in enumerate(a): torch.sum(row[:, None] * b, 0, out=c[i])
    return c

# %% addcmul, keepdim
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0], f"{a.shape} {b.shape}"
    zero = torch.zeros_like(b)
    return torch.cat([torch.addcmul(zero, row.unsqueeze(1).expand_as(b), b).sum(0, keepdim=True) for row in a])
