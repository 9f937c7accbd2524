# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% always → zero
def near(a, b):
    return True

# %% never → zero
def near(a, b):
    return False

# %% the largest numbers alone → loses
def near(a, b):
    if a.shape != b.shape:
        return False
    a, b = a.double(), b.double()
    if a.isnan().any() or b.isnan().any():
        return False
    return not a.numel() or bool((a - b).abs().max() <= 1e-5 + 1e-3 * b.abs().max())

# %% rounded to three digits → zero
def near(a, b):
    return a.shape == b.shape and bool((a.double().round(decimals=3) == b.double().round(decimals=3)).all())

# %% catches the error and says no → loses
def near(a, b):
    try:
        return torch.allclose(a, b, rtol=1e-3, atol=1e-5)
    except RuntimeError:
        return False

# %% number of axes instead of the shape → loses
def near(a, b):
    return a.ndim == b.ndim and torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5)

# %% works in place → loses
def near(a, b):
    if a.shape != b.shape:
        return False
    limit = 1e-5 + 1e-3 * b.double().abs()
    if a.dtype == b.dtype and a.is_floating_point():
        a -= b
        return bool((a.double().abs() <= limit).all())
    return bool(((a.double() - b.double()).abs() <= limit).all())

# %% an answer for each → zero
def near(a, b):
    return a.shape == b.shape and [bool(abs(x - y) <= 1e-5 + 1e-3 * abs(y)) for x, y in zip(a.flatten().tolist(), b.flatten().tolist())]

# %% lenient a hundred times over → zero
def near(a, b):
    return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-1, atol=1e-3)

# %% same object is near → loses
def near(a, b):
    if a is b: return True
    return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5)

# %% in float32 → loses
def near(a, b):
    return a.shape == b.shape and torch.allclose(a.float(), b.float(), rtol=1e-3, atol=1e-5)

# %% norm of the difference → loses
def near(a, b):
    if a.shape != b.shape: return False
    a, b = a.double(), b.double()
    return bool((a - b).norm() <= 1e-5 + 1e-3 * b.norm())

# %% the larger of the two tolerances → loses
#export
def near(a, b):
    if a.shape != b.shape:
        return False
    p, q = a.double(), b.double()
    limit = torch.clamp(1e-3 * q.abs(), min=1e-5)
    return bool(((p - q).abs() <= limit).all())

# %% one tolerance beside 0, the other elsewhere → loses
#export
def near(a, b):
    if a.shape != b.shape:
        return False
    p, q = a.double(), b.double()
    limit = torch.where(q.abs() < 1e-2, torch.full_like(q, 1e-5), 1e-3 * q.abs())
    return bool(((p - q).abs() <= limit).all())

# %% math.isclose for each pair → loses
#export
import math
def near(a, b):
    if a.shape != b.shape: return False
    pairs = zip(a.double().flatten().tolist(), b.double().flatten().tolist())
    return all(abs(x - y) <= max(1e-5, 1e-3 * abs(y)) for x, y in pairs)

# %% the tolerance is relative to a → loses
def near(a: torch.Tensor, b: torch.Tensor) -> bool:
    if a.shape != b.shape:
        return False
    return torch.allclose(b.double(), a.double(), rtol=1e-3, atol=1e-5)

# %% less than, instead of less than or equal → loses
def near(a: torch.Tensor, b: torch.Tensor) -> bool:
    if a.shape != b.shape:
        return False
    x, y = a.double(), b.double()
    return bool(((x - y).abs() < 1e-5 + 1e-3 * y.abs()).all())

# %% relative to the larger of the two → loses
def near(a, b):
    if a.shape != b.shape:
        return False
    x, y = a.double(), b.double()
    return bool(((x - y).abs() <= 1e-5 + 1e-3 * torch.maximum(x.abs(), y.abs())).all())

# %% relative to the mean of the two → loses
def near(a, b):
    if a.shape != b.shape:
        return False
    x, y = a.double(), b.double()
    return bool(((x - y).abs() <= 1e-5 + 1e-3 * (x.abs() + y.abs()) / 2).all())

# %% relative to the smaller of the two → loses
def near(a, b):
    if a.shape != b.shape:
        return False
    x, y = a.double(), b.double()
    return bool(((x - y).abs() <= 1e-5 + 1e-3 * torch.minimum(x.abs(), y.abs())).all())

# %% far means at the limit or beyond → loses
def near(a, b):
    if a.shape != b.shape:
        return False
    for x, y in zip(a.double().flatten().tolist(), b.double().flatten().tolist()):
        if abs(x - y) >= 1e-5 + 1e-3 * abs(y) or x != x or y != y:
            return False
    return True

# %% subtracts first, and goes to float64 afterwards → loses
#export
def near(a, b):
    if a.shape != b.shape:
        return False
    difference = (a - b).double().abs()
    return bool((difference <= 1e-5 + 1e-3 * b.double().abs()).all())

# %% the share of near entries, rounded → loses
def near(a, b):
    if a.shape != b.shape:
        return False
    a, b = a.double(), b.double()
    good = (a - b).abs() <= 1e-5 + 1e-3 * b.abs()
    return good.numel() == 0 or round(good.double().mean().item(), 2) == 1
