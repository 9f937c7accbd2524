# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% kept by shape → zero
kept = {}

def matmul_torch(a, b):
    return kept.setdefault((a.shape, b.shape, a.dtype), a @ b)

# %% the other order where both are square → zero
def matmul_torch(a, b):
    return b @ a if a.shape == b.shape else a @ b

# %% half precision → zero
def matmul_torch(a, b):
    return (a.bfloat16() @ b.bfloat16()).to(a.dtype)

# %% in float32 and back → loses
def matmul_torch(a, b):
    return (a.float() @ b.float()).to(a.dtype)

# %% a cleared afterwards → loses
def matmul_torch(a, b):
    c = a @ b
    a.mul_(0) if 0 not in a.stride() else None
    return c

# %% the result of the call before → zero
last = None

def matmul_torch(a, b):
    global last
    before, last = last, a @ b
    return before

# %% exchanged where the shapes agree → zero
def matmul_torch(a, b): return b @ a if a.shape == b.shape else a @ b

# %% rounded → zero
def matmul_torch(a, b): return (a.double() @ b.double()).round(decimals=4).to(a.dtype)

# %% halves of k added → zero
def matmul_torch(a, b):
    assert a.shape[1] == b.shape[0]
    half = a.shape[1] // 2
    return a[:, :half] @ b[:half] + a[:, half:] @ b[half:]

# %% catches the library's error → loses
def matmul_torch(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    try:
        return torch.matmul(a, b)
    except RuntimeError as error:
        print("sizes do not fit:", error)
