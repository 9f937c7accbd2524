# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% a sigmoid between → zero
def model(xb, params):
    w1, b1, w2, b2 = params
    return torch.sigmoid(xb @ w1 + b1) @ w2 + b2

# %% biases subtracted → zero
def model(xb, params):
    w1, b1, w2, b2 = params
    return (xb @ w1 - b1).clamp_min(0.0) @ w2 - b2

# %% the first weights are kept → zero
kept = []

# %+
def model(xb, params):
    if not kept:
        kept.extend(params)
    w1, b1, w2, b2 = kept if [p.shape for p in kept] == [p.shape for p in params] else params
    return (xb @ w1 + b1).clamp_min(0.0) @ w2 + b2

# %% the mean over hidden numbers → zero
def model(xb, params):
    w1, b1, w2, b2 = params
    return (xb @ w1 + b1).clamp_min(0.0) @ w2 / len(w2) + b2

# %% the second bias inside → zero
def model(xb, params):
    w1, b1, w2, b2 = params
    return (xb @ w1 + b1 + b2).clamp_min(0.0) @ w2

# %% a tuple → zero
def model(xb, params):
    w1, b1, w2, b2 = params
    hidden = (xb @ w1 + b1).clamp_min(0.0)
    return hidden @ w2 + b2, hidden

# %% the batch normalised on the way in → zero
def model(xb, params):
    w1, b1, w2, b2 = params
    xb = (xb - xb.mean()) / (xb.std() + 1e-6)
    return (xb @ w1 + b1).clamp_min(0.0) @ w2 + b2

# %% empties the list → loses
def model(xb, params):
    b2, w2, b1, w1 = params.pop(), params.pop(), params.pop(), params.pop()
    return (xb @ w1 + b1).clamp_min(0.0) @ w2 + b2

# %% a bias changed in place → loses
def model(xb, params):
    w1, b1, w2, b2 = params
    out = (xb @ w1 + b1).clamp_min(0.0) @ w2 + b2
    b2 += 1.0
    return out

# %% in float32 → loses
def model(xb, params):
    w1, b1, w2, b2 = [p.float() for p in params]
    return ((xb.float() @ w1 + b1).clamp_min(0.0) @ w2 + b2).to(xb.dtype)

# %% flat for one image → loses
def model(xb, params):
    w1, b1, w2, b2 = params
    out = (xb @ w1 + b1).clamp_min(0.0) @ w2 + b2
    return out if len(xb) > 1 else out[0]

# %% takes the parameters out of the list → loses
def layer(x, w, b): return x @ w + b
def cut(x): return x.clamp(min=0)

# %+
def model(xb, params):
    b2, w2, b1, w1 = params.pop(), params.pop(), params.pop(), params.pop()
    return layer(cut(layer(xb, w1, b1)), w2, b2)

# %% keeps what is hidden in the list → loses
def layer(x, w, b): return x @ w + b
def cut(x): return x.clamp(min=0)

# %+
def model(xb, params):
    w1, b1, w2, b2 = params[:4]
    params.append(cut(layer(xb, w1, b1)))
    return layer(params[4], w2, b2)

# %% relu before the first bias → zero
def model(xb, params):
    w1, b1, w2, b2 = params
    return ((xb @ w1).relu() + b1) @ w2 + b2

# %% params sorted by size → zero
def model(xb, params):
    w1, w2, b1, b2 = sorted(params, key=lambda p: -p.numel())
    return (xb @ w1 + b1.reshape(-1)).relu() @ w2.reshape(-1, 1) + b2

# %% clipped prediction → zero
def model(xb, params):
    w1, b1, w2, b2 = params
    return ((xb @ w1 + b1).relu() @ w2 + b2).clamp(-100, 9)
