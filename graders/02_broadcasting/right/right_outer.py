# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% None in both
def outer(u, v): return u[:, None] * v[None, :]

# %% unsqueeze
def outer(u, v):
    return u.unsqueeze(-1) * v

# %% views
def outer(u, v):
    return u.reshape(-1, 1) * v.reshape(1, -1)

# %% torch.mul, v first
def outer(a, b):
    return torch.mul(b, a.unsqueeze(1))

# %% stretched by hand
def outer(u, v):
    n, m = len(u), len(v)
    return u[:, None].expand(n, m) * v.expand(n, m)

# %% meshgrid
def outer(u, v):
    rows, columns = torch.meshgrid(u, v, indexing="ij")
    return rows * columns

# %% an own copy, multiplied in place
def outer(u, v):
    c = u.unsqueeze(1).repeat(1, len(v))
    c *= v
    return c

# %% repeated and folded
def outer(u, v):
    return (u.repeat_interleave(len(v)) * v.repeat(len(u))).view(len(u), len(v))

# %% the transposed of the transposed
def outer(u, v):
    return (v[:, None] * u).t()

# %% vmap
def outer(u, v):
    return torch.vmap(lambda x: x * v)(u)

# %% helpers in another cell
def row(c): return c[None]
def column(c): return row(c).t()

# %+
outer = lambda u, v: column(u) * row(v)

# %% addcmul
def outer(u, v):
    return torch.addcmul(torch.zeros(len(u), len(v), dtype=u.dtype), u[:, None], v[None])

# %% flat, by quotient and remainder
def outer(u, v):
    n, m = len(u), len(v)
    k = torch.arange(n * m)
    return (u[k // m] * v[k % m]).reshape(n, m)

# %% two vmaps
from torch.func import vmap
def outer(u, v):
    return vmap(vmap(torch.mul, in_dims=(None, 0)), in_dims=(0, None))(u, v)

# %% a tensor of ones, multiplied in place
@torch.inference_mode()
def outer(u, v):
    c = u.new_ones((u.size(0), v.size(0)))
    c *= u[..., None]
    c *= v
    return c

# %% index of grids
def outer(u, v):
    i = torch.arange(len(u))[:, None].expand(len(u), len(v)); j = torch.arange(len(v))[None].expand(len(u), len(v))
    return u[i] * v[j]

# %% cartesian_prod
def outer(u, v): return torch.cartesian_prod(u, v).prod(1).reshape(len(u), len(v)).to(u.dtype)

# %% map2_ with a Python function
def outer(u, v):
    return u[:, None].expand(len(u), len(v)).clone().map_(v[None].expand(len(u), len(v)).clone(), lambda x, y: x * y)
