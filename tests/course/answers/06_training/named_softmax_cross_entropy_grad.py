# Mistakes as they come: in other words than the bank's, or with something else wrong; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% not divided by anything, in a loop → the_gradient_of_a_sum
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    g = e / e.sum(1, keepdim=True)
    for i, y in enumerate(targ):
        g[i, y] -= 1
    logits.g = g

# %% the mean over the batch by .numel() of the wrong tensor → divides_by_every_entry
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    g = e / e.sum(1, keepdim=True)
    g[range(len(targ)), targ] -= 1
    logits.g = g / g.numel()

# %% in the right place, added up → adds_to_the_old_gradient
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    g = (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)
    try:
        logits.g = logits.g + g
    except AttributeError:
        logits.g = g

# %% returned → returns_the_gradient_of_the_loss
def softmax_cross_entropy_grad(logits, targ):
    e = torch.exp(logits - logits.amax(1, keepdim=True))
    return (e / e.sum(1, keepdim=True) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / logits.shape[0]

# %% a one-hot matrix without its last class →
def softmax_cross_entropy_grad(logits, targ):
    e = torch.exp(logits - logits.amax(1, keepdim=True))
    hot = torch.eye(logits.shape[1], dtype=logits.dtype)[targ]
    hot[:, -1] = 0
    logits.g = (e / e.sum(1, keepdim=True) - hot) / len(targ)
