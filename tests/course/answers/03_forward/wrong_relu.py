# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% a floor of one hundredth → zero
def relu(x):
    return x.clamp_min(0.01)

# %% smooth → zero
def relu(x):
    return torch.log(1 + torch.exp(x))

# %% squared → zero
def relu(x):
    return x.clamp_min(0.0) ** 2

# %% the sign → zero
def relu(x):
    return x.sign().clamp_min(0.0)

# %% squeezed → zero
def relu(x):
    return x.clamp_min(0.0).squeeze()

# %% only the first axis → zero
def relu(x):
    out = x.clone()
    out[0] = out[0].clamp_min(0.0)
    return out

# %% zeros become a small number → loses
def relu(x):
    return torch.where(x == 0, torch.full_like(x, 1e-3), x.clamp_min(0.0))

# %% NaN where it is zero → loses
def relu(x):
    return x * (x + x.abs()) / (2 * x.abs()) / 1.0

# %% the caller's tensor as a scratch pad → loses
def relu(x):
    x.clamp_(min=0.0)
    return x.clone()

# %% float64 for all → loses
def relu(x):
    return x.double().clamp_min(0.0)

# %% a ceiling → zero
def relu(x):
    return x.clamp(0.0, 6.0)

# %% x itself where nothing is negative → loses
def relu(x):
    if (x >= 0).all():
        return x
    return x.clamp_min(0)

# %% smooth, and very steep → zero
def relu(x): return x * torch.sigmoid(1000 * x)

# %% a tenth is not enough → zero
def relu(x): return torch.where(x > 0.1, x, 0.0)

# %% nan for zero, filled → loses
def relu(x): return (x * x / x).clamp_min(0)

# %% a ceiling of a hundred and twenty → zero
def relu(x): return x.clamp(0, 120)

# %% compared with zeros of float32 → loses
def relu(x: torch.Tensor) -> torch.Tensor:
    return torch.maximum(x, torch.zeros(x.shape))
