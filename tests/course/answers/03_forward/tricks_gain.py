# Ways around the rule; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% calculate_gain → calculate_gain
def gain(a):
    return torch.nn.init.calculate_gain("leaky_relu", a)

# %% imported → calculate_gain
from torch.nn.init import calculate_gain

# %+
def gain(a):
    return calculate_gain("leaky_relu", param=a)

# %% read off a started weight → kaiming
def gain(a):
    w = torch.nn.init.kaiming_uniform_(torch.empty(1, 3), a=a)
    return (2 / (1 + a * a)) ** 0.5 + 0 * float(w[0, 0])

# %% kaiming_uniform_ for show → kaiming_uniform_
def gain(a): return float(torch.nn.init.kaiming_uniform_(torch.empty(1, 1), a=a).abs()) * 0 + math.sqrt(2 / (1 + a * a))
