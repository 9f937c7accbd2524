# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% spread 2 → zero
def init_plain(n_in, n_out, generator):
    return 2 * torch.randn(n_in, n_out, generator=generator)

# %% a tenth too wide → zero
def init_plain(n_in, n_out, generator):
    return 1.1 * torch.randn(n_in, n_out, generator=generator)

# %% a mean of a tenth → zero
def init_plain(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) + 0.1

# %% absolute values → zero
def init_plain(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator).abs()

# %% float64 → zero
def init_plain(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator, dtype=torch.float64)

# %% a list → zero
def init_plain(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator).tolist()

# %% uniform with the right spread → loses
def init_plain(n_in, n_out, generator):
    return (torch.rand(n_in, n_out, generator=generator) - 0.5) * 12 ** 0.5

# %% plus and minus one → loses
def init_plain(n_in, n_out, generator):
    return torch.randint(0, 2, (n_in, n_out), generator=generator) * 2.0 - 1

# %% numbers from Python's random → loses
import random

# %+
def init_plain(n_in, n_out, generator):
    return torch.tensor([[random.gauss(0, 1) for _ in range(n_out)] for _ in range(n_in)])

# %% the global generator, seeded from the given one → loses
def init_plain(n_in, n_out, generator):
    torch.manual_seed(generator.initial_seed())
    return torch.randn(n_in, n_out)

# %% half of the columns used twice → loses
def init_plain(n_in, n_out, generator):
    half = torch.randn(n_in, (n_out + 1) // 2, generator=generator)
    return torch.cat([half, half], 1)[:, :n_out]

# %% drawn once and kept by size → loses
drawn = {}

# %+
def init_plain(n_in, n_out, generator):
    if (n_in, n_out) not in drawn:
        drawn[n_in, n_out] = torch.randn(n_in, n_out, generator=generator)
    return drawn[n_in, n_out]

# %% cut at three → loses
def init_plain(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator).clamp(-3, 3) * (1.0)

# %% every number and its opposite → loses
def init_plain(n_in, n_out, generator):
    half = torch.randn((n_in + 1) // 2, n_out, generator=generator)
    return torch.cat([half, -half])[:n_in] * (1.0)

# %% logistic with the right spread → loses
def init_plain(n_in, n_out, generator):
    u = torch.rand(n_in, n_out, generator=generator, dtype=torch.float64).clamp(1e-12, 1 - 1e-12)
    return (torch.logit(u) * (math.sqrt(3) / math.pi) * 1.0).float()

# %% sorted → loses
def init_plain(n_in, n_out, generator): return torch.randn(n_in * n_out, generator=generator).sort().values.view(n_in, n_out)

# %% set_state of the global one → loses
def init_plain(n_in, n_out, generator):
    torch.set_rng_state(generator.get_state())
    w = torch.randn(n_in, n_out)
    generator.set_state(torch.get_rng_state())
    return w

# %% student t → loses
def init_plain(n_in, n_out, generator):
    z = torch.randn(6, n_in, n_out, generator=generator)
    return z[0] / (z[1:] * z[1:]).mean(0).sqrt() * (3 / 5) ** 0.5

# %% a percent too wide → zero
def init_plain(n_in, n_out, generator):
    return torch.randn(n_in, n_out, generator=generator) * 1.01
