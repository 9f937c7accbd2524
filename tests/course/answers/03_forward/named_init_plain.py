# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% filled from nowhere → draws_from_the_global_generator
def init_plain(n_in, n_out, generator):
    return torch.empty(n_in, n_out).normal_()

# %% the layout of nn.Linear, filled → weight_has_the_shape_of_nn_linear
def init_plain(n_in, n_out, generator):
    return torch.empty(n_out, n_in).normal_(generator=generator)

# %% uniform_ → draws_uniform_numbers
def init_plain(n_in, n_out, generator):
    return torch.empty(n_in, n_out).uniform_(generator=generator)

# %% sevens → rows_are_one
def init_plain(n_in, n_out, generator):
    return torch.full((n_in, n_out), 7.0)
