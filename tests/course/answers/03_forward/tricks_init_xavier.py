# Ways around the rule; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% kaiming_normal_ for something linear → kaiming_normal_
def init_xavier(n_in, n_out, generator):
    w = torch.empty(n_in, n_out)
    return torch.nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="linear", generator=generator)

# %% imported under another name, in the other layout → `start`
from torch.nn.init import kaiming_normal_ as start

def init_xavier(n_in, n_out, generator):
    return start(torch.empty(n_out, n_in), a=1, generator=generator).t()

# %% the gain looked up, which is 1 → calculate_gain
def init_xavier(n_in, n_out, generator):
    gain = torch.nn.init.calculate_gain("linear")
    return torch.randn(n_in, n_out, generator=generator) * gain / math.sqrt(n_in)
