# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% divided by the root
import math
def init_xavier(n_in, n_out, generator): return torch.randn(n_in, n_out, generator=generator) / math.sqrt(n_in)

# %% a power
def init_xavier(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * n_in ** -0.5

# %% normal_ with the spread
import math
def init_xavier(n_in, n_out, generator):
    return torch.empty(n_in, n_out).normal_(std=1 / math.sqrt(n_in), generator=generator)

# %% torch.normal
def init_xavier(fan_in, fan_out, g):
    return torch.normal(0.0, (1 / fan_in) ** 0.5, (fan_in, fan_out), generator=g)

# %% an own result in place
def init_xavier(n_in, n_out, generator):
    w = torch.randn(n_in, n_out, generator=generator)
    w /= torch.tensor(float(n_in)).sqrt()
    return w

# %% drawn transposed
def init_xavier(n_in, n_out, generator):
    return (torch.randn(n_out, n_in, generator=generator) / n_in ** 0.5).T

# %% one row at a time
def init_xavier(n_in, n_out, generator):
    std = torch.sqrt(torch.tensor(1.0 / n_in))
    return torch.stack([torch.randn(n_out, generator=generator) * std for _ in range(n_in)])

# %% init.normal_
def init_xavier(n_in, n_out, generator):
    w = torch.zeros(n_in, n_out)
    torch.nn.init.normal_(w, 0.0, n_in ** -0.5, generator)
    return w

# %% Box and Muller
def init_xavier(n_in, n_out, generator):
    u = torch.rand(2, n_in, n_out, generator=generator, dtype=torch.float64)
    return (torch.sqrt(-2 * torch.log(1 - u[0])) * torch.cos(2 * math.pi * u[1]) * n_in ** -0.5).to(torch.float32)

# %% drawn, then shuffled
def init_xavier(n_in, n_out, generator):
    w = torch.randn(n_in * n_out, generator=generator) * (n_in ** -0.5)
    return w[torch.randperm(n_in * n_out, generator=generator)].reshape(n_in, n_out)

# %% cut at twenty deviations
def init_xavier(n_in, n_out, generator):
    std = n_in ** -0.5
    w = torch.zeros(n_in, n_out)
    torch.nn.init.trunc_normal_(w, std=std, a=-20 * std, b=20 * std, generator=generator)
    return w

# %% a logarithm for the root
def init_xavier(n_in, n_out, generator):
    scale = math.exp(-0.5 * math.log(n_in))
    return scale * torch.normal(torch.zeros(n_in, n_out), torch.ones(n_in, n_out), generator=generator)
