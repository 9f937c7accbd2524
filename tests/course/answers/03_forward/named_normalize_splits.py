# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% the classic slip, with a helper → statistics_are_taken_from_the_normalized
def norm(x, m, s): return (x - m) / s

# %+
def normalize_splits(train, valid):
    train = norm(train, train.mean(), train.std())
    valid = norm(valid, train.mean(), train.std())
    return train, valid

# %% in a loop → validation_is_normalized_by_its_own_statistics
def normalize_splits(train, valid):
    out = []
    for part in (train, valid):
        out.append((part - part.mean()) / part.std())
    return tuple(out)

# %% population → the_spread_divides_by_n
def normalize_splits(train, valid):
    m = train.mean()
    s = ((train - m) ** 2).mean().sqrt()
    return (train - m) / s, (valid - m) / s

# %% columns, keepdim → each_column_has_statistics_of_its_own
def normalize_splits(train, valid):
    m, s = train.mean(dim=0, keepdim=train.ndim > 1), train.std(dim=0, keepdim=train.ndim > 1)
    return (train - m) / s, (valid - m) / s

# %% variance for the spread → varying_factor
def normalize_splits(train, valid):
    m, s = train.mean(), train.var()
    return (train - m) / s, (valid - m) / s

# %% numpy default ddof → the_spread_divides_by_n
def normalize_splits(train, valid):
    a = train.numpy()
    m, s = float(a.mean()), float(a.std())
    return (train - m) / s, (valid - m) / s
