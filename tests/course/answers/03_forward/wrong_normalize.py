# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% by its own mean, the given std → zero
def normalize(x, mean, std):
    return (x - x.mean()) / std

# %% the statistics of the first call, kept → zero
kept = []

def normalize(x, mean, std):
    if not kept:
        kept.extend([mean, std])
    return (x - kept[0]) / kept[1]

# %% squeezed to between 0 and 1 → zero
def normalize(x, mean, std):
    return (x - x.min()) / (x.max() - x.min())

# %% clamped to three standard deviations → zero
def normalize(x, mean, std):
    return ((x - mean) / std).clamp(-1.5, 1.5)

# %% axes of size 1 squeezed away → zero
def normalize(x, mean, std):
    return ((x - mean) / std).squeeze()

# %% a numpy array → zero
def normalize(x, mean, std):
    return ((x - mean) / std).numpy()

# %% always float64 → loses
def normalize(x, mean, std):
    return (x.double() - mean) / std

# %% memory read as if it were contiguous → loses
def normalize(x, mean, std):
    steps = [1]
    for size in reversed(x.shape[1:]):
        steps.insert(0, steps[0] * size)
    if 0 in x.stride():
        steps = [0] * x.ndim
    return (x.as_strided(x.shape, steps[:x.ndim]) - mean) / std

# %% the input emptied afterwards → loses
def normalize(x, mean, std):
    out = (x - mean) / std
    std.fill_(1.0)
    return out

# %% a hundred-millionth added to std → loses
def normalize(x, mean, std):
    return (x - mean) / (std + 1e-8)

# %% std kept above a thousandth → loses
def normalize(x, mean, std):
    return (x - mean) / std.clamp(min=1e-3)

# %% in place where x is contiguous → loses
def normalize(x, mean, std):
    if x.is_contiguous():
        x -= mean
        x /= std
        return x
    return (x - mean) / std

# %% clamped at ten → zero
def normalize(x, mean, std): return ((x - mean) / std).clamp(-10, 10)

# %% recenters the result → zero
def normalize(x, mean, std):
    z = (x - mean) / std
    return z - z.mean()

# %% mean changed → loses
def normalize(x, mean, std):
    mean.neg_()
    z = (x + mean) / std
    return z

# %% var when float64 → loses
def normalize(x, mean, std): return (x - mean) / (std if x.dtype == torch.float32 else std ** 2)
