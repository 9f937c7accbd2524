# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% the loss itself → cross_entropy
import torch.nn.functional as F

def softmax_cross_entropy(logits, targ):
    return F.cross_entropy(logits, targ)

# %% log_softmax of a tensor → log_softmax
def softmax_cross_entropy(logits, targ):
    return -logits.log_softmax(1)[torch.arange(len(targ)), targ].mean()

# %% logsumexp → logsumexp
def softmax_cross_entropy(logits, targ):
    return (torch.logsumexp(logits, 1) - logits[torch.arange(len(targ)), targ]).mean()

# %% logaddexp, one score after the other → logaddexp
from functools import reduce

def softmax_cross_entropy(logits, targ):
    return (reduce(torch.logaddexp, logits.t()) - logits[torch.arange(len(targ)), targ]).mean()

# %% torch.special → log_softmax
def softmax_cross_entropy(logits, targ):
    return -torch.special.log_softmax(logits, 1).gather(1, targ[:, None]).mean()

# %% a layer → CrossEntropyLoss
from torch import nn

measure = nn.CrossEntropyLoss()

def softmax_cross_entropy(logits, targ):
    return measure(logits, targ)

# %% the operation below → _log_softmax
def softmax_cross_entropy(logits, targ):
    return -torch.ops.aten._log_softmax(logits, 1, False).gather(1, targ[:, None]).mean()

# %% through numpy → numpy
def softmax_cross_entropy(logits, targ):
    z = logits.numpy() - logits.numpy().max(1, keepdims=True)
    z = torch.tensor(z)
    return (z.exp().sum(1).log() - z[torch.arange(len(targ)), targ]).mean()

# %% a distribution of the library → logsumexp
def softmax_cross_entropy(logits, targ):
    return -torch.distributions.Categorical(logits=logits).log_prob(targ).mean()
