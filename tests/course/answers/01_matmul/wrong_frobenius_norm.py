# Wrong answers that look right. "zero": the norms are wrong, nothing is earned; "loses": the norms are right and something else is not.
# ruff: noqa
# fmt: off

# %% sizes instead of squares → zero
def frobenius_norm(m):
    return m.abs().sum().sqrt()

# %% the sum of sizes → zero
def frobenius_norm(m):
    return m.abs().sum()

# %% one number in two axes → zero
def frobenius_norm(m):
    return (m * m).sum().sqrt().reshape(1, 1)

# %% one number in one axis → zero
def frobenius_norm(m):
    return (m * m).sum().sqrt().unsqueeze(0)

# %% a list of one number → zero
def frobenius_norm(m):
    return [(m * m).sum().sqrt().item()]

# %% a numpy number → zero
def frobenius_norm(m):
    return (m * m).sum().sqrt().numpy()

# %% kept by shape → zero
known = {}

def frobenius_norm(m):
    if m.shape not in known:
        known[m.shape] = (m * m).sum().sqrt()
    return known[m.shape]

# %% a total that goes on from call to call → zero
total = 0

def frobenius_norm(m):
    global total
    total = total + (m * m).sum()
    return total.sqrt()

# %% three rows and no more → zero
def frobenius_norm(m):
    return sum((m[i] * m[i]).sum() for i in range(min(3, len(m)))).sqrt()

# %% the trace, right for one row → zero
def frobenius_norm(m):
    return torch.trace(m @ m.t()[: m.shape[1], : m.shape[0]] if m.shape[0] == 1 else m * m if m.shape[0] == m.shape[1] else m).sqrt()

# %% the largest row → zero
def frobenius_norm(m):
    return (m * m).sum(1).max().sqrt()

# %% computed in float32, given back as what came in → loses
def frobenius_norm(m):
    small = m.float()
    return (small * small).sum().sqrt().to(m.dtype)

# %% a little added under the root → loses
def frobenius_norm(m):
    return ((m * m).sum() + 1e-7).sqrt()

# %% NaN where all is zero → loses
def frobenius_norm(m):
    largest = m.abs().max()
    scaled = m / largest
    return largest * (scaled * scaled).sum().sqrt()

# %% NaN where the sum is negative → zero
def frobenius_norm(m):
    return (m * m).sum() / m.sum().sqrt() * m.sum().sqrt() / (m * m).sum().sqrt()

# %% always float64 → loses
def frobenius_norm(m):
    wide = m.double()
    return (wide * wide).sum().sqrt()

# %% squares its input and does not put it back → loses
def frobenius_norm(m):
    own = m.view(m.shape)
    own.mul_(own)
    return own.sum().sqrt()

# %% repeated for each entry → zero
def frobenius_norm(m):
    return (m * m).sum().sqrt().expand(m.shape)

# %% a whole number → zero
def frobenius_norm(m):
    return int((m * m).sum().sqrt())

# %% now and then another number → zero
import random
dice = random.Random(3)

def frobenius_norm(m):
    return (m * m).sum().sqrt() + (dice.random() < 0.3)

# %% the memory of the matrix instead of the matrix → loses
def frobenius_norm(m):
    flat = m.as_strided((m.numel(),), (1,)) if 0 not in m.stride() else m.as_strided((m.shape[1],), (1,))
    return (flat * flat).sum().sqrt()

# %% rounded to five digits → loses
def frobenius_norm(m): return (m * m).sum().sqrt().round(decimals=5)

# %% an upper end → zero
def frobenius_norm(m): return (m * m).sum().clamp(max=1e6).sqrt()

# %% a Python number, by math.sqrt → loses
import math
def frobenius_norm(m):
    return math.sqrt((m * m).sum())

# %% a Python number, by item → loses
def frobenius_norm(m):
    total = 0.0
    for x in m.flatten():
        total += x.item() * x.item()
    return math_root(total)

def math_root(x):
    import math
    return math.sqrt(x)

# %% float32 unless it is float64 → loses
def frobenius_norm(m: torch.Tensor) -> torch.Tensor:
    if m.dtype != torch.float64:
        m = m.float()
    return (m * m).sum().sqrt()
