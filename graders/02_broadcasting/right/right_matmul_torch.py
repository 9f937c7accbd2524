# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% the operator
def matmul_torch(a, b): return a @ b

# %% matmul
def matmul_torch(a, b):
    return torch.matmul(a, b)

# %% a method, and an assertion
def matmul_torch(a, b):
    assert a.shape[1] == b.shape[0]
    return a.matmul(b)

# %% mm
def matmul_torch(A, B):
    return torch.mm(A, B)

# %% operator
import operator

def matmul_torch(a, b):
    return operator.matmul(a, b)

# %% a batch of one
def matmul_torch(a, b):
    return torch.bmm(a[None], b[None])[0]

# %% the transposed of the transposed
def matmul_torch(a, b):
    return (b.t() @ a.t()).t()

# %% tensordot
def matmul_torch(a, b):
    return torch.tensordot(a, b, dims=1)

# %% added to zeros
def matmul_torch(a, b):
    return torch.addmm(torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype), a, b)

# %% another name for it
matmul_torch = torch.matmul

# %% into an own tensor
@torch.no_grad()
def matmul_torch(a, b):
    out = a.new_empty((a.shape[0], b.shape[1]))
    torch.mm(a, b, out=out)
    return out

# %% inner, with the transposed
def matmul_torch(a, b):
    return torch.inner(a, b.T)

# %% a linear layer without a bias
def matmul_torch(x, w):
    return torch.nn.functional.linear(x, w.t())

# %% reduce
import functools, operator
def matmul_torch(a, b): return functools.reduce(operator.matmul, [a, b])

# %% a class with __matmul__
class M:
    def __init__(self, t): self.t = t
    def __matmul__(self, other): return torch.matmul(self.t, other.t)
# %+
def matmul_torch(a, b): return M(a) @ M(b)

# %% multi_dot
def matmul_torch(a, b): return torch.linalg.multi_dot((a, b)) if a.is_floating_point() else a.matmul(b)
