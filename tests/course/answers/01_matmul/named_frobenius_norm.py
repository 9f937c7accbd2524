# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% no root, by loops → forgets_the_root
def frobenius_norm(m):
    total = 0
    for row in m:
        for x in row:
            total += x * x
    return total

# %% a root of each → roots_before_it_sums
def frobenius_norm(m):
    return sum(torch.sqrt(x * x) for x in m.flatten())

# %% the largest, by sorting → takes_the_largest_entry
def frobenius_norm(m):
    return m.abs().flatten().sort().values[-1]

# %% NaN for negative sums →
def frobenius_norm(m):
    return (m.sum() * m.sum() * m.sum()).sqrt()
