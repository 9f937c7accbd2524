# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% other letters
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("rc,cs->rs", a, b)

# %% without an arrow
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj", a, b)

# %% spaces and capital letters
def matmul_einsum(a, b):
    n, k = a.shape
    l, m = b.shape
    assert k == l, "inner sizes"
    return torch.einsum(" N K , K M -> N M ", a, b)

# %% numbers for letters
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum(a, [0, 1], b, [1, 2], [0, 2])

# %% imported
from torch import einsum

def matmul_einsum(a, b):
    if a.shape[1] != b.shape[0]:
        raise AssertionError(f"{a.shape} and {b.shape}")
    return einsum("ik,kj->ij", a, b)

# %% b first
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("kj,ik->ij", b, a)

# %% transposed on the way in and out
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ki,kj->ji", a.t(), b).t()

# %% with dots
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("...k,kj->...j", a, b)

# %% a list of operands, and letters put together
LETTERS = "ik", "kj"

# %+
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum(",".join(LETTERS) + "->ij", [a, b])

# %% a helper that takes any letters
def contract(letters, *operands):
    return torch.functional.einsum(letters, *operands)

# %+
def matmul_einsum(a, b):
    assert a.shape[-1] == b.shape[0]
    return contract("ik,kj->ij", a, b)

# %% no_grad, and a copy
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    with torch.no_grad():
        return torch.einsum("ik,kj->ij", a, b).clone()

# %% a partial with its letters
from functools import partial
product = partial(torch.einsum, "ik,kj->ij")
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return product(a, b)

# %% with a one for each column
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj,j->ij", a, b, torch.ones(b.shape[1], dtype=a.dtype))

# %% in float64 and back
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.einsum("ik,kj->ij", a.double(), b.double())
    return c.to(a.dtype)

# %% a helper that asserts
def check(a, b):
    if a.shape[1] != b.shape[0]: raise AssertionError(f"{a.shape[1]} != {b.shape[0]}")
    return a, b
# %+
def matmul_einsum(a, b): return torch.einsum("ik, kj", *check(a, b))
