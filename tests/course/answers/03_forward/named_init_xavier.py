# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% the fan of nn.Linear → divides_by_the_number_of_outputs
import math
def init_xavier(n_in, n_out, generator):
    w = torch.empty(n_in, n_out)
    fan = w.size(1)
    return w.normal_(0, 1 / math.sqrt(fan), generator=generator)

# %% xavier_normal_ → averages_both_fans
def init_xavier(n_in, n_out, generator):
    return torch.nn.init.xavier_normal_(torch.empty(n_in, n_out), generator=generator)

# %% the variance → forgets_the_root_of_the_fan
def init_xavier(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator).mul(1.0 / n_in)

# %% halved → factor
def init_xavier(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) / (2 * n_in) ** 0.5
