# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% fan mode, through the shape → takes_the_fan_of_the_outputs
import math
def init_kaiming(n_in, n_out, generator):
    w = torch.empty(n_in, n_out)
    return w.normal_(0, math.sqrt(2 / w.shape[1]), generator=generator)

# %% upside down, by division → turns_the_fraction_upside_down
import math
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) / math.sqrt(2 / n_in)

# %% no two → forgets_the_two_for_relu
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * n_in ** -0.5

# %% the global one, filled → kaiming_from_the_global_generator
import math
def init_kaiming(n_in, n_out, generator):
    return torch.empty(n_in, n_out).normal_(0, math.sqrt(2 / n_in))

# %% four on top → factor
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * 2 / n_in ** 0.5
