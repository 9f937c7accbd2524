# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% the method → .norm
def frobenius_norm(m):
    return m.norm()

# %% torch.linalg under another name → norm
import torch.linalg as la

def frobenius_norm(m):
    return la.norm(m)

# %% vector_norm of the flat matrix → vector_norm
def frobenius_norm(m):
    return torch.linalg.vector_norm(m.flatten())

# %% the power operator → **
def frobenius_norm(m):
    return (m ** 2).sum().sqrt()

# %% the power operator for the root → **
def frobenius_norm(m):
    return (m * m).sum() ** 0.5

# %% augmented → **=
def frobenius_norm(m):
    c = m.clone()
    c **= 2
    return c.sum().sqrt()

# %% the builtin → pow
def frobenius_norm(m):
    return pow(m, 2).sum().sqrt()

# %% math.pow → math.pow
import math

def frobenius_norm(m):
    return math.sqrt(sum(math.pow(x, 2) for x in m.flatten().tolist()))

# %% square → square
def frobenius_norm(m):
    return torch.square(m).sum().sqrt()

# %% numpy → np.linalg.norm
import numpy as np

def frobenius_norm(m):
    return torch.tensor(np.linalg.norm(m.numpy()))

# %% hypot, one after the other → hypot
from functools import reduce

def frobenius_norm(m):
    return reduce(torch.hypot, m.flatten())

# %% the distance from zero → dist
def frobenius_norm(m):
    return torch.dist(m, torch.zeros_like(m))

# %% the method under the operator → __pow__
def frobenius_norm(m):
    return m.__pow__(2).sum().sqrt()

# %% getattr with a folded name → getattr(m, 
def frobenius_norm(m):
    return getattr(m, f"{'no'}{'rm'}")()

# %% singular values → svdvals
def frobenius_norm(m):
    s = torch.linalg.svdvals(m)
    return (s * s).sum().sqrt()

# %% math.dist → math.dist
import math

def frobenius_norm(m):
    values = m.flatten().tolist()
    return torch.tensor(math.dist(values, [0.0] * len(values)), dtype=m.dtype)

# %% math.hypot → math.hypot
import math

def frobenius_norm(m):
    return torch.tensor(math.hypot(*m.flatten().tolist()), dtype=m.dtype)

# %% a helper with a harmless name → norm
size = torch.norm

# %+
def frobenius_norm(m):
    return size(m)

# %% mean squared error → mse_loss
def frobenius_norm(m):
    return (torch.nn.functional.mse_loss(m, torch.zeros_like(m)) * m.numel()).sqrt()

# %% exec of a string → m.norm
def frobenius_norm(m):
    names = {"m": m}
    exec("r = m.norm()", names)
    return names["r"]

# %% the factor of a column → torch.linalg.qr
def frobenius_norm(m): return torch.linalg.qr(m.flatten()[:, None]).R.abs().squeeze()

# %% what is divided by a norm, divided out → torch.rms_norm
def frobenius_norm(m):
    flat = m.flatten()
    return (flat / torch.rms_norm(flat, flat.shape, eps=0))[0] * torch.tensor(float(m.numel())).sqrt()

# %% size of a complex number → complex
from functools import reduce
def frobenius_norm(m):
    return torch.tensor(reduce(lambda t, x: abs(complex(t, x)), m.flatten().tolist()), dtype=m.dtype).abs()

# %% pairs as complex numbers → torch.complex
def frobenius_norm(m):
    z = m.flatten()
    while z.numel() > 1:
        if z.numel() % 2: z = torch.cat([z, z.new_zeros(1)])
        z = torch.complex(z[::2], z[1::2]).abs()
    return z[0].abs()
