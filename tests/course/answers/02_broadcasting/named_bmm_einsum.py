# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% without an arrow, so the batch is summed → the_batch_is_summed
def bmm_einsum(a, b):
    return torch.einsum("bik,bkj", a, b)

# %% b by rows → second_factors_are_transposed
def bmm_einsum(a, b):
    return torch.einsum("nij,nkj->nik", a, b)

# %% a comprehension → loops_over_the_batch
def bmm_einsum(a, b):
    return torch.stack([torch.einsum("ik,kj", a[n], b[n]) for n in range(len(a))])

# %% zeros → all_zero
def bmm_einsum(a, b):
    return 0 * torch.einsum("bik,bkj->bij", a, b)
