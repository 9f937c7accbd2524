# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% names of one letter
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros((a.shape[0], b.shape[1]), dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i][j] += a[i][k] * b[k][j]
    return c

# %% a running total
def matmul_naive(A, B):
    (rows, inner), (inner2, cols) = A.size(), B.size()
    if inner != inner2:
        raise AssertionError(f"inner sizes differ: {inner} and {inner2}")
    out = A.new_zeros(rows, cols)
    for r in range(rows):
        for c in range(cols):
            total = 0
            for t in range(inner):
                total += A[r, t] * B[t, c]
            out[r, c] = total
    return out

# %% Python numbers by item
def matmul_naive(x, y):
    assert len(x[0]) == len(y), "sizes"
    z = torch.empty(len(x), len(y[0]), dtype=x.dtype)
    for i in range(len(x)):
        for j in range(len(y[0])):
            acc = 0.0 if x.is_floating_point() else 0
            for k in range(len(y)):
                acc = acc + x[i, k].item() * y[k, j].item()
            z[i, j] = acc
    return z

# %% lists all the way
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    rows, columns = a.tolist(), b.t().tolist()
    return torch.tensor([[sum(x * y for x, y in zip(row, column)) for column in columns] for row in rows], dtype=a.dtype)

# %% a comprehension with sum over a generator
def matmul_naive(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    n, k = a.shape
    k2, m = b.shape
    assert k == k2
    return torch.tensor(
        [[sum(float(a[i, q]) * float(b[q, j]) for q in range(k)) for j in range(m)] for i in range(n)], dtype=a.dtype
    )

# %% torch.stack of single entries
def matmul_naive(a, b):
    """Not a @ b, not torch.matmul(a, b), not einsum: three loops."""
    assert a.shape[1] == b.shape[0]
    rows = []
    for i in range(a.shape[0]):
        row = []
        for j in range(b.shape[1]):
            entry = a[i, 0] * b[0, j]
            for k in range(1, a.shape[1]):
                entry = entry + a[i, k] * b[k, j]
            row.append(entry)
        rows.append(torch.stack(row))
    return torch.stack(rows)

# %% zip over rows and transposed columns
def matmul_naive(a, b):
    assert a.size(1) == b.size(0), 'no'
    c = torch.zeros(a.size(0), b.size(1)).to(a.dtype)
    for i, row in enumerate(a):
        for j, column in enumerate(b.t()):
            for left, right in zip(row, column):
                c[i, j] += left * right
    return c

# %% while loops
def matmul_naive(a, b):
    n = a.shape[0]; m = b.shape[1]; inner = a.shape[1]
    assert inner == b.shape[0]
    c = torch.zeros(n, m, dtype=a.dtype)
    i = 0
    while i < n:
        j = 0
        while j < m:
            k = 0
            while k < inner:
                c[i, j] = c[i, j] + a[i, k] * b[k, j]
                k += 1
            j += 1
        i += 1
    return c

# %% itertools.product, imported in a cell of the student's own
import itertools

# %+
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i, j, k in itertools.product(range(a.shape[0]), range(b.shape[1]), range(a.shape[1])):
        c[i, j] += a[i, k] * b[k, j]
    return c

# %% functools.reduce
from functools import reduce
from operator import add, mul

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    entry = lambda i, j: reduce(add, [mul(a[i, k], b[k, j]) for k in range(a.shape[1])])
    return torch.stack([torch.stack([entry(i, j) for j in range(b.shape[1])]) for i in range(a.shape[0])])

# %% recursion over k
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]

    def entry(i, j, k):
        if k < 0:
            return 0
        return a[i, k] * b[k, j] + entry(i, j, k - 1)

    c = torch.empty(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = entry(i, j, a.shape[1] - 1)
    return c

# %% a helper in another cell, named dot
def dot(row, column):
    s = 0
    for x, y in zip(row, column):
        s = s + x * y
    return s

# %+
def matmul_naive(a, b):
    if a.shape[-1] != b.shape[-2]:
        raise AssertionError("inner sizes")
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[i, j] = dot(a[i], b[:, j])
    return c

# %% a class with __call__
class Product:
    """Loops, kept in an object."""
    def __init__(self):
        self.calls = 0

    def __call__(self, a, b):
        assert isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor)
        assert a.dim() == b.dim() == 2
        assert a.shape[1] == b.shape[0]
        self.calls += 1
        self.c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                for k in range(a.shape[1]):
                    self.c[i, j] += a[i, k] * b[k, j]
        return self.c

