# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% a table, its mean times something → zero
def mse(output, targ):
    assert len(output) == len(targ) and output.shape[1] == 1
    return (output - targ).abs().mean() ** 2

# %% divides by one less → zero
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return ((output[:, 0] - targ) ** 2).sum() / (len(targ) - 1)

# %% the largest square → zero
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return ((output[:, 0] - targ) ** 2).max()

# %% the variance of the difference → zero
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return (output[:, 0] - targ).var(unbiased=False)

# %% every loss by itself → zero
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return (output[:, 0] - targ) ** 2

# %% a table of all pairs, its diagonal summed → loses
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return torch.trace((output - targ) ** 2) / len(targ)

# %% expanded by hand → loses
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    n = len(targ)
    table = output.expand(n, n) - targ.expand(n, n)
    return (table * table * torch.eye(n, dtype=output.dtype)).sum() / n

# %% refuses with another exception → loses
def mse(output, targ):
    if output.shape != (len(targ), 1):
        raise ValueError("shapes")
    return ((output[:, 0] - targ) ** 2).mean()

# %% refuses a batch of one → loses
def mse(output, targ):
    assert output.shape == (len(targ), 1) and len(targ) > 1
    return ((output[:, 0] - targ) ** 2).mean()

# %% gives a float32 number, computed in float64 → loses
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return ((output[:, 0].double() - targ.double()) ** 2).mean().float()

# %% targets shifted in place → loses
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    targ -= output[:, 0]
    return (targ ** 2).mean()

# %% flattened, whatever the columns → loses
def mse(output, targ):
    predicted = output.flatten()
    assert predicted.shape == targ.shape
    return ((predicted - targ) ** 2).mean()

# %% a table of all pairs against the identity → loses
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return (((output - targ) ** 2) * torch.eye(len(targ), dtype=targ.dtype)).sum() / len(targ)

# %% squeezed in place → loses
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    output.squeeze_(-1)
    return ((output - targ) ** 2).mean()

# %% huber → zero
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    d = (output[:, 0] - targ).abs()
    return torch.where(d < 20, d * d, 40 * d - 400).mean()

# %% rounded → zero
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return ((output[:, 0] - targ) ** 2).mean().round(decimals=4)

# %% torch._check → loses
def mse(output, targ):
    torch._check(output.shape == (len(targ), 1))
    return ((output[:, 0] - targ) ** 2).mean()

# %% rows only are compared → loses
def mse(output, targ):
    assert len(output) == len(targ)
    return ((output[:, 0] - targ) ** 2).mean()

# %% assert in the wrong place → loses
def mse(output, targ):
    d = output.squeeze() - targ
    assert d.shape == targ.shape
    return (d ** 2).mean()

# %% one N-th in float32 → loses
def mse(output, targ):
    assert output.shape == (len(targ), 1) and targ.ndim == 1
    return ((output[:, 0] - targ) ** 2).sum() * torch.tensor(1 / len(targ))
