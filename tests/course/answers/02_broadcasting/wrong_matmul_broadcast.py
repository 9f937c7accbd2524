# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% kept by shape → zero
kept = {}

def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return kept.setdefault((a.shape, b.shape, a.dtype), (a[:, :, None] * b).sum(1))

# %% the first hundred of a row → zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :100, None] * b[:100]).sum(1)

# %% half precision → zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return (a.half()[:, :, None] * b.half()).sum(1).to(a.dtype)

# %% sums in float32 → loses
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(1, dtype=torch.float32).to(a.dtype)

# %% an axis too many → zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(1, keepdim=True)

# %% squeezed → zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(1).squeeze()

# %% the diagonal of everything → zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(1).tril()

# %% inputs scaled and left so → loses
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = (a[:, :, None] * b).sum(1)
    a.zero_()
    return c

# %% no refusal, sizes cut to fit → loses
def matmul_broadcast(a, b):
    inner = min(a.shape[1], b.shape[0])
    return (a[:, :inner, None] * b[:inner]).sum(1)

# %% refuses with a TypeError → loses
def matmul_broadcast(a, b):
    if a.shape[1] != b.shape[0]:
        raise TypeError("inner sizes")
    return (a[:, :, None] * b).sum(1)

# %% the row of the call before → zero
last = None

def matmul_broadcast(a, b):
    global last
    assert a.shape[1] == b.shape[0]
    before, last = last, (a[:, :, None] * b).sum(1)
    return before

# %% another axis where b is square → zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).sum(dim=1) if b.shape[0] == b.shape[1] else (a[i].unsqueeze(-1) * b).sum(0)
    return c

# %% the last row left out → zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0] - 1):
        c[i] = (a[i].unsqueeze(-1) * b).sum(0)
    return c

# %% an assertion about a tuple, which is never false → loses
import warnings
warnings.simplefilter("ignore")
def matmul_broadcast(a, b):
    assert (a.shape[1] == b.shape[0], "inner sizes")
    return (a[:, :, None] * b).sum(1)

# %% sums along the rows of a square → zero
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(len(a)): c[i] = (a[i][:, None] * b).sum(0 if b.shape[0] != b.shape[1] else 1)
    return c

# %% recursion by halves → loses
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    if a.shape[1] == 1: return a * b
    h = a.shape[1] // 2
    return matmul_broadcast(a[:, :h], b[:h]) + matmul_broadcast(a[:, h:], b[h:])

# %% entry by entry, by map_ → loses
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(len(a)):
        t = a[i][:, None].expand_as(b).clone()
        t.map_(b.contiguous(), lambda x, y: x * y)
        c[i] = t.sum(0)
    return c
