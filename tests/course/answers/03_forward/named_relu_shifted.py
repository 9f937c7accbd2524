# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% step down first → shifts_before_it_cuts
def relu_shifted(x):
    return torch.relu(x - 0.5)

# %% the floor lowered → cuts_at_minus_a_half
def relu_shifted(x):
    return torch.maximum(x, torch.full_like(x, -0.5))

# %% own mean → subtracts_the_mean_of_the_batch
def relu_shifted(x):
    r = torch.relu(x)
    return r - r.mean()

# %% a quarter → offset
def relu_shifted(x):
    return torch.relu(x) - 0.25
