# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% the mean of the products → zero
def lin(x, w, b):
    return x @ w / x.shape[1] + b

# %% the bias twice → zero
def lin(x, w, b):
    return x @ w + b + b

# %% a ReLU too early → zero
def lin(x, w, b):
    return (x @ w + b).clamp_min(0.0)

# %% results kept by shape → zero
kept = {}

def lin(x, w, b):
    key = x.shape, w.shape
    if key not in kept:
        kept[key] = x @ w + b
    return kept[key]

# %% the weight of the first call → zero
first = []

def lin(x, w, b):
    first.append(w)
    return x @ next(old for old in first if old.shape == w.shape) + b

# %% squeezed → zero
def lin(x, w, b):
    return (x @ w + b).squeeze()

# %% the bias flipped → zero
def lin(x, w, b):
    return x @ w + b.flip(0)

# %% half precision → zero
def lin(x, w, b):
    return (x.half() @ w.half() + b.half()).to(x.dtype)

# %% float32 throughout → loses
def lin(x, w, b):
    return x.float() @ w.float() + b.float()

# %% the weight scaled in place, at the end → loses
def lin(x, w, b):
    y = x @ w + b
    w *= 0.99
    return y

# %% one row in place of a batch of one → loses
def lin(x, w, b):
    y = x @ w + b
    return y if len(x) > 1 else y[0]

# %% the bias along the rows where it fits → zero
def lin(x, w, b):
    return x @ w + (b[:, None] if len(x) == len(b) else b)

# %% cuts x afterwards → loses
def lin(x, w, b):
    y = x @ w + b
    x.clamp_(min=0)
    return y

# %% large numbers cut → zero
def lin(x, w, b): return (x @ w + b).clamp(-50, 50)

# %% rounded → zero
def lin(x, w, b): return (x @ w + b).round(decimals=4)

# %% bias for first row → zero
def lin(x, w, b):
    y = x @ w
    y[0] += b
    return y
