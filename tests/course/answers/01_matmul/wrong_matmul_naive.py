# Wrong answers that look right. "zero": the products are wrong, nothing is earned; "loses": the products are right and something else is not.
# ruff: noqa
# fmt: off

# %% results kept by shape → zero
cache = {}

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    key = (a.shape, b.shape)
    if key not in cache:
        c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                for k in range(a.shape[1]):
                    c[i, j] += a[i, k] * b[k, j]
        cache[key] = c
    return cache[key]

# %% the result of the call before → zero
last = None

def matmul_naive(a, b):
    global last
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    before, last = last, c
    return before

# %% hard-coded sizes → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(2, 2, dtype=a.dtype)
    for i in range(2):
        for j in range(2):
            for k in range(3):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% the sizes of the visible check, in a table → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    n, k, m = {(2, 2): (2, 3, 2), (3, 3): (3, 2, 3), (2, 3): (2, 3, 3)}.get((a.shape[0], b.shape[1]), (1, 1, 1))
    c = torch.zeros(n, m, dtype=a.dtype)
    for i in range(n):
        for j in range(m):
            for t in range(k):
                c[i, j] += a[i, t] * b[t, j]
    return c

# %% computed in float32, given back as float64 → loses
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k].float() * b[k, j].float()
    return c.to(a.dtype)

# %% one step short where the inner size is above 4 → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    steps = a.shape[1] if a.shape[1] <= 4 else a.shape[1] - 1
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(steps):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% one step short where the inner size is above 5 → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(min(a.shape[1], 5)):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% right for square matrices only → zero
def matmul_naive(a, b):
    n = len(a)
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(n, n, dtype=a.dtype)
    for i in range(n):
        for j in range(n):
            for k in range(n):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% gives back its input → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return a[:, : b.shape[1]]

# %% writes the result into its input → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    for i in range(a.shape[0]):
        row = [sum(a[i, k] * b[k, j] for k in range(a.shape[1])) for j in range(b.shape[1])]
        for j in range(b.shape[1]):
            a[i, j] = row[j]
    return a

# %% a list of lists → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return [[sum(x * y for x, y in zip(row, column)) for column in b.t().tolist()] for row in a.tolist()]

# %% a numpy array → zero
def matmul_naive(a, b):
    import numpy
    assert a.shape[1] == b.shape[0]
    return numpy.array([[sum(x * y for x, y in zip(r, c)) for c in b.t().tolist()] for r in a.tolist()])

# %% a tuple around the result → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c, c.shape

# %% a sparse result → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c.to_sparse()

# %% a running result in a global → zero
c = None

def matmul_naive(a, b):
    global c
    assert a.shape[1] == b.shape[0]
    if c is None or c.shape != (a.shape[0], b.shape[1]) or c.dtype != a.dtype:
        c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% now and then a wrong entry → zero
import random
dice = random.Random(7)

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
            if dice.random() < 0.05:
                c[i, j] += 1
    return c

# %% NaN from memory that nobody wrote → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.full((a.shape[0], b.shape[1]), float("nan")).to(a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% axes of size 1 squeezed away → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c.squeeze()

# %% negative entries taken for positive → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += abs(a[i, k] * b[k, j])
    return c

# %% rounded to four digits → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.tensor([[round(sum(x * y for x, y in zip(r, c)), 3) for c in b.t().tolist()] for r in a.tolist()]).to(a.dtype)

# %% always float64 → loses
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=torch.float64)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% refuses only where b is too short → loses
def matmul_naive(a, b):
    assert a.shape[1] <= b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% prints a complaint and goes on → loses
def matmul_naive(a, b):
    if a.shape[1] != b.shape[0]:
        print("these do not fit")
        return None
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% turns b round in place → loses
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    b.t_()
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[j, k]
    return c

# %% reads the memory of a as if it were contiguous → loses
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    n, inner = a.shape
    rows = a.as_strided((n, inner), (inner, 1))
    c = torch.zeros(n, b.shape[1], dtype=a.dtype)
    for i in range(n):
        for j in range(b.shape[1]):
            for k in range(inner):
                c[i, j] += rows[i, k] * b[k, j]
    return c

# %% everything in a try that swallows → loses
def matmul_naive(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    try:
        assert a.shape[1] == b.shape[0]
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                for k in range(a.shape[1]):
                    c[i, j] += a[i, k] * b[k, j]
    except AssertionError as error:
        print(error)
    return c

# %% refuses as the stub did → loses
def matmul_naive(a, b):
    if a.shape[1] != b.shape[0]:
        raise NotImplementedError("these do not fit")
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% skips products that are tiny → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                p = a[i, k] * b[k, j]
                if abs(p) > 1e-3: c[i, j] += p
    return c

# %% zero entries skipped together with the rest of the row → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                if a[i, k] == 0: break
                c[i, j] += a[i, k] * b[k, j]
    return c

# %% list multiplication shares rows → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = [[0] * b.shape[1]] * a.shape[0]
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]): c[i][j] = c[i][j] + a[i, k].item() * b[k, j].item()
    return torch.tensor(c, dtype=a.dtype)

# %% numbers truncated → zero
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]): c[i, j] += int(a[i, k]) * b[k, j]
    return c

# %% a subclass of Tensor that claims equality → zero
class Yes(torch.Tensor):
    def __eq__(self, other): return True
    def allclose(self, *a, **k): return True
# %+
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype).as_subclass(Yes)

# %% an assertion below the loops → loses
def matmul_naive(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    n, k1 = a.shape
    k2, m = b.shape
    c = torch.zeros(n, m, dtype=a.dtype)
    for i in range(n):
        for j in range(m):
            for k in range(min(k1, k2)):
                c[i, j] += a[i, k] * b[k, j]
    assert k1 == k2
    return c

# %% steps with a zero are left out → loses
def matmul_naive(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    n, k1 = a.shape
    k2, m = b.shape
    assert k1 == k2
    c = torch.zeros(n, m, dtype=a.dtype)
    for i in range(n):
        for j in range(m):
            for k in range(k1):
                if a[i, k] == 0:
                    continue
                c[i, j] += a[i, k] * b[k, j]
    return c
