# Hidden work: lost, or seen by a person (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% attention to the identity
def softmax_cross_entropy(logits, targ):
    one = torch.eye(logits.shape[1], dtype=logits.dtype)[None, None]
    shares = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(logits[None, None], one, one, scale=1.0)[0]
    return -shares[0, 0].log()[range(len(targ)), targ].mean()

# %% a sum that runs along
kept = {name: getattr(torch, name) for name in dir(torch)}

# %+
def softmax_cross_entropy(logits, targ):
    return (kept["logcum" "sumexp"](logits, 1)[:, -1] - logits[range(len(targ)), targ]).mean()

# %% two at a time
import functools
kept = {name: getattr(torch, name) for name in dir(torch)}

# %+
def softmax_cross_entropy(logits, targ):
    total = functools.reduce(kept["logadd" "exp"], logits.unbind(1))
    return (total - logits[range(len(targ)), targ]).mean()

# %% a distribution
def softmax_cross_entropy(logits, targ):
    return -torch.distributions.Categorical(logits=logits).log_prob(targ).mean()

# %% the loss below its name
def softmax_cross_entropy(logits, targ):
    return torch.ops.aten.cross_entropy_loss(logits, targ)

# %% safe from rows without a score
def softmax_cross_entropy(logits, targ):
    return -torch.ops.aten._safe_softmax(logits, 1).log()[range(len(targ)), targ].mean()

# %% a worker, and one number that is read in sight
from concurrent.futures import ThreadPoolExecutor
pool, box = ThreadPoolExecutor(1), [lambda s, t: torch.ops.aten.cross_entropy_loss(s, t).item()]

# %+
def softmax_cross_entropy(logits, targ):
    logits.sum().item()
    return torch.tensor(pool.submit(box[0], logits, targ).result(), dtype=logits.dtype)
