# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% clamp_min
def relu(x): return x.clamp_min(0.)

# %% where
def relu(x):
    return torch.where(x > 0, x, torch.zeros_like(x))

# %% a mask
def relu(x):
    return x * (x > 0)

# %% a mask in an own copy
def relu(x):
    out = x.clone()
    out[out < 0] = 0
    return out

# %% maximum
def relu(x):
    return torch.maximum(x, torch.tensor(0.0, dtype=x.dtype))

# %% half of x and its size
def relu(x):
    return (x + x.abs()) / 2

# %% clamp with two names
def relu(inp):
    return torch.clamp(inp, min=0)

# %% entry by entry
def relu(x):
    flat = [value if value > 0 else torch.zeros_like(value) for value in x.reshape(-1)]
    return torch.stack(flat).reshape(x.shape)

# %% minus the negative part
def relu(x):
    return x - x.clamp(max=0.0)

# %% masked_fill
def relu(x):
    return x.masked_fill(x < 0, 0.0)

# %% numpy
import numpy as np

# %+
def relu(x):
    return torch.as_tensor(np.maximum(x.numpy(), 0))

# %% a class that is called
class ReLU:
    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        return x * x.gt(0).to(x.dtype)

# %+
relu = ReLU()

# %% a step function
def relu(x):
    return x * torch.heaviside(x, torch.zeros((), dtype=x.dtype))

# %% scattered into zeros
def relu(x):
    keep = x > 0
    return torch.zeros_like(x).masked_scatter(keep, x[keep])

# %% a helper with a name of torch's
def threshold(value, at=0.0): return value.clamp_min(at)
def relu(x): return threshold(x)

# %% stack and amax
def relu(x): return torch.stack([x, torch.zeros_like(x)]).amax(0)

# %% by its sign
def relu(x): return x * (x.sign() + x.abs().sign()) / 2

# %% map_ of Python's max
def relu(x): return x.clone().map_(torch.zeros_like(x), lambda a, b: a if a > b else b)

# %% out= of clamp
def relu(x):
    out = torch.empty_like(x)
    torch.clamp(x, min=0, out=out)
    return out
