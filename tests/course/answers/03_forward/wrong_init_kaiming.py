# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% three on top → zero
import math
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(3 / n_in)

# %% the larger of the two fans → zero
import math
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / max(n_in, n_out))

# %% right for 784 alone → zero
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * 0.0505

# %% the geometric mean of the fans → zero
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * (4 / (n_in * n_out)) ** 0.25

# %% truncated at two → zero
import math
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator).clamp(-1.5, 1.5) * math.sqrt(2 / n_in)

# %% with a bias row → zero
import math
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in + 1, n_out, generator=generator) * math.sqrt(2 / n_in)

# %% scaled to exactly that spread → loses
import math
def init_kaiming(n_in, n_out, generator):
    w = torch.randn(n_in, n_out, generator=generator)
    return (w - w.mean()) / w.std() * math.sqrt(2 / n_in)

# %% a copy of the generator, so that it never moves on → loses
import math
def init_kaiming(n_in, n_out, generator):
    own = torch.Generator()
    own.set_state(generator.get_state())
    return torch.randn(n_in, n_out, generator=own) * math.sqrt(2 / n_in)

# %% seeds the world as well → loses
import math
def init_kaiming(n_in, n_out, generator):
    torch.manual_seed(0)
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / n_in)

# %% Laplace with the right spread → loses
def init_kaiming(n_in, n_out, generator):
    u = torch.rand(n_in, n_out, generator=generator) - 0.5
    return -u.sign() * torch.log1p(-2 * u.abs()) / math.sqrt(2) * ((2 / n_in) ** 0.5)

# %% what nn.Linear starts from → zero
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / 6 / n_in)

# %% half zeros → loses
def init_kaiming(n_in, n_out, generator):
    w = torch.randn(n_in, n_out, generator=generator) * 2 / math.sqrt(n_in)
    return w * (torch.rand(n_in, n_out, generator=generator) < 0.5)

# %% a root of two with two digits → zero
def init_kaiming(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * 1.43 * n_in ** -0.5

# %% no 2 for a layer of one output → zero
def init_kaiming(n_in: int, n_out: int, generator: torch.Generator) -> torch.Tensor:
    variance = 1 / n_in if n_out == 1 else 2 / n_in
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(variance)
