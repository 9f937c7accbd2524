# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% a little added to std → zero
def normalize_channels(images, mean, std):
    return (images - mean[:, None, None]) / (std[:, None, None] + 1e-3)

# %% in float32 and back → loses
def normalize_channels(images, mean, std):
    made = (images.float() - mean.float()[:, None, None]) / std.float()[:, None, None]
    return made.to(images.dtype)

# %% statistics turned in place → loses
def normalize_channels(images, mean, std):
    mean.resize_(len(mean), 1, 1) if mean.is_contiguous() else None
    return (images - mean.reshape(-1, 1, 1)) / std[:, None, None]

# %% the first image alone → zero
def normalize_channels(images, mean, std):
    return (images[:1] - mean[:, None, None]) / std[:, None, None]

# %% the first channel's statistics → zero
def normalize_channels(images, mean, std):
    return (images - mean[0]) / std[0]

# %% kept by shape → zero
kept = {}

def normalize_channels(images, mean, std):
    return kept.setdefault(images.shape, (images - mean[:, None, None]) / std[:, None, None])

# %% the width wherever it fits → zero
def normalize_channels(images, mean, std):
    if images.shape[-1] == len(mean):
        return (images - mean) / std
    return (images - mean[:, None, None]) / std[:, None, None]

# %% axes of one squeezed away → loses
def normalize_channels(images, mean, std):
    return ((images - mean[:, None, None]) / std[:, None, None]).squeeze()

# %% cut to five → zero
def normalize_channels(images, mean, std):
    return ((images - mean[:, None, None]) / std[:, None, None]).clamp(-0.5, 0.5)

# %% read as if it lay contiguously → loses
def normalize_channels(images, mean, std):
    n, c, h, w = images.shape
    images = images.as_strided((n, c, h, w), (c * h * w, h * w, w, 1))
    return (images - mean[:, None, None]) / std[:, None, None]

# %% a hundred-millionth added to std → loses
def normalize_channels(images, mean, std):
    return (images - mean[:, None, None]) / (std[:, None, None] + 1e-8)

# %% one column of pixels at a time → loses
def normalize_channels(images, mean, std):
    out = torch.empty_like(images)
    for r in range(images.shape[3]):
        out[..., r] = (images[..., r] - mean[:, None]) / std[:, None]
    return out

# %% the mean divided in place → loses
def normalize_channels(images, mean, std):
    mean /= std
    return images / std[:, None, None] - mean[:, None, None]

# %% clipped → zero
def normalize_channels(images, mean, std): return ((images - mean[:, None, None]) / std[:, None, None]).clamp(-10, 10)

# %% std of nothing below a tenth → zero
def normalize_channels(images, mean, std): return (images - mean[:, None, None]) / std.clamp(min=0.1)[:, None, None]
