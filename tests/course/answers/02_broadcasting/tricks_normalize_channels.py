# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% numpy → numpy
def normalize_channels(images, mean, std):
    made = (images.numpy() - mean.numpy()[:, None, None]) / std.numpy()[:, None, None]
    return torch.from_numpy(made)

# %% lists → tolist
def normalize_channels(images, mean, std):
    made = [
        [[[(x - m) / s for x in row] for row in plane] for plane, m, s in zip(image, mean.tolist(), std.tolist())]
        for image in images.tolist()
    ]
    return torch.tensor(made, dtype=images.dtype)
