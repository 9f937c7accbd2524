# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% in place, by name → zeroes_the_input_in_place
def relu(x):
    return x.clamp_min_(0.0)

# %% Python's max → compares_the_whole_tensor_at_once
def relu(x):
    return max(x, torch.zeros_like(x))

# %% masked_select → drops_the_negative_numbers
def relu(x):
    return torch.masked_select(x, x > 0)

# %% smaller than zero → keeps_what_is_negative
def relu(x):
    return x * (x < 0)

# %% ones → returns_the_mask_itself
def relu(x):
    return torch.where(x > 0, torch.ones_like(x), torch.zeros_like(x))

# %% a softplus →
def relu(x):
    return torch.log1p(torch.exp(x))
