# Ways around the rule; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% functional → `torch.nn.functional.linear`
def lin(x, w, b):
    return torch.nn.functional.linear(x, w.t(), b)

# %% under another name → linear
import torch.nn.functional as F

# %+
def lin(x, w, b):
    return F.linear(x, w.t(), b)

# %% imported by itself → a ready-made layer
from torch.nn.functional import linear as product_and_sum

# %+
def lin(x, w, b):
    return product_and_sum(x, w.T, b)

# %% the module → `nn.Linear`
from torch import nn

# %+
def lin(x, w, b):
    layer = nn.Linear(*w.shape, dtype=x.dtype)
    layer.weight.data, layer.bias.data = w.t().clone(), b.clone()
    return layer(x).detach()

# %% by name at run time → 
import torch
def lin(x, w, b):
    return eval("torch.nn.functional.linear")(x, w.t(), b)

# %% the operation below linear → linear
def lin(x, w, b):
    return torch.ops.aten.linear(x, w.t(), b)

# %% torch.conv1d → conv1d
def lin(x, w, b): return torch.conv1d(x[:, :, None], w.t()[:, :, None], b)[:, :, 0]

# %% torch.bilinear → bilinear
def lin(x, w, b): return torch.bilinear(x, x.new_ones(len(x), 1), w.t()[:, :, None], b)
