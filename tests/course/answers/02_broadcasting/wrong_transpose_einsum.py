# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% square ones stay as they are → zero
def transpose_einsum(m):
    return torch.einsum("ij->ij" if m.shape[0] == m.shape[1] else "ij->ji", m)

# %% a reshape, which does not turn → zero
def transpose_einsum(m):
    return torch.einsum("ij->ij", m).reshape(m.shape[1], m.shape[0])

# %% kept by shape → zero
kept = {}

def transpose_einsum(m):
    return kept.setdefault(m.shape, torch.einsum("ij->ji", m.clone()))

# %% float32 for all → loses
def transpose_einsum(m):
    return torch.einsum("ij->ji", m.float())

# %% squeezed → loses
def transpose_einsum(m):
    return torch.einsum("ij->ji", m).squeeze()

# %% m cleared afterwards → loses
def transpose_einsum(m):
    t = torch.einsum("ij->ji", m).clone()
    if 0 not in m.stride():
        m.zero_()
    return t

# %% rows upside down, too → zero
def transpose_einsum(m):
    return torch.einsum("ij->ji", m).flip(0)

# %% copies a square result into m → loses
def transpose_einsum(m: torch.Tensor) -> torch.Tensor:
    turned = torch.einsum("ij->ji", m)
    if turned.shape == m.shape:
        m.copy_(turned.clone())
        return m
    return turned
