# Mistakes as they come: in other words than the bank's, or with something else wrong; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% no largest score, by log shares → no_largest_score_is_taken_out
def softmax_cross_entropy(logits, targ):
    return (torch.log(torch.sum(torch.exp(logits), dim=1)) - logits.gather(1, targ[:, None])[:, 0]).mean()

# %% the sum by a loop → the_losses_are_summed
def softmax_cross_entropy(logits, targ):
    total = torch.zeros((), dtype=logits.dtype)
    for z, y in zip(logits, targ):
        top = z.max()
        total = total + top + (z - top).exp().sum().log() - z[y]
    return total

# %% one-hot, and the mean of everything → averages_over_rows_and_classes
def softmax_cross_entropy(logits, targ):
    z = logits - logits.max(1, keepdim=True).values
    log_shares = z - z.exp().sum(1, keepdim=True).log()
    return -(torch.eye(z.shape[1], dtype=z.dtype)[targ] * log_shares).mean()

# %% whole columns by a colon → picks_whole_columns
def softmax_cross_entropy(logits, targ):
    z = logits - logits.max(1, keepdim=True).values
    log_shares = z - z.exp().sum(1, keepdim=True).log()
    return -log_shares[:, targ].mean()

# %% dim=0 → softmax_runs_down_the_columns
def softmax_cross_entropy(logits, targ):
    z = logits - logits.max(dim=0, keepdim=True).values
    log_shares = z - torch.log(z.exp().sum(dim=0, keepdim=True))
    return -log_shares[range(len(targ)), targ].mean()

# %% the log of shares → takes_the_log_of_a_share_of_zero
def softmax_cross_entropy(logits, targ):
    e = torch.exp(logits - logits.amax(1, keepdim=True))
    p = e / e.sum(1, keepdim=True)
    return -torch.log(p.gather(1, targ.view(-1, 1))).mean()

# %% a logarithm that is not in the bank →
def softmax_cross_entropy(logits, targ):
    z = logits - logits.max(1, keepdim=True).values
    return (z.exp().sum(1).log10() - z[torch.arange(len(targ)), targ]).mean()

# %% the largest size by max of abs → takes_the_largest_size_out
def softmax_cross_entropy(logits, targ):
    m = logits.abs().max(1, keepdim=True).values
    return (m[:, 0] + (logits - m).exp().sum(1).log() - logits[torch.arange(len(targ)), targ]).mean()

# %% the diagonal of whole columns → adds_a_column_to_a_row
def softmax_cross_entropy(logits, targ):
    m = logits.max(1, keepdim=True).values
    lse = m + (logits - m).exp().sum(1, keepdim=True).log()
    return (lse - logits[:, targ]).diagonal().mean()