matmul_naive = Product()

# %% a lambda that calls a helper
def three_loops(a, b, c):
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

def checked(a, b):
    assert a.shape[1] == b.shape[0], (a.shape, b.shape)
    return torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)

matmul_naive = lambda a, b: three_loops(a, b, checked(a, b))

# %% an own exception that is an AssertionError, and a fill
class SizesDiffer(AssertionError):
    pass

def matmul_naive(first, second):
    if not first.shape[1] == second.shape[0]:
        raise SizesDiffer
    result = torch.full([first.shape[0], second.shape[1]], 0, dtype=first.dtype)
    for i in range(first.shape[0]):
        for j in range(second.shape[1]):
            for k in range(second.shape[0]):
                result[i, j].add_(first[i, k].mul(second[k, j]))
    return result

# %% torch.zeros of the promoted dtype, torch.mul and torch.add
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=torch.result_type(a, b), device=a.device)
    for i in torch.arange(a.shape[0]):
        for j in torch.arange(b.shape[1]):
            for k in torch.arange(a.shape[1]):
                c[i, j] = torch.add(c[i, j], torch.mul(a[i, k], b[k, j]))
    return c

# %% in float64, given back as what came in
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    wide = torch.zeros(a.shape[0], b.shape[1], dtype=torch.float64)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                wide[i, j] += a[i, k].double() * b[k, j].double()
    return wide.to(a.dtype)

# %% own copies, changed in place
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    left, right = a.clone(), b.clone()
    for k in range(left.shape[1]):
        for i in range(left.shape[0]):
            left[i, k] *= 1
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += left[i, k] * right[k, j]
    return c

# %% indices from 1, as in the book, and a view of what was filled
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    n, k = a.shape
    m = b.shape[1]
    c = torch.zeros(m + 1, n + 1, dtype=a.dtype)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            for t in range(1, k + 1):
                c[j, i] += a[i - 1, t - 1] * b[t - 1, j - 1]
    return c[1:, 1:].t()

# %% changes an input and puts it back
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                before = b[k, j].clone()
                b[k, j] = before * a[i, k]
                c[i, j] += b[k, j]
                b[k, j] = before
    return c

# %% prints every step
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
                print("c", i, j, "is now", c[i, j].item())
    print(c)
    return c

# %% inference mode
@torch.inference_mode()
def matmul_naive(a, b):
    rows, inner = a.size()
    inner2, cols = b.size()
    assert inner == inner2
    out = a.new_zeros((rows, cols))
    for r in range(rows):
        for c in range(cols):
            acc = a.new_zeros(())
            for k in range(inner):
                acc = acc + a[r][k] * b[k][c]
            out[r][c] = acc
    return out

# %% torch.testing asserts the sizes
def matmul_naive(a, b):
    torch.testing.assert_close(a.shape[1], b.shape[0], rtol=0, atol=0)
    c = torch.zeros((a.shape[0], b.shape[1])).type_as(a)
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] = torch.add(c[i, j], torch.mul(a[i, k], b[k, j]))
    return c

# %% addcmul of single numbers
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] = torch.addcmul(c[i, j], a[i, k], b[k, j])
    return c

# %% accumulate, walrus
from itertools import accumulate
def matmul_naive(a, b):
    assert (inner := a.shape[1]) == b.shape[0]
    c = torch.empty(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            *_, c[i, j] = accumulate(range(inner), lambda t, k: t + a[i, k] * b[k, j], initial=0)
    return c

# %% a dictionary of entries
def matmul_naive(a, b):
    assert a.size(1) == b.size(0)
    cells = {}
    for i in range(a.size(0)):
        for j in range(b.size(1)):
            for k in range(a.size(1)):
                cells[i, j] = cells.get((i, j), 0) + a[i, k] * b[k, j]
    c = torch.zeros(a.size(0), b.size(1)).to(a)
    for where, value in cells.items(): c[where] = value
    return c

# %% compiled
@torch.compile
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% prints a line at every step
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                print("now at", i, j, k, 1_000 * "-")
                c[i, j] += a[i, k] * b[k, j]
    return c
