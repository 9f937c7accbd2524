# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% the number of examples kept from the first call → zero
n = []

def softmax_cross_entropy_grad(logits, targ):
    n.append(len(targ))
    e = (logits - logits.max(1, keepdim=True).values).exp()
    logits.g = (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / n[0]

# %% the gradient of each row is the first one's → zero
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    g = (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)
    logits.g = g[:1].expand_as(g)

# %% the guess takes the place of the truth → zero
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    hot = torch.eye(logits.shape[1], dtype=logits.dtype)[logits.argmax(1)]
    logits.g = (e / e.sum(1, keepdim=True) - hot) / len(targ)

# %% a gradient of the squared error of shares → zero
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    p = e / e.sum(1, keepdim=True)
    d = p - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]
    logits.g = 2 * d * p * (1 - p) / len(targ)

# %% on a copy of the logits → zero
def softmax_cross_entropy_grad(logits, targ):
    logits = logits.clone()
    e = (logits - logits.max(1, keepdim=True).values).exp()
    logits.g = (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% half precision → zero
def softmax_cross_entropy_grad(logits, targ):
    z = logits.half()
    e = (z - z.max(1, keepdim=True).values).exp()
    logits.g = ((e / e.sum(1, keepdim=True) - torch.eye(z.shape[1], dtype=z.dtype)[targ]) / len(targ)).to(logits.dtype)

# %% not a number becomes 0 → loses
def softmax_cross_entropy_grad(logits, targ):
    e = logits.exp()
    p = (e / e.sum(1, keepdim=True)).nan_to_num(0.0)
    logits.g = (p - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% scores clamped to what exp can hold → loses
def softmax_cross_entropy_grad(logits, targ):
    e = logits.clamp(-80, 80).exp()
    logits.g = (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% the scores are shifted in place → loses
def softmax_cross_entropy_grad(logits, targ):
    logits[...] = logits - logits.max(1, keepdim=True).values
    e = logits.exp()
    logits.g = (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% set once and never again → zero
def softmax_cross_entropy_grad(logits, targ):
    if not hasattr(logits, "g"):
        e = (logits - logits.max(1, keepdim=True).values).exp()
        logits.g = (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% the targets are lowered by one → zero
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    logits.g = (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ - 1]) / len(targ)

# %% the slope of a sigmoid on top → zero
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    p = e / e.sum(1, keepdim=True)
    hot = torch.eye(logits.shape[1], dtype=logits.dtype)[targ]
    logits.g = p * (1 - p) * (p - hot) / len(targ)

# %% sigmoids in place of shares → zero
def softmax_cross_entropy_grad(logits, targ):
    logits.g = (torch.sigmoid(logits) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% classes that occur are lowered in every row → zero
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    p = e / e.sum(1, keepdim=True)
    p[:, targ.unique()] -= 1 / len(targ.unique())
    logits.g = p / len(targ)

# %% one N-th in float32 → loses
def softmax_cross_entropy_grad(logits, targ):
    powers = (logits - logits.max(dim=1, keepdim=True).values).exp()
    shares = powers / powers.sum(dim=1, keepdim=True)
    shares[torch.arange(len(targ)), targ] -= 1
    logits.g = shares * torch.tensor(1 / len(targ))

# %% double is no copy → loses
def softmax_cross_entropy_grad(logits: torch.Tensor, targ: torch.Tensor) -> None:
    g = logits.double()
    g -= g.max(dim=1, keepdim=True).values
    g.exp_()
    g /= g.sum(dim=1, keepdim=True)
    g[torch.arange(len(targ)), targ] -= 1
    logits.g = (g / len(targ)).to(logits.dtype)
