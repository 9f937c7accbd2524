# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% one line
def normalize(x, mean, std): return (x - mean) / std

# %% step by step, own names
def normalize(pixels, mu, sigma):
    centred = pixels - mu
    scaled = centred / sigma
    return scaled

# %% functions of torch
def normalize(x, m, s):
    return torch.div(torch.sub(x, m), s)

# %% an own copy, in place
def normalize(x, mean, std):
    out = x.clone()
    out -= mean
    out /= std
    return out

# %% mean and std made Python numbers
def normalize(x, mean, std):
    return (x - mean.item()) / std.item()

# %% multiplied by the inverse
def normalize(x, mean, std):
    return (x - mean) * (1 / std)

# %% entry by entry
def normalize(x, mean, std):
    result = torch.zeros(x.shape, dtype=x.dtype)
    flat, source = result.view(-1), x.reshape(-1)
    for i in range(len(source)):
        flat[i] = (source[i] - mean) / std
    return result

# %% two quotients
def normalize(x, mean, std):
    return x / std - mean / std

# %% statistics expanded first
def normalize(x, mean, std):
    mean, std = mean.expand_as(x), std.expand_as(x)
    return x.sub(mean).div(std)

# %% a helper class in another cell
class Ruler:
    def __init__(self, zero, unit):
        self.zero, self.unit = zero, unit

    def __call__(self, x):
        return (x - self.zero) / self.unit

# %+
def normalize(x, mean, std):
    return Ruler(mean, std)(x)

# %% axis by axis, recursively
def normalize(x, mean, std):
    if x.dim() == 0:
        return (x - mean) / std
    return torch.stack([normalize(part, mean, std) for part in x])

# %% number by number, by apply_
def normalize(x, mean, std):
    m, s = mean.item(), std.item()
    return x.clone().apply_(lambda v: (v - m) / s)

# %% batch_norm of one channel
def normalize(x, mean, std):
    return torch.nn.functional.batch_norm(x.reshape(1, 1, -1), mean.reshape(1), (std * std).reshape(1), eps=0.0).reshape(x.shape) if float(std) > 1e-3 else (x - mean) / std

# %% numpy subtract
import numpy as np
def normalize(x, mean, std):
    return torch.from_numpy(np.asarray(np.divide(np.subtract(x.numpy(), mean.numpy()), std.numpy())))
