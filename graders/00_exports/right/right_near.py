# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% allclose after the shapes
def near(a, b):
    if a.shape != b.shape:
        return False
    return torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5)

# %% the formula
def near(a, b):
    if a.size() != b.size():
        return False
    a, b = a.to(torch.float64), b.to(torch.float64)
    return bool(((a - b).abs() <= 1e-5 + 1e-3 * b.abs()).all())

# %% one expression
def near(a, b):
    return a.shape == b.shape and torch.allclose(a.double(), b.double(), 1e-3, 1e-5)

# %% isclose, and a tensor with one answer
def near(a, b):
    if list(a.shape) != list(b.shape):
        return False
    return torch.isclose(a.to(torch.double), b.to(torch.double), rtol=0.001, atol=0.00001).all()

# %% a loop over entries
def near(a, b):
    if a.shape != b.shape:
        return False
    for x, y in zip(a.reshape(-1).tolist(), b.reshape(-1).tolist()):
        if not abs(x - y) <= 1e-5 + 1e-3 * abs(y):
            return False
    return True

# %% the testing module's own
def near(a, b):
    try:
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5, check_dtype=False)
    except AssertionError:
        return False
    return True

# %% catches what the shapes do
def near(a, b):
    same_shape = a.ndim == b.ndim and all(m == n for m, n in zip(a.shape, b.shape))
    if not same_shape:
        return False
    difference = torch.abs(torch.sub(a.double(), b.double()))
    limit = torch.add(torch.mul(b.double().abs(), 1e-3), 1e-5)
    return bool(torch.le(difference, limit).all().item())

# %% promoted dtype
def near(a, b):
    dtype = torch.promote_types(torch.promote_types(a.dtype, b.dtype), torch.float32)
    return a.shape == b.shape and torch.allclose(a.to(dtype), b.to(dtype), rtol=1e-3, atol=1e-5)

# %% math.isclose would be another formula
def near(a, b):
    if a.shape != b.shape:
        return False
    x, y = a.double().numpy(), b.double().numpy()
    return bool((abs(x - y) <= 1e-5 + 1e-3 * abs(y)).all())

# %% assert_close in a try
def near(a, b):
    try:
        torch.testing.assert_close(a.double(), b.double(), rtol=1e-3, atol=1e-5)
    except AssertionError:
        return False
    return True

# %% recursion over axes
def near(a, b):
    if a.shape != b.shape: return False
    if a.dim() == 0:
        x, y = float(a), float(b)
        return abs(x - y) <= 1e-5 + 1e-3 * abs(y)
    return all(near(x, y) for x, y in zip(a, b))

# %% numpy allclose
import numpy as np
def near(a, b):
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return x.shape == y.shape and bool(np.allclose(x, y, rtol=1e-3, atol=1e-5))
