# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% like nn.Linear → weight_is_read_as_nn_linear_stores_it
def lin(x, w, b):
    return torch.matmul(x, w.transpose(0, 1)).add(b)

# %% a bias column → one_bias_for_each_row
def lin(x, w, b):
    return b.unsqueeze(-1) + x.mm(w)

# %% no bias at all → forgets_the_bias
def lin(x, w, b):
    return torch.einsum("ni,ij->nj", x, w)

# %% twice as much →
def lin(x, w, b):
    return 2 * (x @ w) + b
