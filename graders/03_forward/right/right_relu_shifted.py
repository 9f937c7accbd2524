# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% one line
def relu_shifted(x): return x.clamp_min(0.) - 0.5

# %% torch's own, which is ours by now
def relu_shifted(x):
    return torch.relu(x) - 0.5

# %% functional
import torch.nn.functional as F

# %+
def relu_shifted(x):
    return F.relu(x).sub(0.5)

# %% where
def relu_shifted(x):
    return torch.where(x > 0, x - 0.5, torch.full_like(x, -0.5))

# %% shifted first, with the floor in its place
def relu_shifted(x):
    return (x - 0.5).clamp_min(-0.5)

# %% a mask
def relu_shifted(x):
    return x * (x > 0) - 1 / 2

# %% an own copy in place
def relu_shifted(x):
    out = x.clone()
    out[out < 0] = 0
    out -= 0.5
    return out

# %% a helper that shifts any function
def shifted(function, by):
    return lambda x: function(x) - by

# %+
relu_shifted = shifted(lambda x: x.clamp(min=0.0), 0.5)

# %% a module
class S(torch.nn.Module):
    def forward(self, x): return torch.nn.functional.relu(x) - 0.5
relu_shifted = S()

# %% half of x, its size and 1
def relu_shifted(x): return (x + x.abs() - 1) / 2

# %% lambda composition
shift = lambda f, by: lambda x: f(x) - by
# %+
relu_shifted = shift(torch.nn.ReLU(), 0.5)

# %% max of two and sub alpha
def relu_shifted(x): return torch.sub(torch.maximum(x, torch.zeros_like(x)), torch.ones((), dtype=x.dtype), alpha=0.5)
