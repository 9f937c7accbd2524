# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% two lines
def normalize_splits(train, valid):
    mean, std = train.mean(), train.std()
    return (train - mean) / std, (valid - mean) / std

# %% a helper of one's own
def scaled(x, m, s):
    return (x - m) / s

# %+
def normalize_splits(train, valid):
    m, s = train.mean(), train.std()
    return scaled(train, m, s), scaled(valid, m, s)

# %% std_mean
def normalize_splits(train, valid):
    s, m = torch.std_mean(train)
    return (train - m) / s, (valid - m) / s

# %% the formulas by hand
import math
def normalize_splits(train, valid):
    n = train.numel()
    mean = train.sum() / n
    variance = ((train - mean) ** 2).sum() / (n - 1)
    std = variance ** 0.5
    return tuple((part - mean) / std for part in (train, valid))

# %% valid first, train reassigned last
def normalize_splits(train, valid):
    valid = (valid - train.mean()) / train.std()
    train = (train - train.mean()) / train.std()
    return train, valid

# %% own copies, in place
def normalize_splits(train, valid):
    mean, std = train.mean(), train.std()
    a, b = train.clone(), valid.clone()
    for part in (a, b):
        part -= mean
        part /= std
    return a, b

# %% a list
def normalize_splits(train, valid):
    mean, std = float(train.mean()), float(train.std())
    return [(part - mean) / std for part in (train, valid)]

# %% glued, normalised, cut
def normalize_splits(train, valid):
    mean, std = train.mean(), train.std()
    both = (torch.cat([train.reshape(-1), valid.reshape(-1)]) - mean) / std
    return both[:train.numel()].view(train.shape), both[train.numel():].view(valid.shape)

# %% a closure
def normalize_splits(x_train, x_valid):
    mu, sigma = x_train.mean(), x_train.std()
    norm = lambda x: (x - mu) / sigma
    return norm(x_train), norm(x_valid)

# %% mean over both axes, by name
def normalize_splits(train, valid):
    mean, std = train.mean(dim=(0, 1)), train.std(dim=(0, 1), correction=1)
    return tuple((part - mean) / std for part in (train, valid))

# %% a loop over rows and pixels
import math
def normalize_splits(train, valid):
    pixels = [float(p) for row in train for p in row]
    mean = math.fsum(pixels) / len(pixels)
    std = math.sqrt(math.fsum((p - mean) ** 2 for p in pixels) / (len(pixels) - 1))
    return (train - mean) / std, (valid - mean) / std

# %% numpy
import numpy as np
def normalize_splits(train, valid):
    t = train.numpy()
    m, s = t.mean(), t.std(ddof=1)
    return torch.from_numpy((t - m) / s), torch.from_numpy((valid.numpy() - m) / s)

# %% cat and split
def normalize_splits(train, valid):
    std, mean = torch.std_mean(train)
    z = torch.cat((train, valid)).sub_(mean).div_(std)
    return z[: len(train)], z[len(train):]

# %% namedtuple and statistics module
import statistics
from collections import namedtuple
Splits = namedtuple("Splits", "train valid")
# %+
def normalize_splits(train, valid):
    flat = train.double().flatten().tolist()
    m, s = statistics.fmean(flat), statistics.stdev(flat)
    return Splits(*[((t.double() - m) / s).to(t.dtype) for t in (train, valid)])

# %% numpy ddof
def normalize_splits(train, valid):
    a = train.numpy()
    m, s = a.mean(), a.std(ddof=1)
    return (train - float(m)) / float(s), (valid - float(m)) / float(s)
