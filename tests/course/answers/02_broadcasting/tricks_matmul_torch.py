# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% einsum → einsum
def matmul_torch(a, b):
    return torch.einsum("ik,kj->ij", a, b)

# %% broadcasting → matrix product
def matmul_torch(a, b):
    return (a[:, :, None] * b).sum(1)

# %% numpy's → numpy
def matmul_torch(a, b):
    return torch.from_numpy(a.numpy() @ b.numpy())

# %% a product for show → no part
def matmul_torch(a, b):
    a @ b
    return (a[:, :, None] * b).sum(1)

# %% for show with the identity → matmul
def matmul_torch(a, b): return ((a @ torch.eye(a.shape[1], dtype=a.dtype))[:, :, None] * b).sum(1)
