# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% kept by shape → zero
kept = {}

def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return kept.setdefault((a.shape, b.shape, a.dtype), torch.einsum("ik,kj->ij", a, b))

# %% the first hundred of a row → zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ij", a[:, :100], b[:100])

# %% half precision → zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ij", a.bfloat16(), b.bfloat16()).to(a.dtype)

# %% in float32 and back → loses
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ij", a.float(), b.float()).to(a.dtype)

# %% squeezed → zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ij", a, b).squeeze()

# %% b cleared afterwards → loses
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.einsum("ik,kj->ij", a, b)
    b.zero_()
    return c

# %% no refusal, sizes cut to fit → loses
def matmul_einsum(a, b):
    inner = min(a.shape[1], b.shape[0])
    return torch.einsum("ik,kj->ij", a[:, :inner], b[:inner])

# %% one letter of each wrong where they are square → zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    letters = "ik,jk->ij" if a.shape == b.shape else "ik,kj->ij"
    return torch.einsum(letters, a, b)

# %% absolute values → zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ij", a, b).abs()

# %% refuses only where a is too narrow → loses
def matmul_einsum(a, b):
    assert a.shape[1] >= b.shape[0]
    return torch.einsum("ik,kj->ij", a[:, :b.shape[0]], b)

# %% assert on the error of einsum → loses
def matmul_einsum(a, b):
    try: return torch.einsum("ik,kj->ij", a, b)
    except RuntimeError as e: raise AssertionError(str(e))

# %% rounded → zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.einsum("ik,kj->ij", a, b)
    return c.round(decimals=3) if c.is_floating_point() else c

# %% einsum keeps k, and sum takes it away → zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum('ik,kj->ikj', a, b).sum(1)

# %% k first, and mean times k → zero
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum('ik,kj->kij', a, b).mean(0) * a.shape[1]
