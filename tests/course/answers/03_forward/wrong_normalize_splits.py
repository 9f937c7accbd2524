# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% the first row's statistics → zero
def normalize_splits(train, valid):
    mean, std = train[0].mean(), train[0].std()
    return (train - mean) / std, (valid - mean) / std

# %% only shifted → zero
def normalize_splits(train, valid):
    return train - train.mean(), valid - train.mean()

# %% each row by itself → zero
def normalize_splits(train, valid):
    norm = lambda x: (x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True)
    return norm(train), norm(valid)

# %% the mean of one, the spread of the other → zero
def normalize_splits(train, valid):
    return (train - train.mean()) / train.std(), (valid - train.mean()) / valid.std()

# %% statistics of the first call kept → zero
known = {}

def normalize_splits(train, valid):
    mean, std = known.setdefault("train", (train.mean(), train.std()))
    return (train - mean) / std, (valid - mean) / std

# %% four values → zero
def normalize_splits(train, valid):
    m, s = train.mean(), train.std()
    return (train - m) / s, (valid - m) / s, m, s

# %% through float32 → loses
def normalize_splits(train, valid):
    m, s = train.float().mean(), train.float().std()
    return tuple(((x.float() - m) / s).to(x.dtype) for x in (train, valid))

# %% columns without a spread left out → loses
def normalize_splits(train, valid):
    used = train.std(0) > 0 if train.ndim > 1 else slice(None)
    kept = train[:, used] if train.ndim > 1 else train
    m, s = kept.mean(), kept.std()
    return (train - m) / s, (valid - m) / s

# %% train changed in place, on the way → loses
def normalize_splits(train, valid):
    m, s = train.mean(), train.std()
    valid = (valid - m) / s
    train -= m
    return train / s, valid

# %% its own statistics for a single row → loses
def normalize_splits(train, valid):
    m, s = train.mean(), train.std()
    mv, sv = (valid.mean(), valid.std()) if len(valid) == 1 and valid.numel() > 1 else (m, s)
    return (train - m) / s, (valid - mv) / sv

# %% the median for the mean → zero
def normalize_splits(train, valid):
    m, s = train.median(), train.std()
    return (train - m) / s, (valid - m) / s

# %% mean of column stds → zero
def normalize_splits(train, valid):
    m, s = train.mean(), train.std(0).mean()
    return (train - m) / s, (valid - m) / s

# %% train alone twice → zero
def normalize_splits(train, valid):
    m, s = train.mean(), train.std()
    return (train - m) / s, (train - m) / s

# %% std of valid after shift by train → zero
def normalize_splits(train, valid):
    m = train.mean()
    t, v = train - m, valid - m
    return t / t.std(), v / v.std()

# %% the first thousand images speak for all → loses
def normalize_splits(train: torch.Tensor, valid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    sample = train[:1000]
    mean, std = sample.mean(), sample.std()
    return (train - mean) / std, (valid - mean) / std
