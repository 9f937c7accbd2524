# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% dot of row and column → dot
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = a[i].dot(b[:, j])
    return c

# %% inner → inner
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.inner(a, b.t())

# %% a row by matrix-vector product → mv
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([torch.mv(b.t(), row) for row in a])

# %% @ on rows → @
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([row @ b for row in a])

# %% einsum with letters put together → einsum
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj" + "->ij", a, b)

# %% vecdot → vecdot
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.linalg.vecdot(a[:, None, :], b.t()[None, :, :])

# %% cosine similarity and lengths → cosine_similarity
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    u, v = a[:, None, :].double(), b.t()[None, :, :].double()
    sizes = (u * u).sum(-1).sqrt() * (v * v).sum(-1).sqrt()
    return (torch.nn.functional.cosine_similarity(u, v, dim=-1) * sizes).to(a.dtype)

# %% a trip through lists → tolist
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    rows, columns = a.tolist(), b.t().tolist()
    return torch.tensor([[sum(map(lambda x, y: x * y, r, c)) for c in columns] for r in rows], dtype=a.dtype)

# %% numpy for the product of row and column → .numpy
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    left, right = a.numpy(), b.numpy()
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = float((left[i] * right[:, j]).sum())
    return c

# %% a bilinear layer's function → bilinear
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    eye = torch.eye(a.shape[1], dtype=a.dtype)[None]
    rows = [torch.nn.functional.bilinear(a[i].expand(b.shape[1], -1), b.t(), eye).flatten() for i in range(a.shape[0])]
    return torch.stack(rows)

# %% a torch.nn layer → Linear
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    layer = torch.nn.Linear(b.shape[0], b.shape[1], bias=False, dtype=a.dtype)
    layer.weight.data = b.t()
    return layer(a).detach()

# %% the exercise before, which was allowed loops only, replaced by the library → matmul
matmul_naive = torch.matmul

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return matmul_naive(a, b)

# %% map over a bound method → mv
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack(list(map(b.t().mv, a)))

# %% a generator that yields products → @
def entries(a, b):
    for row in a:
        yield row @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([*entries(a, b)])

# %% kron of a row and a column → kron
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = torch.kron(a[i], b[:, j])[:: a.shape[1] + 1].sum()
    return c
