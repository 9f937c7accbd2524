# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% logarithms to the base two → zero
def softmax_cross_entropy(logits, targ):
    z = logits - logits.max(1, keepdim=True).values
    return (z.exp().sum(1).log2() - z[torch.arange(len(targ)), targ] / math.log(2)).mean()

# %% the median of the rows → zero
def softmax_cross_entropy(logits, targ):
    z = logits - logits.max(1, keepdim=True).values
    return (z.exp().sum(1).log() - z[torch.arange(len(targ)), targ]).median()

# %% the first row alone → zero
def softmax_cross_entropy(logits, targ):
    z = logits[0] - logits[0].max()
    return z.exp().sum().log() - z[targ[0]]

# %% one axis too many → zero
def softmax_cross_entropy(logits, targ):
    z = logits - logits.max(1, keepdim=True).values
    return (z.exp().sum(1).log() - z[torch.arange(len(targ)), targ]).mean(0, keepdim=True)

# %% results kept by shape → zero
kept = {}

def softmax_cross_entropy(logits, targ):
    if logits.shape not in kept:
        z = logits - logits.max(1, keepdim=True).values
        kept[logits.shape] = (z.exp().sum(1).log() - z[torch.arange(len(targ)), targ]).mean()
    return kept[logits.shape]

# %% the smallest score taken out → loses
def softmax_cross_entropy(logits, targ):
    z = logits - logits.min(1, keepdim=True).values
    return (z.exp().sum(1).log() - z[torch.arange(len(targ)), targ]).mean()

# %% the mean score taken out, and clamped → loses
def softmax_cross_entropy(logits, targ):
    z = (logits - logits.mean(1, keepdim=True)).clamp(-40, 40)
    return (z.exp().sum(1).log() - z[torch.arange(len(targ)), targ]).mean()

# %% infinities replaced by a large number → loses
def softmax_cross_entropy(logits, targ):
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    return -p[torch.arange(len(targ)), targ].log().nan_to_num(neginf=-100.0, nan=0.0).mean()

# %% shares not below a trillionth → loses
def softmax_cross_entropy(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    return -(e / e.sum(1, keepdim=True))[torch.arange(len(targ)), targ].clamp_min(1e-12).log().mean()

# %% squeeze() of whatever is 1 → zero
def softmax_cross_entropy(logits, targ):
    z = logits.squeeze()
    z = z - z.max(1, keepdim=True).values
    return (z.exp().sum(1).log() - z[torch.arange(len(targ)), targ]).mean()

# %% an old gradient is taken away → loses
def softmax_cross_entropy(logits, targ):
    z = logits - logits.max(1, keepdim=True).values
    logits.g = None
    return (z.exp().sum(1).log() - z[torch.arange(len(targ)), targ]).mean()

# %% labels are smoothed → zero
def softmax_cross_entropy(logits, targ):
    m = logits.max(1, keepdim=True).values
    lp = logits - m - (logits - m).exp().sum(1, keepdim=True).log()
    return -(0.99 * lp[torch.arange(len(targ)), targ] + 0.01 * lp.mean(1)).mean()

# %% a mean over the classes inside the logarithm → zero
def softmax_cross_entropy(logits, targ):
    m = logits.max(1, keepdim=True).values
    return (m[:, 0] + (logits - m).exp().mean(1).log() - logits[torch.arange(len(targ)), targ]).mean()

# %% one N-th in float32 → loses
def softmax_cross_entropy(logits, targ):
    shifted = logits - logits.max(dim=1, keepdim=True).values
    losses = shifted.exp().sum(dim=1).log() - shifted[torch.arange(len(targ)), targ]
    return losses.sum() * torch.tensor(1 / len(targ))

# %% float32 one hot → loses
def softmax_cross_entropy(logits: torch.Tensor, targ: torch.Tensor) -> torch.Tensor:
    m = logits.max(dim=1, keepdim=True).values
    lse = m[:, 0] + (logits - m).exp().sum(dim=1).log()
    picked = (logits * torch.eye(logits.shape[1])[targ]).sum(dim=1)
    return (lse - picked).mean()
