# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% squeeze(-1) and an assertion
def mse(output, targ):
    pred = output.squeeze(-1)
    assert pred.shape == targ.shape
    return (pred - targ).pow(2).mean()

# %% a column by its index
def mse(output, targ):
    assert output.shape == (targ.shape[0], 1), f"{output.shape} and {targ.shape} do not fit"
    return ((output[:, 0] - targ) ** 2).mean()

# %% targets made a column
def mse(output, targ):
    column = targ[:, None]
    assert output.shape == column.shape
    difference = output - column
    return (difference * difference).sum() / len(targ)

# %% a bare squeeze, made harmless
def mse(output, targ):
    if output.shape != (len(targ), 1):
        raise AssertionError("one prediction for each target")
    return ((output.squeeze() - targ) ** 2).mean()

# %% view_as
def mse(output, targ):
    assert output.numel() == targ.numel() and output.shape[1] == 1
    return torch.mean(torch.square(output.reshape(-1) - targ))

# %% a loop
def mse(output, targ):
    assert len(output) == len(targ) and output.shape[1] == 1, "shapes"
    total = torch.zeros((), dtype=output.dtype)
    for row, wanted in zip(output, targ):
        total += (row[0] - wanted) ** 2
    return total / len(targ)

# %% a dot product
def mse(output, targ):
    assert output.shape[1:] == (1,)
    d = output.flatten() - targ if len(output) == len(targ) else None
    assert d is not None
    return d.dot(d) / d.numel()

# %% einsum
def mse(predicted, wanted):
    assert predicted.dim() == 2 and predicted.size(1) == 1 and predicted.size(0) == wanted.size(0)
    d = predicted[..., 0] - wanted
    return torch.einsum("n,n->", d, d) / len(d)

# %% side by side
def mse(output, targ):
    assert output.shape == (*targ.shape, 1)
    both = torch.stack([output[:, 0], targ])
    return (both[0] - both[1]).square().mean()

# %% an own copy, in place
def mse(output, targ):
    assert output.shape == targ.unsqueeze(-1).shape
    d = output.clone().squeeze_(-1)
    d -= targ
    d *= d
    return d.mean()

# %% pairs, strictly
def mse(output, targ):
    assert output.ndim == 2 and output.shape[1] == 1
    try:
        return sum((o[0] - t) ** 2 for o, t in zip(output, targ, strict=True)) / len(targ)
    except ValueError:
        raise AssertionError("lengths differ") from None

# %% variance and mean of the difference
def mse(output, targ):
    p = output.squeeze(1)
    assert p.size() == targ.size()
    d = p - targ
    return d.var(correction=0) + d.mean() ** 2 if len(d) > 1 else d[0] ** 2

# %% the square of a norm
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return torch.linalg.vector_norm(output[:, 0] - targ) ** 2 / len(targ)

# %% decorator
def fits(f):
    def inner(output, targ):
        if output.shape != (*targ.shape, 1): raise AssertionError("shapes %s %s" % (output.shape, targ.shape))
        return f(output.select(1, 0), targ)
    return inner
# %+
@fits
def mse(output, targ): return (output - targ).pow(2).sum().div(len(targ))

# %% torch's own assertion, one by one
def mse(output, targ):
    torch._assert(output.size() == torch.Size([targ.size(0), 1]), "sizes")
    return sum((p[0] - t) ** 2 for p, t in zip(output, targ)) / len(targ)

# %% cdist of rows
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    d = torch.cdist(output.t(), targ[None]).squeeze()
    return d * d / len(targ)
