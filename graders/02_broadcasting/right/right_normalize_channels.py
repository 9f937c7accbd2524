# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% None twice
def normalize_channels(images, mean, std): return (images - mean[:, None, None]) / std[:, None, None]

# %% views of four axes
def normalize_channels(x, m, s):
    return (x - m.reshape(1, -1, 1, 1)) / s.reshape(1, -1, 1, 1)

# %% the channel to the right, and back
def normalize_channels(images, mean, std):
    return ((images.movedim(1, -1) - mean) / std).movedim(-1, 1)

# %% permuted, and back
def normalize_channels(images, mean, std):
    last = images.permute(0, 2, 3, 1)
    return ((last - mean) / std).permute(0, 3, 1, 2)

# %% unsqueeze, torch.sub, torch.div
def normalize_channels(images, mean, std):
    mean = mean.unsqueeze(-1).unsqueeze(-1)
    std = std.unsqueeze(-1).unsqueeze(-1)
    return torch.div(torch.sub(images, mean), std)

# %% an own copy, in place
def normalize_channels(images, mean, std):
    own = images.clone()
    own -= mean[..., None, None]
    own /= std[..., None, None]
    return own

# %% times the reciprocal
def normalize_channels(images, mean, std):
    return (images - mean[:, None, None]) * (1 / std)[:, None, None]

# %% flat pixels
def normalize_channels(images, mean, std):
    n, c, h, w = images.shape
    flat = images.reshape(n, c, h * w)
    return ((flat - mean[:, None]) / std[:, None]).reshape(n, c, h, w)

# %% stretched by hand
def normalize_channels(images, mean, std):
    shape = images.shape
    stretch = lambda one: one.view(1, shape[1], 1, 1).expand(shape) if one.is_contiguous() else one[None, :, None, None].expand(shape)
    return (images - stretch(mean)) / stretch(std)

# %% in float64 and back
def normalize_channels(images, mean, std):
    wide = images.double().transpose(1, 3)
    return ((wide - mean.double()) / std.double()).transpose(1, 3).to(images.dtype)

# %% a helper in another cell
def per_channel(vector):
    return vector[:, None, None]

# %+
normalize_channels = lambda images, mean, std: (images - per_channel(mean)) / per_channel(std)

# %% a class with a state that does not matter
class Normalise:
    calls = 0

    def __call__(self, images, mean, std):
        self.calls += 1
        return images.sub(mean[:, None, None]).div(std[:, None, None])

normalize_channels = Normalise()

# %% batch_norm, without its epsilon
import torch.nn.functional as F
def normalize_channels(images, mean, std):
    return F.batch_norm(images, mean, std ** 2, eps=0.0)

# %% flat, with the channel of each pixel
def normalize_channels(images, mean, std):
    n, c, h, w = images.shape
    k = torch.arange(n * c * h * w) // (h * w) % c
    return ((images.reshape(-1) - mean[k]) / std[k]).view(n, c, h, w)

# %% a factor and a summand
def normalize_channels(images, mean, std):
    scale = std.reciprocal()[:, None, None]
    return images * scale + (-mean / std)[:, None, None]

# %% vmap over images
def normalize_channels(images, mean, std):
    one = torch.vmap(lambda x, m, s: (x - m) / s)
    return torch.vmap(one, in_dims=(0, None, None))(images, mean, std)

# %% flattened, by unflatten
def normalize_channels(images, mean, std):
    n, c, h, w = images.shape
    flat = images.reshape(n, c, h * w)
    return ((flat - mean.unflatten(0, (c, 1))) / std.unflatten(0, (c, 1))).reshape_as(images)

# %% swapaxes twice
def normalize_channels(images, mean, std):
    return images.swapaxes(1, -1).sub(mean).div(std).swapaxes(1, -1)
