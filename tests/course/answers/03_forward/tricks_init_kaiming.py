# Ways around the rule; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% kaiming_normal_ → kaiming_normal_
def init_kaiming(n_in, n_out, generator):
    return torch.nn.init.kaiming_normal_(torch.empty(n_in, n_out), mode="fan_out", generator=generator)

# %% transposed, with the default mode → kaiming_normal_
from torch.nn import init

# %+
def init_kaiming(n_in, n_out, generator):
    return init.kaiming_normal_(torch.empty(n_out, n_in), generator=generator).t()

# %% the gain looked up → calculate_gain
def init_kaiming(n_in, n_out, generator):
    gain = torch.nn.init.calculate_gain("relu")
    return torch.randn(n_in, n_out, generator=generator) * gain / n_in ** 0.5

# %% a star → a ready-made layer
from torch.nn.init import kaiming_normal_ as start

# %+
def init_kaiming(n_in, n_out, generator):
    w = torch.zeros(n_in, n_out)
    start(w, mode="fan_out", generator=generator)
    return w

# %% xavier_normal_ with a gain → xavier_normal_
def init_kaiming(n_in, n_out, generator):
    return torch.nn.init.xavier_normal_(torch.empty(n_in, n_out), gain=math.sqrt((n_in + n_out) / n_in), generator=generator)

# %% kaiming via vars → kaiming_normal_
def init_kaiming(n_in, n_out, generator):
    return vars(torch.nn.init)["kaiming_normal_"](torch.empty(n_out, n_in), generator=generator).t()
