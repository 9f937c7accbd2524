# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% randn
def init_plain(n_in, n_out, generator): return torch.randn(n_in, n_out, generator=generator)

# %% an empty tensor, filled
def init_plain(n_in, n_out, generator):
    w = torch.empty(n_in, n_out)
    w.normal_(generator=generator)
    return w

# %% normal_ with mean and spread
def init_plain(rows, columns, g):
    return torch.zeros(rows, columns).normal_(0.0, 1.0, generator=g)

# %% torch.normal
def init_plain(n_in, n_out, generator):
    return torch.normal(0.0, 1.0, size=(n_in, n_out), generator=generator)

# %% one column at a time
def init_plain(n_in, n_out, generator):
    return torch.stack([torch.randn(n_in, generator=generator) for _ in range(n_out)], dim=1)

# %% drawn transposed
def init_plain(n_in, n_out, generator):
    return torch.randn(n_out, n_in, generator=generator).t()

# %% flat, then folded
def init_plain(n_in, n_out, generator):
    return torch.randn(n_in * n_out, generator=generator).view(n_in, n_out)

# %% in float64 and rounded
def init_plain(n_in, n_out, generator):
    return torch.randn((n_in, n_out), dtype=torch.float64, generator=generator).float()

# %% Box and Muller by hand
import math

# %+
def init_plain(n_in, n_out, generator):
    u, v = torch.rand(2, n_in, n_out, generator=generator, dtype=torch.float64)
    return ((-2 * torch.log(1 - u)).sqrt() * torch.cos(2 * math.pi * v)).float()

# %% a parameter
def init_plain(n_in, n_out, generator):
    return torch.nn.Parameter(torch.randn(n_in, n_out, generator=generator), requires_grad=False)

# %% init.normal_
def init_plain(n_in, n_out, generator):
    return torch.nn.init.normal_(torch.empty(n_in, n_out), generator=generator)

# %% the inverse of the bell's area
def init_plain(n_in, n_out, generator):
    u = torch.rand(n_in, n_out, generator=generator, dtype=torch.float64).clamp(1e-12, 1 - 1e-12)
    return (math.sqrt(2) * torch.erfinv(2 * u - 1) * 1.0).float()

# %% numpy's generator, seeded by the given one
def init_plain(n_in, n_out, generator):
    import numpy as np
    seed = int(torch.randint(2**62, (1,), generator=generator))
    return torch.from_numpy(np.random.default_rng(seed).normal(0, (1.0), (n_in, n_out)).astype('float32'))

# %% rows from a generator expression
def init_plain(n_in, n_out, generator):
    return torch.stack([torch.empty(n_out).normal_(generator=generator) for _ in range(n_in)])

# %% the inverse of the bell's area, by name
def init_plain(n_in, n_out, generator):
    u = torch.rand(n_in, n_out, generator=generator, dtype=torch.float64)
    return (torch.special.ndtri(u)).float()
