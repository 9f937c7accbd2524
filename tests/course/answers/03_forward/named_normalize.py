# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% own statistics, by parts → normalizes_with_its_own_statistics
def normalize(x, mean, std):
    mean, std = x.mean(), x.std()
    x = x - mean
    return x / std

# %% divides by a root → varying_factor
def normalize(x, mean, std):
    return (x - mean) / std.sqrt()

# %% brackets in the wrong place → divides_only_the_mean
def normalize(x, mean, std):
    return x - (mean / std)

# %% in place with functions → normalizes_in_place
def normalize(x, mean, std):
    return x.sub_(mean).div_(std)

# %% a variance, by name → divides_by_the_variance
def normalize(x, mean, std):
    var = std ** 2
    return (x - mean) / var
