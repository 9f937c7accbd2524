# Ways around the rule; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% functional → mse_loss
import torch.nn.functional as F

# %+
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return F.mse_loss(output.squeeze(-1), targ)

# %% the module → `nn.MSELoss`
from torch import nn

# %+
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return nn.MSELoss()(output[:, 0], targ)

# %% summed and divided → mse_loss
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return torch.nn.functional.mse_loss(output[:, 0], targ, reduction="sum") / len(targ)
