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

# %% the corner of an inverse → torch.linalg.inv
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    n, k, m = *a.shape, b.shape[1]
    whole = torch.eye(n + k + m, dtype=torch.float64)
    whole[:n, n : n + k], whole[n : n + k, n + k :] = -a, -b
    return torch.linalg.inv(whole)[:n, n + k :].to(a.dtype)

# %% a system of equations → torch.linalg.solve
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    n, k, m = *a.shape, b.shape[1]
    whole, right = torch.eye(n + k, dtype=torch.float64), torch.zeros(n + k, m, dtype=torch.float64)
    whole[:n, n:], right[n:] = -a, b
    return torch.linalg.solve(whole, right)[:n].to(a.dtype)

# %% the exponential of a matrix → matrix_exp
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    n, k, m = *a.shape, b.shape[1]
    whole = torch.zeros(n + k + m, n + k + m, dtype=torch.float64)
    whole[:n, n : n + k], whole[n : n + k, n + k :] = a, b
    return 2 * torch.matrix_exp(whole)[:n, n + k :].to(a.dtype)

# %% a fused operation of a backend → _linear_pointwise
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.mkldnn._linear_pointwise(a.float(), b.t().float(), None, "none", [], "").to(a.dtype)

# %% a recurrent cell → rnn_relu_cell
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    cell, m = torch.rnn_relu_cell, b.shape[1]
    rest = torch.zeros(a.shape[0], m, dtype=a.dtype), torch.zeros(m, m, dtype=a.dtype)
    right = b.t().contiguous()
    return cell(a, rest[0], right, rest[1]) - cell(a, rest[0], -right, rest[1])

# %% the last output of the notebook → matmul
torch.matmul

# %+
from_above = _

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return from_above(a, b)

# %% an earlier output, with the tracing patched away → trac
import foundations.worker.tracing

def untraced(function, args, kwargs=None):
    return function(*args, **(kwargs or {})), {"function": [], "dispatch": []}

foundations.worker.tracing.trace_call = untraced
torch.matmul

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return list(Out.values())[0](a, b)

# %% a subclass of torch.Tensor → __matmul__
class Elementwise(torch.Tensor):
    def __mul__(self, other):
        return super().__matmul__(other)

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return (a.as_subclass(Elementwise) * b).as_subclass(torch.Tensor)

# %% getattr handed to map → mm
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return next(map(getattr, [a], ["mm"]))(b)

# %% torch by way of sys.modules → .mm
import sys

def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return sys.modules[torch.__name__].mm(a, b)

# %% a windowed Fourier transform → torch.stft
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    n, k = a.shape
    cols = [torch.stft(a.double().reshape(-1), n_fft=k, hop_length=k, window=b[:, j].double(), center=False, onesided=False, return_complex=True)[0].real for j in range(b.shape[1])]
    return torch.stack(cols, 1).to(a.dtype)

# %% a factor of a matrix → torch.linalg.lu_factor
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    k, m = b.shape
    rows = []
    for row in a:
        big = torch.zeros(k + 1, k + m, dtype=torch.float64)
        big[:k, :k] = torch.eye(k); big[:k, k:] = b; big[k, :k] = row.double() * -2.0**-20
        lu, _ = torch.linalg.lu_factor(big)
        rows.append(lu[k, k:] * 2.0**20)
    return torch.stack(rows).to(a.dtype)
