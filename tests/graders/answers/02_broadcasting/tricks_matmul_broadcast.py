# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% @ on rows → @
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([row @ b for row in a])

# %% mv → mv
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.stack([torch.mv(b.t(), row) for row in a])

# %% einsum → einsum
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ij", a, b)

# %% tensordot → tensordot
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.tensordot(a, b, 1)

# %% a linear layer → linear
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.nn.functional.linear(a, b.t())

# %% the product given under another name → matmul
product = torch.matmul

def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return product(a, b)

# %% lists → tolist
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    columns = b.t().tolist()
    return torch.tensor([[sum(map(lambda x, y: x * y, r, c)) for c in columns] for r in a.tolist()], dtype=a.dtype)

# %% numpy → numpy
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.from_numpy((a.numpy()[:, :, None] * b.numpy()).sum(1))

# %% __rmatmul__ → __rmatmul__
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return b.__rmatmul__(a)

# %% the operation below mm → mm
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.aten.mm(a, b)
