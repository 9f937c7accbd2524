# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% as it comes, with sub and div → statistics_lie_along_the_width
def normalize_channels(images, mean, std):
    return images.sub(mean).div(std)

# %% one unsqueeze too few → statistics_lie_along_the_height
def normalize_channels(images, mean, std):
    return (images - mean.unsqueeze(-1)) / std.unsqueeze(-1)

# %% a comprehension of images → loops_over_the_channels
def normalize_channels(images, mean, std):
    return torch.stack([(image - mean[:, None, None]) / std[:, None, None] for image in images])

# %% a comprehension of channels → loops_over_the_channels
def normalize_channels(images, mean, std):
    return torch.stack([(images[:, c] - mean[c]) / std[c] for c in range(len(mean))], dim=1)

# %% zeros → all_zero
def normalize_channels(images, mean, std):
    return images * 0
