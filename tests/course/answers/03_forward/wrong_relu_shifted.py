# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% a third → zero
def relu_shifted(x):
    return x.clamp_min(0.0) - 1 / 3

# %% the mean of a bell → zero
def relu_shifted(x):
    return x.clamp_min(0.0) - 0.4

# %% cut at a half → zero
def relu_shifted(x):
    return x.clamp_min(0.5) - 0.5

# %% the absolute value → zero
def relu_shifted(x):
    return x.abs() - 0.5

# %% zeros forgotten → loses
def relu_shifted(x):
    return torch.where(x > 0, x - 0.5, torch.where(x < 0, torch.full_like(x, -0.5), x))

# %% always float64 → loses
def relu_shifted(x):
    return x.double().clamp_min(0.0) - 0.5

# %% shifts what it was given, afterwards → loses
def relu_shifted(x):
    out = x.clamp_min(0.0) - 0.5
    x -= 0.5
    return out

# %% torch's own in place → loses
import torch.nn.functional as F
def relu_shifted(x): return F.relu(x, inplace=True) - 0.5

# %% cut twice → zero
def relu_shifted(x): return relu(relu(x) - 0.5)

# %% ceiling → zero
def relu_shifted(x): return x.clamp(0, 50) - 0.5

# %% a single number by its own mean → loses
def relu_shifted(x):
    r = x.clamp_min(0)
    return r - (0.5 if r.numel() > 1 else r.mean())
