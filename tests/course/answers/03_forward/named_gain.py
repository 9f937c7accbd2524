# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% brackets → forgets_the_brackets_below
def gain(a):
    return (2 / 1 + a * a) ** 0.5

# %% no root → leaves_out_the_root
def gain(a):
    return 2 / (1 + a * a)

# %% the same for all → ignores_the_slope
def gain(a=0):
    return 2 ** 0.5

# %% a fourth root → square_root
def gain(a):
    return (2 / (1 + a * a)) ** 0.25
