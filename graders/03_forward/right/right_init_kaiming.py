# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% times the root
import math
def init_kaiming(n_in, n_out, generator): return torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / n_in)

# %% normal_ with the spread
import math
def init_kaiming(n_in, n_out, generator):
    return torch.empty(n_in, n_out).normal_(0, math.sqrt(2 / n_in), generator=generator)

# %% divided by the root of the half
import math
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) / math.sqrt(n_in / 2)

# %% two roots
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * 2 ** 0.5 / n_in ** 0.5

# %% torch.normal with a tensor of spreads
def init_kaiming(fan_in, fan_out, g):
    std = torch.full((fan_in, fan_out), (2.0 / fan_in) ** 0.5)
    return torch.normal(torch.zeros(fan_in, fan_out), std, generator=g)

# %% drawn transposed, in float64
def init_kaiming(n_in, n_out, generator):
    w = torch.randn(n_out, n_in, generator=generator, dtype=torch.float64)
    return (w * (2 / n_in) ** 0.5).t().float()

# %% a gain of its own
import math

def my_gain(a=0.0):
    return math.sqrt(2 / (1 + a * a))

# %+
def init_kaiming(n_in, n_out, generator):
    w = torch.zeros(n_in, n_out)
    w.normal_(generator=generator)
    w *= my_gain() / math.sqrt(n_in)
    return w

# %% the variance by name
def init_kaiming(n_in, n_out, generator):
    variance = torch.tensor(2.0) / n_in
    return torch.randn(size=(n_in, n_out), generator=generator) * variance.sqrt()

# %% the forward half of Xavier, times the gain
def init_xavier_(i, o, g): return torch.randn(i, o, generator=g) / math.sqrt(i)
def init_kaiming(n_in, n_out, generator):
    return init_xavier_(n_in, n_out, generator) * 2 ** 0.5

# %% Python's random, seeded by the given generator
def init_kaiming(n_in, n_out, generator):
    import random
    r = random.Random(int(torch.randint(2**62, (), generator=generator)))
    return torch.tensor([[r.gauss(0, (2 / n_in) ** 0.5) for _ in range(n_out)] for _ in range(n_in)])

# %% sum of two xaviers
def init_kaiming(n_in, n_out, generator):
    w = torch.randn(2, n_in, n_out, generator=generator)
    return (w[0] + w[1]) / math.sqrt(n_in)

# %% into a result of its own
def init_kaiming(n_in, n_out, generator):
    w = torch.empty(n_in, n_out)
    torch.normal(0.0, math.sqrt(2 / n_in), size=(n_in, n_out), generator=generator, out=w)
    return w
