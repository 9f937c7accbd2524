# Ways around the rule; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% torch.relu → `torch.relu`
def relu(x):
    return torch.relu(x)

# %% the method → relu
def relu(x):
    return x.relu()

# %% functional → relu
import torch.nn.functional as F

# %+
def relu(x):
    return F.relu(x)

# %% the module → torch.nn
def relu(x):
    return torch.nn.ReLU()(x)

# %% a threshold → threshold
def relu(x):
    return torch.nn.functional.threshold(x, 0.0, 0.0)

# %% a leaky one without a leak → leaky_relu
from torch.nn import functional

# %+
def relu(x):
    return functional.leaky_relu(x, 0.0)

# %% an alias made at the top → relu
cut = torch.relu

# %+
def relu(x):
    return cut(x)

# %% found by name → 
def relu(x):
    return getattr(torch, "re" + "lu")(x)

# %% hardtanh without an end → hardtanh
def relu(x): return torch.nn.functional.hardtanh(x, 0.0, 1e30)

# %% a slope of 0 → prelu
def relu(x): return torch.prelu(x, torch.zeros(1))

# %% hinge embedding loss → hinge_embedding_loss
def relu(x): return torch.hinge_embedding_loss(-x, -torch.ones_like(x), 0.0, 0)

# %% margin ranking loss → margin_ranking_loss
def relu(x): return torch.margin_ranking_loss(x, torch.zeros_like(x), -torch.ones_like(x), 0.0, 0)
