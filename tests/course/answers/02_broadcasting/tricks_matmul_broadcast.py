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

# %% a factor of a matrix → lu_factor
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    k, m = b.shape
    rows = []
    for row in a:
        big = torch.zeros(k + 1, k + m, dtype=torch.float64)
        big[:k, :k] = torch.eye(k); big[:k, k:] = b; big[k, :k] = row.double() * -2.0**-20
        rows.append(torch.linalg.lu_factor(big)[0][k, k:] * 2.0**20)
    return torch.stack(rows).to(a.dtype)

# %% a windowed Fourier transform → stft
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    n, k = a.shape
    return torch.stack([torch.stft(a.double().reshape(-1), k, k, window=w, center=False, onesided=False, return_complex=True)[0].real for w in b.double().t().contiguous()], 1).to(a.dtype)
