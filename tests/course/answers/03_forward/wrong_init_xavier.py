# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% one over the root of one more → zero
import math
def init_xavier(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) / math.sqrt(n_in + n_out)

# %% the bound of Glorot, uniform → zero
import math
def init_xavier(n_in, n_out, generator):
    bound = math.sqrt(6 / (n_in + n_out))
    return torch.empty(n_in, n_out).uniform_(-bound, bound, generator=generator)

# %% the root of 784, whatever comes in → zero
def init_xavier(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) / 28

# %% the logarithm → zero
import math
def init_xavier(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) / math.log(n_in + 1)

# %% five per cent too narrow → zero
import math
def init_xavier(n_in, n_out, generator):
    return 0.95 * torch.randn(n_in, n_out, generator=generator) / math.sqrt(n_in)

# %% uniform with the right spread → loses
import math
def init_xavier(n_in, n_out, generator):
    bound = math.sqrt(3 / n_in)
    return torch.empty(n_in, n_out).uniform_(-bound, bound, generator=generator)

# %% scaled by what was drawn → loses
import math
def init_xavier(n_in, n_out, generator):
    w = torch.randn(n_in, n_out, generator=generator)
    return w / w.std() / math.sqrt(n_in)

# %% seeded with its own sizes → loses
import math
def init_xavier(n_in, n_out, generator):
    own = torch.Generator().manual_seed(1000 * n_in + n_out)
    return torch.randn(n_in, n_out, generator=own) / math.sqrt(n_in)

# %% a triangle with the right spread → loses
def init_xavier(n_in, n_out, generator):
    u = torch.rand(n_in, n_out, generator=generator) - torch.rand(n_in, n_out, generator=generator)
    return u * math.sqrt(6) * (n_in ** -0.5)

# %% puts the generator back afterwards → loses
def init_xavier(n_in, n_out, generator):
    state = generator.get_state()
    w = torch.randn(n_in, n_out, generator=generator) * (n_in ** -0.5)
    generator.set_state(state)
    return w

# %% orthogonal → zero
def init_xavier(n_in, n_out, generator): return torch.nn.init.orthogonal_(torch.empty(n_in, n_out), generator=generator)

# %% the bound of an nn.Linear → loses
def init_xavier(n_in, n_out, generator):
    bound = torch.nn.Linear(n_in, n_out).weight.detach().abs().max()
    return torch.randn(n_in, n_out, generator=generator) * bound

# %% the root of n_in in whole numbers → zero
def init_xavier(n_in: int, n_out: int, generator: torch.Generator) -> torch.Tensor:
    return torch.randn(n_in, n_out, generator=generator) / math.isqrt(n_in)

# %% each column divided by its length → loses
def init_xavier(n_in: int, n_out: int, generator: torch.Generator) -> torch.Tensor:
    w = torch.randn(n_in, n_out, generator=generator)
    return w / (w * w).sum(0).sqrt()

# %% a factor with three digits behind the point → zero
def init_xavier(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * round(n_in ** -0.5, 3)
